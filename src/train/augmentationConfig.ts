import { type AugmentationPolicy, type AugmentOptions, augmentationOf } from "../data/index.ts";
import type { RunConfig } from "./runConfig.ts";

type AugmentationConfig = NonNullable<RunConfig["augmentation"]>;

/** Grey pictures up to this size are taken for digits and the like; larger ones for photos. */
const greatestDigit = 32;

/** The policy by which pictures are varied where no label tells what is alike. */
export function viewPolicy(channels: number, size: number): AugmentationPolicy {
  return channels === 1 && size <= greatestDigit ? "digits" : "photo";
}

/** A policy as a configuration holds it, with an elastic distortion of `elastic` pixels in place of its own. */
export function augmentationConfig(
  policy: AugmentationPolicy,
  size: number,
  elastic: number | undefined,
): AugmentationConfig {
  const { shift = 0, rotation = 0, scale = 0, elastic: usual, ...others } = augmentationOf(policy, size);
  const distortion = elastic === undefined ? usual : { alpha: elastic, sigma: 4 };
  // In the order of the schema, so that the file of a configuration is the same after it was read.
  return { shift, rotation, scale, elastic: distortion ?? null, policy, ...others };
}

/** The variations of a configuration, as `augmentInto` takes them. */
export function augmentOptions({ elastic, policy: _, ...rest }: AugmentationConfig): AugmentOptions {
  return elastic ? { ...rest, elastic } : rest;
}
