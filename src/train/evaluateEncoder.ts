import type { TensorData } from "../base/index.ts";
import { columnOf, type Dataset, type Items, presentRows } from "../data/index.ts";
import { type Evaluation, evaluate } from "../evaluation/index.ts";
import { type Tower, towerOf } from "../modality/tower.ts";
import { runtimeSimilarities } from "../neighbours/similarities.ts";
import type { Encoder } from "../nn/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { Embedder } from "./embed.ts";

export interface EvaluateOptions {
  readonly onProgress?: (what: string, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Queries and the rows that their neighbours are looked for among; null for the other queries, each left out of its own. */
export interface EvaluationSets<T extends Items = Dataset> {
  readonly queries: T;
  readonly references: T | null;
}

/**
 * Metrics of a tower with the parameters given: the sets are embedded, queries compared with references. Rows that lack the
 * tower's modality are left out.
 */
export async function evaluateEncoder(
  runtime: Runtime,
  of: Tower | Encoder,
  state: ReadonlyMap<string, TensorData>,
  sets: EvaluationSets,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const tower = towerOf(of);
  const partOf = (dataset: Dataset) => {
    const column = columnOf(dataset, tower.modality);
    const rows = presentRows(column);
    const labels = rows ? Int32Array.from(rows, (row) => dataset.labels[row]!) : dataset.labels;
    return { column, rows, items: { name: dataset.name, count: labels.length, labels } };
  };
  const queries = partOf(sets.queries);
  const references = sets.references && partOf(sets.references);
  const embedder = await Embedder.fixed(runtime, tower, state);
  const total = queries.items.count + (references?.items.count ?? 0);
  const embed = ({ column, rows }: ReturnType<typeof partOf>, before: number): Promise<Float32Array> =>
    embedder.embed(column, null, {
      ...(rows ? { rows } : {}),
      ...(options.signal ? { signal: options.signal } : {}),
      onProgress: (done) => options.onProgress?.("embedding", before + done, total),
    });
  try {
    const q = await embed(queries, 0);
    const r = references ? await embed(references, queries.items.count) : q;
    const items = { queries: queries.items, references: references?.items ?? null };
    return await evaluateVectors(runtime, items, q, r, options);
  } finally {
    await embedder.dispose();
  }
}

/**
 * The same metrics of any vectors.
 *
 * @param queryRows `[queries, dim]`
 * @param referenceRows `[references, dim]`; those of the queries where there are no references
 */
export async function evaluateVectors(
  runtime: Runtime,
  { queries, references }: EvaluationSets<Items>,
  queryRows: Float32Array,
  referenceRows: Float32Array,
  { onProgress, signal }: EvaluateOptions = {},
): Promise<Evaluation> {
  const dim = queryRows.length / queries.count;
  const similarities = await runtimeSimilarities(runtime, queryRows, referenceRows, dim);
  try {
    return await evaluate({
      queries: queryRows,
      queryLabels: queries.labels,
      references: referenceRows,
      referenceLabels: (references ?? queries).labels,
      ...(references ? {} : { selfIndex: (query: number) => query }),
      dim,
      similarities: similarities.blocks,
      onProgress: (done, total) => onProgress?.("comparing", done, total),
      ...(signal ? { signal } : {}),
    });
  } finally {
    await similarities.dispose();
  }
}
