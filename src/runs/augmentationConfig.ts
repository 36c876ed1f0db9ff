import { type AugmentationPolicy, type AugmentOptions, augmentationOf } from "../modality/image/index.ts";
import type { RunConfig } from "./runConfig.ts";

type AugmentationConfig = NonNullable<RunConfig["augmentation"]>;

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
