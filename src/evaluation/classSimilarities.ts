import { Pacer } from "../base/pacer.ts";
import { classSums } from "./classSums.ts";
import type { Labels } from "./labels.ts";

/** How similar classes are to each other and within themselves. */
export interface ClassSimilarities {
  /** The label of each class, ascending, `[classes]`. */
  readonly labels: readonly number[];
  /**
   * Mean cosine similarity of all pairs of different rows, one of each class, `[classes, classes]`; NaN on the diagonal for
   * a class of one row.
   */
  readonly means: Float64Array;
}

/**
 * The mean cosine similarity of every two classes, exact, in O(rows * dim + classes^2 * dim).
 *
 * With S_c the sum of the unit vectors of class c, n_c their number: `S_c . S_d / (n_c n_d)` between two classes, and
 * `(|S_c|^2 - sum |x|^2) / (n_c (n_c - 1))` within one, so that no row is compared with itself; float64 throughout.
 *
 * @param matrix `[rows, dim]`, row-major, of any length of row
 * @param labels `[rows]`
 * @throws InputError when the matrix is not `labels.length * dim` long, or holds a value that is not finite.
 */
export async function classSimilarities(
  matrix: Float32Array,
  labels: Labels,
  dim: number,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<ClassSimilarities> {
  const { sums, sizes, selfSums } = await classSums(matrix, labels, dim, new Pacer(options.signal));
  const count = sizes.length;
  const means = new Float64Array(count * count);
  for (let a = 0; a < count; a++) {
    for (let b = a; b < count; b++) {
      let product = 0;
      for (let k = 0; k < dim; k++) product += sums[a * dim + k]! * sums[b * dim + k]!;
      const mean =
        a === b
          ? sizes[a]! < 2
            ? Number.NaN
            : (product - selfSums[a]!) / (sizes[a]! * (sizes[a]! - 1))
          : product / (sizes[a]! * sizes[b]!);
      means[a * count + b] = mean;
      means[b * count + a] = mean;
    }
  }
  return { labels: [...new Set(Array.from(labels))].sort((a, b) => a - b), means };
}
