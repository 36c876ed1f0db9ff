import type { TensorData } from "../base/index.ts";
import { type Evaluation, evaluate } from "../evaluation/index.ts";
import type { ImageDataset } from "../modality/image/index.ts";
import { pixelRows, pixelSquare } from "../modality/image/pixelRows.ts";
import { runtimeSimilarities } from "../neighbours/similarities.ts";
import type { Encoder } from "../nn/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { Embedder } from "./embed.ts";

export interface EvaluateOptions {
  readonly onProgress?: (what: string, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Queries and the images that their neighbours are looked for among; null for the other queries, each left out of its own. */
export interface EvaluationSets {
  readonly queries: ImageDataset;
  readonly references: ImageDataset | null;
}

/** Metrics of an encoder with the parameters given: the sets are embedded, queries compared with references. */
export async function evaluateEncoder(
  runtime: Runtime,
  encoder: Encoder,
  state: ReadonlyMap<string, TensorData>,
  { queries, references }: EvaluationSets,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const embedder = await Embedder.fixed(runtime, encoder, state);
  const total = queries.count + (references?.count ?? 0);
  const embed = (dataset: ImageDataset, before: number): Promise<Float32Array> =>
    embedder.embed(dataset, null, {
      ...(options.signal ? { signal: options.signal } : {}),
      onProgress: (done) => options.onProgress?.("embedding", before + done, total),
    });
  try {
    const q = await embed(queries, 0);
    const r = references ? await embed(references, queries.count) : q;
    return await compare(runtime, { queries, references }, q, r, encoder.dim, options);
  } finally {
    await embedder.dispose();
  }
}

/**
 * The same metrics of the pixels themselves, 0 to 255, as vectors: the baseline that any encoder has to beat. Of more pictures
 * than fit into memory, the means of squares stand for the pixels, see {@link pixelSquare}.
 */
export async function evaluatePixels(
  runtime: Runtime,
  sets: EvaluationSets,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { queries, references } = sets;
  const side = pixelSquare(references ?? queries);
  const { rows: q, dim } = await pixelRows(queries, side, options.signal);
  const r = references ? (await pixelRows(references, side, options.signal)).rows : q;
  return compare(runtime, sets, q, r, dim, options);
}

/**
 * The same metrics of what a frozen trunk makes of the images: the baseline of the head that is trained on it. Null where
 * the images have no such features.
 */
export async function evaluateFeatures(
  runtime: Runtime,
  sets: EvaluationSets,
  options: EvaluateOptions = {},
): Promise<Evaluation | null> {
  const { queries, references } = sets;
  const r = (references ?? queries).features;
  if (!queries.features || !r) return null;
  const dim = queries.features.length / queries.count;
  return compare(runtime, sets, queries.features, r, dim, options);
}

async function compare(
  runtime: Runtime,
  { queries, references }: EvaluationSets,
  queryRows: Float32Array,
  referenceRows: Float32Array,
  dim: number,
  { onProgress, signal }: EvaluateOptions,
): Promise<Evaluation> {
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
