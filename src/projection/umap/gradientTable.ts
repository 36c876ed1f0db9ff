import type { Curve } from "./curve.ts";

/** Steps in an octave, as bits of the mantissa: 128 leave a relative error below 1e-4. */
const STEP_BITS = 7;
const LEAST_EXPONENT = -32;
const LARGEST_EXPONENT = 24;

/** How many low bits of a float32 lie within a step of the table. */
export const fractionBits = 23 - STEP_BITS;
/** The bits of the least squared distance in the table, 2^-32; nearer points get its gradient. */
export const leastBits = (LEAST_EXPONENT + 127) << 23;
/** The bits of the largest, 2^24. */
export const largestBits = (LARGEST_EXPONENT + 127) << 23;

/**
 * The pull or push of two points over their squared distance, to be read by the bits of a float32: the high ones are
 * the index, the low ones how far it is to the next entry.
 *
 * A layout of 70,000 points evaluates these hundreds of millions of times, and `Math.pow` alone would be most of it.
 */
export interface GradientTables {
  /** `-2ab d^(2b - 2) / (1 + a d^(2b))`. */
  readonly pull: Float32Array;
  /** `2b / ((0.001 + d^2) (1 + a d^(2b)))`; the 0.001 bounds it where points meet. */
  readonly push: Float32Array;
}

/** @see McInnes, Healy and Melville, "UMAP" (2018), appendix C, https://arxiv.org/abs/1802.03426 */
export function gradientTables({ a, b }: Curve): GradientTables {
  // One entry beyond the last, for interpolation at the end of the range.
  const length = ((largestBits - leastBits) >> fractionBits) + 2;
  const bits = Int32Array.from({ length }, (_, i) => leastBits + (i << fractionBits));
  const squares = new Float32Array(bits.buffer);
  return {
    pull: squares.map((d2) => (-2 * a * b * d2 ** (b - 1)) / (1 + a * d2 ** b)),
    push: squares.map((d2) => (2 * b) / ((0.001 + d2) * (1 + a * d2 ** b))),
  };
}

/**
 * The bits of squared distance from which on no gradient of a table comes to more than `clip` in a coordinate.
 *
 * The greatest coordinate of a gradient is its strength times the distance.
 */
export function clippedBits(table: Float32Array, clip: number): number {
  let end = 0;
  const square = new Float32Array(1);
  const bits = new Int32Array(square.buffer);
  for (let at = 0; at + 1 < table.length; at++) {
    // The greatest strength in this step, at its greatest distance.
    bits[0] = leastBits + ((at + 1) << fractionBits);
    const strength = Math.max(Math.abs(table[at]!), Math.abs(table[at + 1]!));
    if (strength * Math.sqrt(square[0]!) > clip) end = at + 1;
  }
  return leastBits + (end << fractionBits);
}
