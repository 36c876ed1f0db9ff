import { Rng } from "../base/index.ts";
import type { Evaluation, ViewMetrics } from "../evaluation/index.ts";
import {
  type AugmentOptions,
  augmentInto,
  type ImageDataset,
  pixelSquare,
  pixelsPerImage,
  takeFirst,
} from "../modality/image/index.ts";
import { pixelRows } from "../modality/image/pixelRows.ts";
import type { Runtime } from "../runtime/index.ts";
import {
  type EvaluateOptions,
  type EvaluationSets,
  evaluateVectors,
  evaluateVectorViews,
} from "../train/index.ts";

/**
 * The metrics of the pixels themselves, 0 to 255, as vectors: the baseline that any encoder has to beat. Of more pictures
 * than fit into memory, the means of squares stand for the pixels, see {@link pixelSquare}.
 */
export async function evaluatePixels(
  runtime: Runtime,
  sets: EvaluationSets<ImageDataset>,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const { queries, references } = sets;
  const side = pixelSquare(references ?? queries);
  const { rows: q } = await pixelRows(queries, side, options.signal);
  const r = references ? (await pixelRows(references, side, options.signal)).rows : q;
  return evaluateVectors(runtime, sets, q, r, options);
}

/**
 * The metrics of what a frozen trunk makes of the images: the baseline of the head that is trained on it. Null where
 * the images have no such features.
 */
export async function evaluateFeatures(
  runtime: Runtime,
  sets: EvaluationSets<ImageDataset>,
  options: EvaluateOptions = {},
): Promise<Evaluation | null> {
  const { queries, references } = sets;
  const r = (references ?? queries).features;
  return queries.features && r ? evaluateVectors(runtime, sets, queries.features, r, options) : null;
}

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

/** How the pixels themselves keep two variations of a picture together: the baseline that any encoder has to beat. */
export function evaluatePixelViews(
  runtime: Runtime,
  [first, second]: VariedTwice,
  options: EvaluateOptions = {},
): Promise<ViewMetrics> {
  const [one, other] = [first, second].map(({ pixels }) => Float32Array.from(pixels));
  return evaluateVectorViews(runtime, one!, other!, pixelsPerImage(first), options);
}
