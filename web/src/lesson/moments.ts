import type { Message } from "kindred/workspace";

/** The recorded pictures as they lay at some moments of the training, along the same axes at all of them. */
export interface Moments {
  readonly labels: Int32Array;
  readonly count: number;
  /** Steps trained by then. */
  readonly steps: readonly number[];
  /** Epochs trained by then. */
  readonly epochs: readonly number[];
  /** Of each moment, `[count, 3]`. */
  readonly positions: readonly Float32Array[];
  /** All of them together, `[moments * count, 3]`. */
  readonly all: Float32Array;
}

/**
 * The moments of a `MomentsHead` message.
 *
 * @throws Error when an array is missing.
 */
export function momentsOf({ arrays }: Message): Moments {
  const { labels, positions, steps, epochs } = arrays;
  if (
    !(
      labels instanceof Int32Array &&
      positions instanceof Float32Array &&
      steps instanceof Uint32Array &&
      epochs instanceof Float32Array
    )
  ) {
    throw new Error("the answer has no moments");
  }
  const count = labels.length;
  return {
    labels,
    count,
    steps: [...steps],
    epochs: [...epochs],
    positions: Array.from({ length: steps.length }, (_, at) =>
      positions.subarray(3 * count * at, 3 * count * (at + 1)),
    ),
    all: positions,
  };
}

/** At most `most` of the moments, with the first and the last. Early ones lie closer together, as most happens there. */
export function shownMoments(moments: number, most: number): number[] {
  if (moments <= most) return Array.from({ length: moments }, (_, at) => at);
  const chosen = new Set<number>();
  for (let i = 0; i < most; i++) chosen.add(Math.round((moments - 1) * (i / (most - 1)) ** 1.6));
  return [...chosen].sort((a, b) => a - b);
}

/** `before the first step`, `after 91 steps`, `after 2.0 epochs`. */
export function momentText(step: number, epoch: number): string {
  if (step === 0) return "before the first step";
  return epoch < 1 ? `after ${step} ${step === 1 ? "step" : "steps"}` : `after ${epoch.toFixed(1)} epochs`;
}
