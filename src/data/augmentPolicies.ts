import type { ElasticOptions } from "./augmentElastic.ts";
import type { AugmentOptions } from "./augmentOptions.ts";

/** A little of each motion, for digits and other small pictures; our choice. */
export const lightAugmentation: AugmentOptions = { shift: 2, rotation: 10, scale: 0.1 };

/** Elastic distortion as in the paper, for digits of 28 x 28 (Simard et al. 2003: sigma 4, alpha 34). */
export const paperElastic: ElasticOptions = { alpha: 34, sigma: 4 };
