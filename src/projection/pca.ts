import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { InputError } from "../base/index.ts";
import { Pacer } from "../base/pacer.ts";

/** A fitted principal component analysis: directions of greatest variance, the greatest first. */
export interface PcaModel {
  /** Columns of the data. */
  readonly dim: number;
  /** `[dim]`, the mean of each column. */
  readonly mean: Float64Array;
  /** `[k, dim]`, row by row: orthonormal directions. */
  readonly components: Float64Array;
  /** `[k]`, the variance along each direction, over `rows - 1`. */
  readonly explainedVariance: Float64Array;
  /** `[k]`, that variance as a share of the total over all `dim` directions; 0 where all rows are the same. */
  readonly explainedVarianceRatio: Float64Array;
}

export interface PcaOptions {
  /** Stops the work with an AbortedError. */
  readonly signal?: AbortSignal;
}

/** Rows centred at a time: with 64 columns they are 128 KiB of float64, which stay in the cache. */
const blockRows = 256;

/** Loadings nearer to each other than this count as tied for the largest: rounding must not choose among them. */
const tie = 1e-6;

/**
 * Principal component analysis, exact: the eigenvectors of the covariance `C = (X - mean)^T (X - mean) / (rows - 1)`.
 *
 * Sums are in float64. The loading of largest magnitude of every component is positive (the first one where several
 * tie to one in a million), so that a picture does not flip between runs. Lets the event loop run while the
 * covariance is summed; the eigensolver that follows takes some milliseconds for 64 columns.
 *
 * @param matrix `[rows, dim]`, row-major
 * @param components how many directions to keep, 1 to the smaller of `rows` and `dim`
 * @throws InputError when the sizes do not fit each other, there are fewer than 2 rows, or a value is not finite.
 * @throws AbortedError when stopped by `signal`.
 * @see https://www.jmlr.org/papers/v12/pedregosa11a.html, whose `PCA` gives the same up to signs
 */
export async function fitPca(
  matrix: Float32Array,
  rows: number,
  dim: number,
  components: number,
  options: PcaOptions = {},
): Promise<PcaModel> {
  requireMatrix(matrix, rows, dim);
  requireComponents(rows, dim, components);
  const pacer = new Pacer(options.signal);
  const mean = await columnMeans(matrix, rows, dim, pacer);
  const covariance = await covarianceOf(matrix, rows, dim, mean, pacer);
  let total = 0;
  for (let i = 0; i < dim; i++) total += covariance.get(i, i);
  pacer.throwIfAborted();
  // Ascending eigenvalues, eigenvectors as columns.
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, {
    assumeSymmetric: true,
  });
  const directions = new Float64Array(components * dim);
  const explainedVariance = new Float64Array(components);
  for (let k = 0; k < components; k++) {
    const direction = directions.subarray(k * dim, (k + 1) * dim);
    direction.set(eigenvectorMatrix.getColumn(dim - 1 - k));
    fixSign(direction);
    // Rounding can leave a variance of none a hair below 0.
    explainedVariance[k] = Math.max(0, realEigenvalues[dim - 1 - k]!);
  }
  const explainedVarianceRatio = explainedVariance.map((variance) => (total > 0 ? variance / total : 0));
  return { dim, mean, components: directions, explainedVariance, explainedVarianceRatio };
}

/**
 * Rows as coordinates along a model's components: `(x - mean) · component`.
 *
 * @param matrix `[rows, dim]`, row-major, of the model's `dim`
 * @returns `[rows, k]`
 * @throws InputError when the matrix is not `rows * dim` long, or a value is not finite.
 * @throws AbortedError when stopped by `signal`.
 */
export async function transformPca(
  model: PcaModel,
  matrix: Float32Array,
  rows: number,
  options: PcaOptions = {},
): Promise<Float32Array> {
  const { dim, mean, components } = model;
  requireMatrix(matrix, rows, dim);
  const pacer = new Pacer(options.signal);
  const k = components.length / dim;
  const projected = new Float32Array(rows * k);
  for (let row = 0; row < rows; row++) {
    if (row % blockRows === 0 && pacer.due()) await pacer.pause();
    const start = row * dim;
    for (let component = 0; component < k; component++) {
      let sum = 0;
      for (let i = 0; i < dim; i++) {
        sum += (matrix[start + i]! - mean[i]!) * components[component * dim + i]!;
      }
      if (!Number.isFinite(sum)) throw notFinite(matrix, row, dim);
      projected[row * k + component] = sum;
    }
  }
  return projected;
}

async function columnMeans(
  matrix: Float32Array,
  rows: number,
  dim: number,
  pacer: Pacer,
): Promise<Float64Array> {
  const mean = new Float64Array(dim);
  for (let row = 0; row < rows; row++) {
    if (row % blockRows === 0 && pacer.due()) await pacer.pause();
    const start = row * dim;
    for (let i = 0; i < dim; i++) {
      const value = matrix[start + i]!;
      if (!Number.isFinite(value)) throw notFinite(matrix, row, dim);
      mean[i]! += value;
    }
  }
  for (let i = 0; i < dim; i++) mean[i]! /= rows;
  return mean;
}

async function covarianceOf(
  matrix: Float32Array,
  rows: number,
  dim: number,
  mean: Float64Array,
  pacer: Pacer,
): Promise<Matrix> {
  const sums = new Float64Array(dim * dim);
  // `[dim, blockRows]`: columns of the data lie in one piece, so that the inner loop reads straight on.
  const centred = new Float64Array(dim * blockRows);
  for (let start = 0; start < rows; start += blockRows) {
    const count = Math.min(blockRows, rows - start);
    for (let i = 0; i < dim; i++) {
      const at = i * blockRows;
      for (let row = 0; row < count; row++) centred[at + row] = matrix[(start + row) * dim + i]! - mean[i]!;
    }
    for (let i = 0; i < dim; i++) {
      if (pacer.due()) await pacer.pause();
      for (let j = i; j < dim; j++) sums[i * dim + j]! += dot(centred, i * blockRows, j * blockRows, count);
    }
  }
  const covariance = Matrix.zeros(dim, dim);
  for (let i = 0; i < dim; i++) {
    for (let j = i; j < dim; j++) {
      const value = sums[i * dim + j]! / (rows - 1);
      covariance.set(i, j, value);
      covariance.set(j, i, value);
    }
  }
  return covariance;
}

function dot(values: Float64Array, a: number, b: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += values[a + i]! * values[b + i]!;
  return sum;
}

function fixSign(direction: Float64Array): void {
  const largest = direction.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const deciding = direction.find((value) => Math.abs(value) >= largest * (1 - tie))!;
  if (deciding < 0) for (let i = 0; i < direction.length; i++) direction[i] = -direction[i]!;
}

function requireMatrix(matrix: Float32Array, rows: number, dim: number): void {
  if (matrix.length !== rows * dim) {
    throw new InputError(
      `the matrix holds ${matrix.length} numbers, expected ${rows} rows x ${dim} columns = ${rows * dim}`,
    );
  }
}

function requireComponents(rows: number, dim: number, components: number): void {
  if (rows < 2) {
    throw new InputError(`${rows} rows were given, expected 2 or more, as one row has no variance`);
  }
  if (!Number.isInteger(components) || components < 1) {
    throw new InputError(`${components} components were asked for, expected an integer of 1 or more`);
  }
  if (components > Math.min(rows, dim)) {
    throw new InputError(
      `${components} components were asked for of ${rows} rows with ${dim} columns, expected at most ${Math.min(rows, dim)}: give more ${rows < dim ? "rows" : "columns"} or ask for fewer components`,
    );
  }
}

function notFinite(matrix: Float32Array, row: number, dim: number): InputError {
  const column = matrix.subarray(row * dim, (row + 1) * dim).findIndex((value) => !Number.isFinite(value));
  return new InputError(
    `row ${row}, column ${column} of the matrix is ${matrix[row * dim + column]}, expected finite numbers: leave the row out`,
  );
}
