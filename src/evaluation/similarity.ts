import { InputError } from "../base/index.ts";

/**
 * Cosine similarities `[queryCount, references]` (row-major) of the queries `queryStart` to
 * `queryStart + queryCount - 1` against all references.
 *
 * The whole matrix never exists: a caller asks for {@link blockRows} rows at a time, and is done with a block
 * before it asks for the next, so an implementation may reuse the array. A row of zeros has similarity 0 to everything.
 */
export type SimilarityBlocks = (queryStart: number, queryCount: number) => Promise<Float32Array>;

/**
 * Larger arrays than this are given back to the system after each block and fetched anew, page by page: at 64 MiB an
 * evaluation of MNIST took 38 s, against 24 s, and smaller ones gain nothing.
 */
const BLOCK_BYTES = 8 * 2 ** 20;

/** More rows than this gain no speed, and make progress and cancelling coarse. */
const MOST_ROWS = 1024;

/** How many queries a block of similarities holds: as many rows of `references` float32 as fit in 8 MiB, 1 to 1024. */
export function blockRows(references: number): number {
  return Math.max(1, Math.min(MOST_ROWS, Math.floor(BLOCK_BYTES / (4 * references))));
}

/**
 * The rows of a matrix at unit length: `x / |x|_2`, in a new matrix; a row of zeros stays zeros.
 *
 * Norms are summed in float64, so that neither tiny nor huge rows under- or overflow.
 *
 * @param matrix `[rows, dim]`, row-major
 * @returns `[rows, dim]`
 * @throws InputError when the matrix is not `rows * dim` long, or a value is not finite (row and column named).
 */
export function normalizeRows(matrix: Float32Array, rows: number, dim: number): Float32Array {
  if (matrix.length !== rows * dim) {
    throw new InputError(
      `the matrix holds ${matrix.length} numbers, expected ${rows} rows x ${dim} columns = ${rows * dim}`,
    );
  }
  const normalized = new Float32Array(matrix.length);
  for (let row = 0; row < rows; row++) {
    const scale = inverseNorm(matrix, row, dim, "the matrix");
    const end = (row + 1) * dim;
    for (let i = row * dim; i < end; i++) normalized[i] = matrix[i]! * scale;
  }
  return normalized;
}

/**
 * `1 / |x|_2` of one row in float64, 0 for a row of zeros.
 *
 * @throws InputError when a value is not finite: `name`, row and column are in the message.
 */
export function inverseNorm(matrix: Float32Array, row: number, dim: number, name: string): number {
  const start = row * dim;
  let squares = 0;
  for (let i = start; i < start + dim; i++) squares += matrix[i]! * matrix[i]!;
  if (!Number.isFinite(squares)) {
    const column = matrix.subarray(start, start + dim).findIndex((value) => !Number.isFinite(value));
    throw new InputError(
      `${name}: row ${row}, column ${column} (counted from 0) is ${matrix[start + column]}, expected finite numbers: the encoder that made them may have diverged`,
    );
  }
  return squares === 0 ? 0 : 1 / Math.sqrt(squares);
}
