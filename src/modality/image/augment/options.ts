import { InputError } from "../../../base/index.ts";
import type { ElasticOptions } from "./elastic.ts";

/** From the least to the greatest, both included. */
export type Range = readonly [least: number, greatest: number];

/** A part of the picture, cut out at random and enlarged to the whole. */
export interface CropOptions {
  /** Share of the picture's area, drawn uniformly; up to 1. SimCLR's is 0.08 to 1. */
  readonly area: Range;
  /** Width by height, drawn uniformly in the logarithm. SimCLR's is 3/4 to 4/3. */
  readonly aspect: Range;
}

/** How colours are changed, in an order drawn anew for each picture. SimCLR's at full strength: 0.8, 0.8, 0.8, 0.2. */
export interface JitterOptions {
  /** Factors are drawn uniformly from `1 - brightness` (0 at least) to `1 + brightness`. */
  readonly brightness: number;
  /** Likewise, about the mean of the picture in grey. */
  readonly contrast: number;
  /** Likewise, about each pixel in grey. */
  readonly saturation: number;
  /** Greatest turn of the hue to either side, as a share of the colour wheel; up to 0.5. */
  readonly hue: number;
  /** How likely a picture is changed. SimCLR's is 0.8. */
  readonly probability: number;
}

export interface BlurOptions {
  /** Standard deviation of the Gaussian in pixels, drawn uniformly. SimCLR's is 0.1 to 2, for pictures of 224 x 224. */
  readonly sigma: Range;
  /** How likely a picture is blurred. SimCLR's is 0.5. */
  readonly probability: number;
}

/** How pictures are varied at random, each on its own; what is not given stays as it is. */
export interface AugmentOptions {
  /** Greatest shift along each axis, in pixels, drawn uniformly from both directions. Default 0. */
  readonly shift?: number;
  /** Greatest rotation to either side about the middle, in degrees, drawn uniformly. Default 0. */
  readonly rotation?: number;
  /** Greatest change of size: a factor drawn uniformly from `1 - scale` to `1 + scale`. Default 0; below 1. */
  readonly scale?: number;
  /** Greatest slant to either side, in degrees from upright, drawn uniformly. Default 0; below 90. */
  readonly slant?: number;
  /** Elastic distortion. Default none. */
  readonly elastic?: ElasticOptions;
  /** A random part of the picture, enlarged. Beyond it, its outermost pixels go on. Default none. */
  readonly crop?: CropOptions;
  /** How likely a picture is mirrored, left to right. Default 0. */
  readonly flip?: number;
  /** Greatest share of thicker or thinner strokes that is mixed in, drawn uniformly for both. Default 0; up to 1. */
  readonly stroke?: number;
  /** Brightness, contrast, saturation and hue. Default as they are. */
  readonly jitter?: JitterOptions;
  /** How likely a coloured picture turns grey. Default 0; SimCLR's is 0.2. */
  readonly grey?: number;
  /** Gaussian blur. Default none. */
  readonly blur?: BlurOptions;
  /** What lies beyond a picture's edges, in the unit of its pixels. Default 0, black. */
  readonly background?: number;
}

/**
 * That options are in their ranges.
 *
 * @throws InputError naming the first that is not, and what is expected.
 */
export function requireAugmentOptions(options: AugmentOptions): void {
  const { shift = 0, rotation = 0, scale = 0, slant = 0, flip = 0, stroke = 0, grey = 0 } = options;
  const { elastic, crop, jitter, blur, background = 0 } = options;
  const require = (what: string, value: number | Range, holds: boolean, expected: string): void => {
    if (holds) return;
    const received = typeof value === "number" ? value : `${value[0]} to ${value[1]}`;
    throw new InputError(`augmentation's ${what} ${received} cannot be used, expected ${expected}`);
  };
  const atLeast0 = (value: number): boolean => value >= 0 && value < Number.POSITIVE_INFINITY;
  const share = (what: string, value: number): void =>
    require(what, value, value >= 0 && value <= 1, "a share from 0 to 1");
  const rising = ([least, greatest]: Range): boolean =>
    least > 0 && least <= greatest && greatest < Number.POSITIVE_INFINITY;
  require("shift", shift, atLeast0(shift), "pixels, 0 or more");
  require("rotation", rotation, atLeast0(rotation), "degrees, 0 or more");
  require("scale", scale, scale >= 0 && scale < 1, "a share of 0 or more and below 1");
  require("slant", slant, slant >= 0 && slant < 90, "degrees of 0 or more and below 90");
  require("background", background, Number.isFinite(background), "a pixel's value");
  share("flip", flip);
  share("stroke", stroke);
  share("grey", grey);
  if (elastic) {
    const { alpha, sigma } = elastic;
    require("elastic alpha", alpha, atLeast0(alpha), "pixels, 0 or more");
    require("elastic sigma", sigma, sigma > 0 && sigma < Number.POSITIVE_INFINITY, "pixels, more than 0");
  }
  if (crop) {
    const { area, aspect } = crop;
    require("crop area", area, rising(area) && area[1] <= 1, "shares above 0 and up to 1, the lesser first");
    require("crop aspect", aspect, rising(aspect), "ratios above 0, the lesser first");
  }
  if (jitter) {
    for (const name of ["brightness", "contrast", "saturation"] as const) {
      require(`jitter ${name}`, jitter[name], atLeast0(jitter[name]), "0 or more");
    }
    require("jitter hue", jitter.hue, jitter.hue >= 0 && jitter.hue <= 0.5, "a share from 0 to 0.5");
    share("jitter probability", jitter.probability);
  }
  if (blur) {
    require("blur sigma", blur.sigma, rising(blur.sigma), "pixels above 0, the lesser first");
    share("blur probability", blur.probability);
  }
}
