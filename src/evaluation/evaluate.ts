import { InputError } from "../base/index.ts";
import { Pacer } from "../base/pacer.ts";
import { inverseNorm } from "../base/unitRows.ts";
import { type Labels, queriesWithoutReferences } from "./labels.ts";
import { pairSimilarity } from "./pairSimilarity.ts";
import { plainSimilarityBlocks } from "./plainSimilarity.ts";
import { rankingMetrics } from "./ranking.ts";
import { silhouette } from "./silhouette.ts";
import type { SimilarityBlocks } from "./similarity.ts";
import type { RowOptions } from "./similarityRows.ts";

/**
 * How well an embedding space keeps like things together. `knn`, `recallAt` and `mapAtR` are over the queries that can be right:
 * those with a reference of their label. A number that is undefined is NaN (in JSON: null).
 */
export interface Evaluation {
  /** Share of queries whose nearest reference has their label, 0 to 1. */
  readonly knn1: number;
  /** Share of queries whose label has the majority of the 10 nearest references, 0 to 1. */
  readonly knn10: number;
  /** Share of queries with their label among the k nearest references, 0 to 1. */
  readonly recallAt: { readonly "1": number; readonly "5": number; readonly "10": number };
  /** Mean average precision at R, 0 to 1. */
  readonly mapAtR: number;
  /** Mean cosine silhouette of the queries, -1 to 1; NaN when they are all of one label. */
  readonly silhouette: number;
  /** Mean cosine similarity of queries of one label, -1 to 1; NaN when there is no such pair. */
  readonly alike: number;
  /** Mean cosine similarity of queries of two labels, -1 to 1; NaN when there is no such pair. */
  readonly unalike: number;
}

/** What is evaluated. Rows may have any length: only directions count. */
export interface EvaluationInput extends RowOptions {
  /** `[queries, dim]`, row-major. */
  readonly queries: Float32Array;
  /** `[queries]` integers. */
  readonly queryLabels: Labels;
  /** `[references, dim]`, row-major. */
  readonly references: Float32Array;
  /** `[references]` integers. */
  readonly referenceLabels: Labels;
  /** Numbers in a row. */
  readonly dim: number;
  /** Cosine similarities of these queries and references; default: plain TypeScript, slow on large sets. */
  readonly similarities?: SimilarityBlocks | undefined;
}

/**
 * All metrics of an embedding space: rankings of the references for each query, and the shape of the queries themselves.
 *
 * Memory beyond the input is one block of similarities (at most 8 MiB, or a row), never `[queries, references]`. The event loop
 * gets its turn every 20 ms. A query whose label no (other) reference has is left out of the rankings
 * ({@link queriesWithoutReferences} names such queries); fewer than k references all count. With `selfIndex` the references may
 * be the queries themselves, each without itself: leave-one-out.
 *
 * @throws InputError when a set is empty, its numbers are not labels x dim, a value is not finite (row and column
 *   named), a label is not an integer, or no query has a reference of its label.
 * @throws AbortedError when the signal was aborted.
 */
export async function evaluate(input: EvaluationInput): Promise<Evaluation> {
  const { queries, queryLabels, references, referenceLabels, dim, signal } = input;
  if (!(Number.isInteger(dim) && dim >= 1)) {
    throw new InputError(
      `dim is ${dim}, expected the number of columns of the embeddings, an integer from 1`,
    );
  }
  const pacer = new Pacer(signal);
  await checkSet("queries", queries, "queryLabels", queryLabels, dim, pacer);
  await checkSet("references", references, "referenceLabels", referenceLabels, dim, pacer);
  if (queriesWithoutReferences(queryLabels, referenceLabels, input.selfIndex).length === queryLabels.length) {
    throw new InputError(
      `no reference has the label of any query (query labels: ${someOf(queryLabels)}; reference labels: ${someOf(referenceLabels)}), expected labels in common: were both sets labelled the same way?`,
    );
  }
  const similarities = input.similarities ?? plainSimilarityBlocks(queries, references, dim, { signal });
  const { withoutReferences: _, ...ranking } = await rankingMetrics(
    similarities,
    queryLabels,
    referenceLabels,
    input,
  );
  const pairs = await pairSimilarity(queries, queryLabels, dim, { signal });
  return { ...ranking, silhouette: await silhouette(queries, queryLabels, dim, { signal }), ...pairs };
}

async function checkSet(
  name: string,
  matrix: Float32Array,
  labelsName: string,
  labels: Labels,
  dim: number,
  pacer: Pacer,
): Promise<void> {
  if (matrix.length === 0) {
    throw new InputError(`${name} is empty, expected at least one row of ${dim} numbers`);
  }
  if (matrix.length % dim !== 0) {
    throw new InputError(
      `${name} holds ${matrix.length} numbers, which is not a whole number of rows of dim ${dim}: queries and references must come from the same encoder`,
    );
  }
  const rows = matrix.length / dim;
  if (labels.length !== rows) {
    throw new InputError(
      `${name} holds ${rows} rows of dim ${dim} and ${labelsName} ${labels.length} labels, expected one label for each row`,
    );
  }
  for (let row = 0; row < rows; row++) {
    inverseNorm(matrix, row, dim, name);
    if (pacer.due()) await pacer.pause();
  }
}

/** The first few different labels, for a message. */
function someOf(labels: Labels): string {
  const different = [...new Set(Array.from(labels))].sort((a, b) => a - b);
  return different.slice(0, 10).join(", ") + (different.length > 10 ? ", …" : "");
}
