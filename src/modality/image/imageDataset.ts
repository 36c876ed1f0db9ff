import { type Fields, InputError } from "../../base/index.ts";
import type { Preprocessing } from "./fit/preprocessing.ts";

/** Labelled images, held as the bytes they came in: a quarter of the memory that float32 would take. */
export interface ImageDataset {
  /** Where the images came from, for messages and figures. */
  readonly name: string;
  /** Number of images. */
  readonly count: number;
  /** 1 for grey, 3 for red, green, blue. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** `[count, channels, height, width]`, 0 to 255. */
  readonly pixels: Uint8Array;
  /** `[count]`, the class of each image: a non-negative integer; all 0 where the images have no labels. */
  readonly labels: Int32Array;
  /** Whether the labels mean anything. Default true. */
  readonly labelled?: boolean;
  /** Names of the classes by label; digits and other numbers have none. */
  readonly classes?: readonly string[];
  /** `[count]`, where each image is, relative to its data set and with `/` between folders; arrays have none. */
  readonly paths?: readonly string[];
  /** `[count]`, what a table says of each image beside its label; left out where that was not asked for. */
  readonly fields?: readonly Fields[];
  /**
   * `[count]`, the row of its source that each image is, counted from 0, of picture files their place in the listing; left
   * out where they are in the source's order.
   */
  readonly rows?: Uint32Array;
  /** How files became images of one size; null or left out where they came as they are. */
  readonly preprocessing?: Preprocessing | null;
  /** CRC-32 of the pixels, where it is known without reading all of them. */
  readonly pixelsChecksum?: number;
  /**
   * `[count, d]`: what a frozen model made of each image; where it is there, batches are made of it in place of the pixels,
   * which are for people then.
   */
  readonly features?: Float32Array;
}

/** Bytes of one image: `channels * height * width`. */
export function pixelsPerImage(dataset: ImageDataset): number {
  return dataset.channels * dataset.height * dataset.width;
}

/** Shape of an example in a batch: `[channels, height, width]`, or `[d]` where a frozen model's features stand for images. */
export function exampleShapeIn(dataset: ImageDataset): number[] {
  const { channels, height, width, features, count } = dataset;
  return features ? [features.length / Math.max(1, count)] : [channels, height, width];
}

/** The images `[start, end)` as views on the same memory, no copy. */
export function sliceImages(dataset: ImageDataset, start: number, end: number): ImageDataset {
  if (
    !(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start <= end && end <= dataset.count)
  ) {
    throw new InputError(
      `images ${start} to ${end} cannot be taken from ${dataset.name}, expected integers from 0 to ${dataset.count} in order`,
    );
  }
  const each = pixelsPerImage(dataset);
  // What is known of all the pixels holds for no part of them.
  const { pixelsChecksum: _, ...rest } = dataset;
  return {
    ...rest,
    count: end - start,
    pixels: dataset.pixels.subarray(start * each, end * each),
    labels: dataset.labels.subarray(start, end),
    ...(dataset.paths ? { paths: dataset.paths.slice(start, end) } : {}),
    ...(dataset.fields ? { fields: dataset.fields.slice(start, end) } : {}),
    ...(dataset.rows ? { rows: dataset.rows.subarray(start, end) } : {}),
    ...(dataset.features ? { features: featureRows(dataset.features, dataset.count, start, end) } : {}),
  };
}

function featureRows(features: Float32Array, count: number, start: number, end: number): Float32Array {
  const each = features.length / Math.max(1, count);
  return features.subarray(start * each, end * each);
}

/** What people call a class: its name, or else its number. */
export function className({ classes }: Pick<ImageDataset, "classes">, label: number): string {
  return classes?.[label] ?? String(label);
}

/** The first `n` images as views, or all of them where there are fewer. */
export function takeFirst(dataset: ImageDataset, n: number): ImageDataset {
  return n >= dataset.count ? dataset : sliceImages(dataset, 0, n);
}

/**
 * The last `n` images for validation and those before them for training, as views. Of images that lie in the order of
 * their classes these would be all of one class: `mixed` comes before.
 *
 * @throws InputError when `n` is no integer, is negative, or leaves fewer than two training images.
 */
export function splitValidation(
  dataset: ImageDataset,
  n: number,
): { training: ImageDataset; validation: ImageDataset } {
  if (!Number.isInteger(n) || n < 0) {
    throw new InputError(`${n} validation images cannot be set aside, expected an integer of 0 or more`);
  }
  const rest = dataset.count - n;
  if (rest < 2) {
    throw new InputError(
      `${dataset.name} has ${dataset.count} images, setting ${n} aside for validation leaves ${Math.max(rest, 0)} for training, expected at least 2: keep fewer of them (--validation)`,
    );
  }
  return {
    training: sliceImages(dataset, 0, rest),
    validation: sliceImages(dataset, rest, dataset.count),
  };
}

/** `x / 127.5 - 1` for each byte, rounded to float32 once: 0 is -1, 255 is 1. */
const scaled = Float32Array.from({ length: 256 }, (_, x) => x / 127.5 - 1);

/** Writes `pixels`, scaled from 0..255 to [-1, 1] by `x / 127.5 - 1`, into `out` from `offset` on. */
export function scalePixels(
  pixels: Uint8Array,
  out: Float32Array<ArrayBuffer> = new Float32Array(pixels.length),
  offset = 0,
): Float32Array<ArrayBuffer> {
  for (let i = 0; i < pixels.length; i++) out[offset + i] = scaled[pixels[i]!]!;
  return out;
}

/** How many images each label has, in ascending order of the label. */
export function classCounts(labels: Int32Array): Map<number, number> {
  const counts = new Map<number, number>();
  for (const label of labels.toSorted()) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}
