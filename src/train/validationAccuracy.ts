import { KindredError, Rng } from "../base/index.ts";
import { unitRows } from "../base/unitRows.ts";
import { columnOf, presentRows } from "../data/index.ts";
import { stratifiedDraw } from "../data/stratified.ts";
import {
  nearestNeighbours,
  plainSimilarityBlocks,
  queriesWithoutReferences,
  rankingMetrics,
} from "../evaluation/index.ts";
import type { Store } from "../runtime/index.ts";
import type { Embedder } from "./embed.ts";
import type { TrainingData } from "./source.ts";

/** Training rows that a validation row's neighbour is looked for among, at most: a tenth of an epoch's time to embed. */
const mostReferences = 10_000;

/**
 * The training rows that neighbours are looked for among: null for all of them, or in ascending order those that have the
 * modality, where there are more than `most` of them a sample by lot. It has of each class its share and at least one row.
 *
 * @param labels `[count]`
 * @param seed the same seed and labels give the same rows
 * @param present rows that have the modality. Default null: all
 * @param most default 10,000
 */
export function referenceRows(
  labels: Int32Array,
  seed: number,
  present: Uint32Array | null = null,
  most: number = mostReferences,
): Uint32Array | null {
  const known = labelsAt(labels, present);
  if (known.length <= most) return present;
  const ranks = Rng.of(seed, "references").permutation(known.length);
  const drawn = stratifiedDraw(Array.from(known), ranks, most, { least: () => 1 });
  const places = drawn.flatMap((taken, place) => (taken ? [place] : []));
  return Uint32Array.from(places, (place) => present?.[place] ?? place);
}

export interface ValidationAccuracy {
  /** 0 where no training row has the label of any validation row. */
  readonly knn1: number;
  /** Null where it was not asked for, or no training row has the label of any validation row. */
  readonly mapAtR: number | null;
  readonly references: number;
}

/**
 * 1-NN accuracy by cosine similarity: the share of validation rows whose nearest one, among the training rows at
 * `rows`, has their label; those whose label none of these has are left out, and so are rows that lack the tower's modality. With
 * `ranks`, also the MAP@R of the same search, at a few times the cost of comparing. `kindred eval` searches all training rows;
 * this is for watching.
 *
 * @param rows null for all, see {@link referenceRows}
 * @returns null where no row of either part has the modality
 * @throws KindredError when an embedding is not finite, as after a learning rate that was too high.
 */
export async function nearestNeighbourAccuracy(
  embedder: Embedder,
  store: Store,
  { validation, training }: TrainingData,
  rows: Uint32Array | null,
  ranks = false,
): Promise<ValidationAccuracy | null> {
  const { modality, dim } = embedder.tower;
  const [asked, known] = [columnOf(validation, modality), columnOf(training, modality)];
  const queryRows = presentRows(asked);
  if (queryRows?.length === 0 || rows?.length === 0) return null;
  const queries = await embedder.embed(asked, store, queryRows ? { rows: queryRows } : {});
  const references = await embedder.embed(known, store, rows ? { rows } : {});
  for (const embeddings of [queries, references]) requireFinite(embeddings);
  const queryLabels = labelsAt(validation.labels, queryRows);
  const labels = labelsAt(training.labels, rows);
  const blocks = plainSimilarityBlocks(
    unitRows(queries, dim, "queries"),
    unitRows(references, dim, "references"),
    dim,
  );
  if (ranks) {
    const { knn1, mapAtR } = await rankingMetrics(blocks, queryLabels, labels);
    const answered = !Number.isNaN(mapAtR);
    return {
      knn1: answered ? knn1 : 0,
      mapAtR: answered ? mapAtR : null,
      references: labels.length,
    };
  }
  const { indices } = await nearestNeighbours(blocks, queryLabels.length, labels.length, 1);
  let hits = 0;
  for (const [query, neighbour] of indices.entries()) {
    if (labels[neighbour] === queryLabels[query]) hits++;
  }
  const without = queriesWithoutReferences(queryLabels, labels).length;
  return {
    knn1: hits === 0 ? 0 : hits / (queryLabels.length - without),
    mapAtR: null,
    references: labels.length,
  };
}

function labelsAt(labels: Int32Array, rows: Uint32Array | null): Int32Array {
  return rows ? Int32Array.from(rows, (row) => labels[row]!) : labels;
}

function requireFinite(embeddings: Float32Array): void {
  const wrong = embeddings.find((value) => !Number.isFinite(value));
  if (wrong === undefined) return;
  throw new KindredError(
    `the training diverged, embeddings became ${wrong}: lower the learning rate (--lr), or begin with other weights where --init was given`,
  );
}
