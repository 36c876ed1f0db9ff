import type { TensorData } from "../base/index.ts";
import type { Column } from "../data/index.ts";
import { type ViewMetrics, viewMetrics } from "../evaluation/index.ts";
import type { Tower } from "../modality/tower.ts";
import { runtimeSimilarities } from "../neighbours/similarities.ts";
import type { Encoder } from "../nn/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { Embedder } from "./embed.ts";
import type { EvaluateOptions } from "./evaluateEncoder.ts";

/** How a tower with the parameters given keeps two variations of a row together: a measure without labels. */
export async function evaluateViews(
  runtime: Runtime,
  of: Tower | Encoder,
  state: ReadonlyMap<string, TensorData>,
  views: readonly [first: Column, second: Column],
  options: EvaluateOptions = {},
): Promise<ViewMetrics> {
  const embedder = await Embedder.fixed(runtime, of, state);
  const total = 2 * views[0].count;
  const embed = (column: Column, before: number): Promise<Float32Array> =>
    embedder.embed(column, null, {
      ...(options.signal ? { signal: options.signal } : {}),
      onProgress: (done) => options.onProgress?.("embedding", before + done, total),
    });
  try {
    const first = await embed(views[0], 0);
    const second = await embed(views[1], views[0].count);
    return await evaluateVectorViews(runtime, first, second, embedder.tower.dim, options);
  } finally {
    await embedder.dispose();
  }
}

/** The same of any vectors `[count, dim]`, row `i` of both being variations of the same row. */
export async function evaluateVectorViews(
  runtime: Runtime,
  first: Float32Array,
  second: Float32Array,
  dim: number,
  { onProgress, signal }: EvaluateOptions = {},
): Promise<ViewMetrics> {
  const similarities = await runtimeSimilarities(runtime, first, second, dim);
  try {
    return await viewMetrics(similarities.blocks, first.length / dim, {
      onProgress: (done, total) => onProgress?.("comparing", done, total),
      ...(signal ? { signal } : {}),
    });
  } finally {
    await similarities.dispose();
  }
}
