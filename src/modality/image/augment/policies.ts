import type { ElasticOptions } from "./elastic.ts";
import type { AugmentOptions } from "./options.ts";

/** A little of each motion: of the variations tried on MNIST with labels the best in few steps. */
export const lightAugmentation: AugmentOptions = { shift: 1, rotation: 7, scale: 0.1 };

/** Elastic distortion as in the paper, for digits of 28 x 28 (Simard et al. 2003: sigma 4, alpha 34). */
export const paperElastic: ElasticOptions = { alpha: 34, sigma: 4 };

/**
 * Names of whole sets of variations:
 * - `light`: a little shift, rotation and scale;
 * - `digits`: as much of all of these, of slant, thickness and elastic distortion as leaves a digit what it is; no mirror;
 * - `photo`: SimCLR's for small photos: a part of the picture, mirrored or not, in other colours or in grey;
 * - `drawings`: as much as one drawing of a thing differs from another's: place, size, proportions, colours; no mirror.
 */
export const augmentationPolicies = ["light", "digits", "photo", "drawings"] as const;

export type AugmentationPolicy = (typeof augmentationPolicies)[number];

/**
 * A policy for square pictures of a size: what is in pixels grows with them, except in `light`.
 *
 * `photo` has the strengths that SimCLR takes for CIFAR-10 (appendix B.9: colours at half strength), but parts of a fifth
 * of the area at least, and from 64 x 64 on its blur, whose deviation goes up to a 112th of the size (2 at 224).
 *
 * @see Chen et al., "A Simple Framework for Contrastive Learning" (2020), appendix A, https://arxiv.org/abs/2002.05709
 */
export function augmentationOf(policy: AugmentationPolicy, size: number): AugmentOptions {
  switch (policy) {
    case "light":
      return lightAugmentation;
    case "digits":
      return digitsAugmentation(size);
    case "photo":
      return {
        crop: { area: [0.2, 1], aspect: [3 / 4, 4 / 3] },
        flip: 0.5,
        jitter: { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1, probability: 0.8 },
        grey: 0.2,
        ...(size < 64 ? {} : { blur: { sigma: [0.1, size / 112], probability: 0.5 } }),
      };
    case "drawings":
      return {
        ...{ shift: size / 16, rotation: 15, scale: 0.15 },
        // Not for its parts, but for proportions; and beyond it the outermost pixels go on, as a plain ground does.
        crop: { area: [0.8, 1], aspect: [4 / 5, 5 / 4] },
        jitter: { brightness: 0.2, contrast: 0.2, saturation: 1, hue: 0.08, probability: 0.8 },
        grey: 0.15,
        blur: { sigma: [0.1, size / 48], probability: 0.3 },
      };
  }
}

/** Chosen on MNIST without labels, by the 1-NN accuracy that SimCLR came to. */
function digitsAugmentation(size: number): AugmentOptions {
  const larger = size / 28;
  return {
    shift: 2 * larger,
    rotation: 15,
    scale: 0.2,
    slant: 15,
    stroke: 0.5,
    // Displacements are as alpha over sigma, and grow with the picture as the distance of places that move alike.
    elastic: { alpha: 20 * larger ** 2, sigma: 4 * larger },
  };
}

/** Grey pictures up to this size are taken for digits and the like; larger ones for photos. */
const greatestDigit = 32;

/** The policy by which pictures are varied where no label tells what is alike. */
export function viewPolicy(channels: number, size: number): AugmentationPolicy {
  return channels === 1 && size <= greatestDigit ? "digits" : "photo";
}
