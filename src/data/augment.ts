import { InputError, KindredError, type Rng } from "../base/index.ts";
import { ElasticField, type ElasticOptions } from "./augmentElastic.ts";
import { inverseMap, type Pictures, resample } from "./augmentResample.ts";

/** How pictures are varied at random, each on its own; what is not given stays as it is. */
export interface AugmentOptions {
  /** Greatest shift along each axis, in pixels, drawn uniformly from both directions. Default 0. */
  readonly shift?: number;
  /** Greatest rotation to either side about the middle, in degrees, drawn uniformly. Default 0. */
  readonly rotation?: number;
  /** Greatest change of size: a factor drawn uniformly from `1 - scale` to `1 + scale`. Default 0; below 1. */
  readonly scale?: number;
  /** Elastic distortion. Default none. */
  readonly elastic?: ElasticOptions;
  /** What lies beyond a picture's edges, in the unit of its pixels. Default 0, black. */
  readonly background?: number;
}

/** A little of each motion, for digits and other small pictures; our choice. */
export const lightAugmentation: AugmentOptions = { shift: 2, rotation: 10, scale: 0.1 };

/** Elastic distortion as in the paper, for digits of 28 x 28 (Simard et al. 2003: sigma 4, alpha 34). */
export const paperElastic: ElasticOptions = { alpha: 34, sigma: 4 };

/**
 * Varies the pictures of the given rows at random and writes them one after the other, `[rows, channels, height,
 * width]`, in the unit they came in. All motions together are one bilinear pass over each picture, so that it
 * blurs but once, and no value lies outside those of the picture and the background.
 *
 * @throws InputError for options out of range; KindredError for a row that is not there, or an `out` of another size.
 */
export function augmentInto(
  out: Float32Array,
  pictures: Pictures,
  rows: Uint32Array,
  rng: Rng,
  options: AugmentOptions,
): void {
  const { shift = 0, rotation = 0, scale = 0, elastic, background = 0 } = options;
  requireOptions(options);
  const { channels, height, width } = pictures;
  const each = channels * height * width;
  requireFit(out, pictures, rows, each);
  const field = elastic ? new ElasticField(height, width, elastic) : null;
  const radians = (rotation * Math.PI) / 180;
  for (let i = 0; i < rows.length; i++) {
    const angle = rng.uniform(-radians, radians);
    const factor = rng.uniform(1 - scale, 1 + scale);
    const down = rng.uniform(-shift, shift);
    const right = rng.uniform(-shift, shift);
    const map = inverseMap({ angle, factor, down, right }, height, width);
    field?.draw(rng);
    resample(out, i * each, pictures, rows[i]!, map, field?.displacement ?? null, background);
  }
}

/**
 * The images of the given rows varied at random and scaled from 0..255 to [-1, 1] by `x / 127.5 - 1`, as an encoder
 * takes them: `[rows, channels, height, width]`.
 */
export function augmentImages(
  dataset: Pictures & { readonly pixels: Uint8Array },
  rows: Uint32Array,
  rng: Rng,
  options: AugmentOptions,
): Float32Array<ArrayBuffer> {
  const { channels, height, width } = dataset;
  const images = new Float32Array(rows.length * channels * height * width);
  augmentInto(images, dataset, rows, rng, options);
  for (let i = 0; i < images.length; i++) images[i] = images[i]! / 127.5 - 1;
  return images;
}

function requireOptions(options: AugmentOptions): void {
  const { shift = 0, rotation = 0, scale = 0, elastic, background = 0 } = options;
  const require = (what: string, value: number, holds: boolean, expected: string): void => {
    if (holds) return;
    throw new InputError(`augmentation's ${what} ${value} cannot be used, expected ${expected}`);
  };
  const atLeast0 = (value: number): boolean => value >= 0 && value < Number.POSITIVE_INFINITY;
  require("shift", shift, atLeast0(shift), "pixels, 0 or more");
  require("rotation", rotation, atLeast0(rotation), "degrees, 0 or more");
  require("scale", scale, scale >= 0 && scale < 1, "a share of 0 or more and below 1");
  require("background", background, Number.isFinite(background), "a pixel's value");
  if (!elastic) return;
  require("elastic alpha", elastic.alpha, atLeast0(elastic.alpha), "pixels, 0 or more");
  const { sigma } = elastic;
  require("elastic sigma", sigma, sigma > 0 && sigma < Number.POSITIVE_INFINITY, "pixels, more than 0");
}

function requireFit(out: Float32Array, pictures: Pictures, rows: Uint32Array, each: number): void {
  if (out.length !== rows.length * each) {
    throw new KindredError(
      `${rows.length} pictures of ${each} values do not fit an array of ${out.length}, expected ${rows.length * each}`,
    );
  }
  const count = pictures.pixels.length / each;
  const outside = rows.find((row) => row >= count);
  if (outside !== undefined) {
    throw new KindredError(`row ${outside} is not among the ${count} pictures, expected one below ${count}`);
  }
}
