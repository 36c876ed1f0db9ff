import { InputError, KindredError } from "../../base/index.ts";
import type { Items } from "../../data/dataset.ts";
import type { Preprocessing } from "./fit/preprocessing.ts";

/** Labelled images, held as the bytes they came in: a quarter of the memory that float32 would take. */
export interface ImageDataset extends Items {
  /** 1 for grey, 3 for red, green, blue. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** `[count, channels, height, width]`, 0 to 255. */
  readonly pixels: Uint8Array;
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

/** The pixels of one image, as a view. */
export function pixelsAt(
  images: Pick<ImageDataset, "pixels" | "channels" | "height" | "width">,
  row: number,
): Uint8Array {
  const each = images.channels * images.height * images.width;
  return images.pixels.subarray(row * each, (row + 1) * each);
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

/** The first `n` images as views, or all of them where there are fewer. */
export function takeFirst(dataset: ImageDataset, n: number): ImageDataset {
  return n >= dataset.count ? dataset : sliceImages(dataset, 0, n);
}

/** The images at these rows, copied. */
export function pickImages(dataset: ImageDataset, rows: Uint32Array): ImageDataset {
  const { paths, fields, features, rows: ofSource, pixelsChecksum: _, ...rest } = dataset;
  const pixels = new Uint8Array(rows.length * pixelsPerImage(dataset));
  gatherRows(dataset, dataset.pixels, rows, pixels, (part, at) => pixels.set(part, at));
  return {
    ...rest,
    count: rows.length,
    pixels,
    labels: Int32Array.from(rows, (row) => dataset.labels[row]!),
    ...(paths ? { paths: Array.from(rows, (row) => paths[row]!) } : {}),
    ...(fields ? { fields: Array.from(rows, (row) => fields[row]!) } : {}),
    ...(features ? { features: gatherImages(dataset, rows) } : {}),
    ...(ofSource ? { rows: Uint32Array.from(rows, (row) => ofSource[row]!) } : {}),
  };
}

/**
 * The images of the given rows, scaled to [-1, 1]: `[rows, channels, height, width]`; or the features `[rows, d]` where a
 * frozen model made some.
 *
 * @throws KindredError for a row that is not there.
 */
export function gatherImages(dataset: ImageDataset, rows: Uint32Array): Float32Array<ArrayBuffer> {
  const { features, pixels, count } = dataset;
  const each = features ? features.length / Math.max(1, count) : pixelsPerImage(dataset);
  const gathered = new Float32Array(rows.length * each);
  if (features) gatherRows(dataset, features, rows, gathered, (part, at) => gathered.set(part, at));
  else gatherRows(dataset, pixels, rows, gathered, (part, at) => scalePixels(part, gathered, at));
  return gathered;
}

/** Has each of the given rows of an array written to its place in `out`. */
function gatherRows<A extends Uint8Array | Float32Array>(
  { name, count }: ImageDataset,
  from: A,
  rows: Uint32Array,
  out: Uint8Array | Float32Array,
  write: (part: A, at: number) => void,
): void {
  const outside = rows.find((row) => row >= count);
  if (outside !== undefined) {
    throw new KindredError(`row ${outside} is not in ${name}, expected one below ${count}`);
  }
  if (rows.length === 0) return;
  const each = out.length / rows.length;
  const first = rows[0]!;
  // Rows side by side in one go take a third of the time, on a thread that takes turns with the engine's.
  const length = rows.every((row, i) => row === first + i) ? rows.length : 1;
  for (let at = 0; at < rows.length; at += length) {
    const start = rows[at]! * each;
    write(from.subarray(start, start + length * each) as A, at * each);
  }
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
