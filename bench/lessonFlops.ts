/** Multiplications and additions of a convolution for one picture. */
const convolution = (out: number, side: number, inner: number, kernel: number): number =>
  2 * out * side * side * inner * kernel * kernel;

const first = convolution(32, 26, 1, 5);
const second = convolution(64, 11, 32, 5);
const linear = 2 * (1600 * 512 + 512 * 64);

/**
 * Floating-point operations of the lesson's encoder for one picture, matrix products and convolutions only: forward, and
 * in a training step, where each layer also has a gradient by its weights and, but for the first, by its input.
 */
export const lessonFlops = {
  forward: first + second + linear,
  step: 2 * first + 3 * (second + linear),
} as const;

/** Operations of one unit of what a benchmark counts by the second: `step` counts pairs, `embed` pictures. */
export const flopsOfUnit: Readonly<Partial<Record<string, number>>> = {
  step: 2 * lessonFlops.step,
  embed: lessonFlops.forward,
};
