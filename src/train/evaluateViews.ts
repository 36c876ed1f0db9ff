import { Rng, type TensorData } from "../base/index.ts";
import { type ViewMetrics, viewMetrics } from "../evaluation/index.ts";
import {
  type AugmentOptions,
  augmentInto,
  type ImageDataset,
  pixelsPerImage,
  takeFirst,
} from "../modality/image/index.ts";
import { runtimeSimilarities } from "../neighbours/similarities.ts";
import type { Encoder } from "../nn/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { Embedder } from "./embed.ts";
import type { EvaluateOptions } from "./evaluateEncoder.ts";

/** Pictures whose variations are compared, each with each. */
const mostPictures = 2000;

/** Two variations of the first 2,000 pictures, as pictures again. */
export type VariedTwice = readonly [first: ImageDataset, second: ImageDataset];

/** Varies the first 2,000 pictures twice, the same way each time. */
export function variedTwice(dataset: ImageDataset, augmentation: AugmentOptions, seed: number): VariedTwice {
  const { features: _, ...pictures } = takeFirst(dataset, mostPictures);
  const rows = Uint32Array.from({ length: pictures.count }, (_, row) => row);
  const varied = (which: string): ImageDataset => {
    const values = new Float32Array(pictures.count * pixelsPerImage(pictures));
    augmentInto(values, pictures, rows, Rng.of(seed, "evaluation", which), augmentation);
    return { ...pictures, pixels: Uint8Array.from(values, Math.round) };
  };
  return [varied("first"), varied("second")];
}

/** How an encoder with the parameters given keeps two variations of a picture together: a measure without labels. */
export async function evaluateViews(
  runtime: Runtime,
  encoder: Encoder,
  state: ReadonlyMap<string, TensorData>,
  views: VariedTwice,
  options: EvaluateOptions = {},
): Promise<ViewMetrics> {
  const embedder = await Embedder.fixed(runtime, encoder, state);
  const signal = options.signal ? { signal: options.signal } : {};
  const total = 2 * views[0].count;
  const embed = (dataset: ImageDataset, before: number): Promise<Float32Array> =>
    embedder.embed(dataset, null, {
      ...signal,
      onProgress: (done) => options.onProgress?.("embedding", before + done, total),
    });
  try {
    const first = await embed(views[0], 0);
    return await compare(runtime, first, await embed(views[1], views[0].count), encoder.dim, options);
  } finally {
    await embedder.dispose();
  }
}

/** The same of the pixels themselves: the baseline that any encoder has to beat. */
export function evaluatePixelViews(
  runtime: Runtime,
  [first, second]: VariedTwice,
  options: EvaluateOptions = {},
): Promise<ViewMetrics> {
  const vectors = [first, second].map(({ pixels }) => Float32Array.from(pixels));
  return compare(runtime, vectors[0]!, vectors[1]!, pixelsPerImage(first), options);
}

async function compare(
  runtime: Runtime,
  first: Float32Array,
  second: Float32Array,
  dim: number,
  { onProgress, signal }: EvaluateOptions,
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
