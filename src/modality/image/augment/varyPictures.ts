import { Rng } from "../../../base/index.ts";
import { augmentImages } from "./augment.ts";
import type { AugmentOptions } from "./options.ts";
import type { Pictures } from "./warp.ts";

/** Pictures of a batch, and how they are to be varied. */
export interface VariedBatch {
  readonly pictures: Pictures & { readonly pixels: Uint8Array };
  /** Which of the pictures, each as often as it stands here. */
  readonly rows: Uint32Array;
  readonly augmentation: AugmentOptions;
  /** Names the stream that the variations are drawn from. */
  readonly seed: number;
  readonly epoch: number;
  readonly batch: number;
}

/** Varies the pictures of batches, here or on other threads: the same pictures bit for bit wherever it is done. */
export interface PictureVariation {
  /** Batches to ask for ahead of the one in use. */
  readonly ahead: number;
  /** `[rows, channels, height, width]` in [-1, 1], in memory of its own. */
  vary(batch: VariedBatch): Float32Array<ArrayBuffer> | Promise<Float32Array<ArrayBuffer>>;
}

/** Varies on the thread that asks: what every other way has to come to. */
export const variationHere: PictureVariation = {
  ahead: 1,
  vary: ({ pictures, rows, augmentation, seed, epoch, batch }) =>
    augmentImages(pictures, rows, Rng.of(seed, "augmentation", epoch, batch), augmentation),
};
