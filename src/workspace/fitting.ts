import type { Preprocessing } from "../modality/image/index.ts";
import type { RunInfo } from "./protocol.ts";

type Taken = Pick<RunInfo, "preprocessing" | "input" | "classNames">;

/** How a picture file becomes one that a run's encoder takes: as its own pictures did, or else cut to its middle. */
export function fittingOf({ preprocessing, input }: Taken): Preprocessing {
  return preprocessing ?? { size: input.width, channels: input.channels === 1 ? 1 : 3, fit: "cover" };
}

/**
 * Whether a run's pictures are digits as MNIST has them, so that one can be drawn, and a photograph of one is centred as
 * they are: grey, 28 x 28, from no files, its classes called by numbers.
 */
export function takesDigits({ preprocessing, input, classNames }: Taken): boolean {
  const { width, height, channels } = input;
  return !preprocessing && !classNames && channels === 1 && width === 28 && height === 28;
}
