import { Pacer } from "../base/pacer.ts";
import { classSums } from "./classSums.ts";
import type { Labels } from "./labels.ts";

/** Mean cosine similarities, -1 to 1. */
export interface PairSimilarity {
  /** Over all pairs i < j of one label; NaN when there is none. */
  readonly alike: number;
  /** Over all pairs i < j of two labels; NaN when there is none. */
  readonly unalike: number;
}

/**
 * The mean cosine similarity of all alike and of all unalike pairs, exact, in O(rows * dim).
 *
 * With S_c the sum of a class's unit vectors and S the sum of all: the alike pairs sum to `(sum |S_c|^2 - sum |x|^2) / 2`,
 * the unalike ones to `(|S|^2 - sum |S_c|^2) / 2`; float64 throughout. A row of zeros has similarity 0 to all.
 *
 * @param matrix `[rows, dim]`, row-major, of any length of row
 * @param labels `[rows]`
 * @throws InputError when the matrix is not `labels.length * dim` long, or holds a value that is not finite.
 */
export async function pairSimilarity(
  matrix: Float32Array,
  labels: Labels,
  dim: number,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<PairSimilarity> {
  const { sums, sizes, selfSums } = await classSums(matrix, labels, dim, new Pacer(options.signal));
  const all = new Float64Array(dim);
  let classSquares = 0;
  let selfSum = 0;
  let alikePairs = 0;
  for (let index = 0; index < sizes.length; index++) {
    for (let k = 0; k < dim; k++) {
      const sum = sums[index * dim + k]!;
      all[k]! += sum;
      classSquares += sum * sum;
    }
    selfSum += selfSums[index]!;
    alikePairs += (sizes[index]! * (sizes[index]! - 1)) / 2;
  }
  let allSquares = 0;
  for (const sum of all) allSquares += sum * sum;
  const unalikePairs = (labels.length * (labels.length - 1)) / 2 - alikePairs;
  return {
    alike: alikePairs === 0 ? Number.NaN : (classSquares - selfSum) / 2 / alikePairs,
    unalike: unalikePairs === 0 ? Number.NaN : (allSquares - classSquares) / 2 / unalikePairs,
  };
}
