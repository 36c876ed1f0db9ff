import { InputError } from "../base/index.ts";
import type { Pacer } from "../base/pacer.ts";
import { inverseNorm } from "../base/unitRows.ts";
import { classesOf, type Labels } from "./labels.ts";

/**
 * Sums of the unit vectors `x / |x|` of each class, in float64: what turns a mean over n^2 pairs into dot products,
 * because the sum over a class of `x . y` is `x . (sum of y)`.
 */
export interface ClassSums {
  /** `[classes, dim]` */
  readonly sums: Float64Array;
  /** Rows of each class, `[classes]`. */
  readonly sizes: Uint32Array;
  /** Rows of each class that are not all zeros: the sum of `x . x`, each being 1 or 0, `[classes]`. */
  readonly selfSums: Float64Array;
  /** `1 / |x|` of each row, 0 for a row of zeros, `[rows]`. */
  readonly scales: Float64Array;
  /** The class of each row, `[rows]`. */
  readonly classes: Int32Array;
}

/**
 * @param matrix `[rows, dim]`, row-major, of any length of row
 * @param labels `[rows]`
 * @throws InputError when the matrix is not `labels.length * dim` long, or holds a value that is not finite.
 */
export async function classSums(
  matrix: Float32Array,
  labels: Labels,
  dim: number,
  pacer: Pacer,
): Promise<ClassSums> {
  const rows = rowsLabelled(matrix, labels, dim);
  const numbered = classesOf({ labels });
  const classes = numbered.of[0]!;
  const sums = new Float64Array(numbered.count * dim);
  const sizes = new Uint32Array(numbered.count);
  const selfSums = new Float64Array(numbered.count);
  const scales = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    const scale = inverseNorm(matrix, row, dim, "embeddings");
    const own = classes[row]!;
    const from = row * dim;
    const to = own * dim;
    for (let k = 0; k < dim; k++) sums[to + k]! += matrix[from + k]! * scale;
    sizes[own]!++;
    if (scale > 0) selfSums[own]!++;
    scales[row] = scale;
    if (pacer.due()) await pacer.pause();
  }
  return { sums, sizes, selfSums, scales, classes };
}

/**
 * How many rows a matrix has: one for each label.
 *
 * @throws InputError when it has others.
 */
export function rowsLabelled(matrix: Float32Array, labels: Labels, dim: number): number {
  const rows = labels.length;
  if (matrix.length === rows * dim) return rows;
  throw new InputError(
    `the embeddings hold ${matrix.length} numbers, expected ${rows} labels x dim ${dim} = ${rows * dim}`,
  );
}
