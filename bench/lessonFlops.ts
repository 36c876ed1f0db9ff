import { encoderCost } from "../src/index.ts";

const { multiplications, trainingMultiplications } = encoderCost({ name: "lesson" });

/**
 * Floating-point operations of the lesson's encoder for one picture, matrix products and convolutions only, a multiplication
 * and an addition each: forward, and in a training step, where each layer also has a gradient by its weights and, but for
 * the first, by its input.
 */
export const lessonFlops = { forward: 2 * multiplications, step: 2 * trainingMultiplications } as const;

/** Operations of one unit of what a benchmark counts by the second: `step` counts pairs, `embed` pictures. */
export const flopsOfUnit: Readonly<Partial<Record<string, number>>> = {
  step: 2 * lessonFlops.step,
  embed: lessonFlops.forward,
};
