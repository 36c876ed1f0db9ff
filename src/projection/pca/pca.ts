import { InputError } from "../../base/index.ts";
import { Pacer } from "../../base/pacer.ts";
import { CentredRows, notFinite } from "./centredRows.ts";
import { denseAxes } from "./dense.ts";
import { greatestAxes } from "./krylov.ts";

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

/** Up to so many rows or columns all eigenvectors are found in a moment; their time grows with the third power. */
const mostDense = 256;
/** Where so many of the directions are wanted, all of them take no longer. */
const largePart = 1 / 4;

/** Loadings nearer to each other than this count as tied for the largest: rounding must not choose among them. */
const tie = 1e-6;

/**
 * Principal component analysis, exact: the eigenvectors of the covariance `C = (X - mean)^T (X - mean) / (rows - 1)`.
 *
 * Up to 256 rows or columns, and where more than a quarter of all directions are wanted, from all eigenvectors; else only the
 * wanted ones are worked out, by a block Lanczos method that goes on until they are right to about 1e-8. Sums are in float64. The
 * loading of largest magnitude of every component is positive (the first one where several tie to one in a million), so
 * that a picture does not flip between runs. Lets the event loop run, but for the eigenvectors of a matrix of at most
 * some hundred rows.
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
  const centred = await CentredRows.of(matrix, rows, dim, pacer);
  const smaller = Math.min(rows, dim);
  const dense = smaller <= mostDense || components > smaller * largePart;
  const axes = await (dense ? denseAxes : greatestAxes)(centred, components, pacer);
  const directions = new Float64Array(components * dim);
  const explainedVariance = new Float64Array(components);
  const explainedVarianceRatio = new Float64Array(components);
  for (const [k, { direction, scatter }] of axes.entries()) {
    fixSign(direction);
    directions.set(direction, k * dim);
    explainedVariance[k] = scatter / (rows - 1);
    explainedVarianceRatio[k] = centred.total > 0 ? scatter / centred.total : 0;
  }
  return { dim, mean: centred.mean, components: directions, explainedVariance, explainedVarianceRatio };
}

/**
 * Rows as coordinates along a model's components: `(x - mean) · component`.
 *
 * @param matrix `[rows, dim]`, row-major, of the model's `dim`
 * @returns `[rows, k]`
 * @throws InputError when the matrix is not `rows * dim` long, a value is not finite, or a coordinate is too large for float32.
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
    if (pacer.due()) await pacer.pause();
    const start = row * dim;
    for (let component = 0; component < k; component++) {
      let sum = 0;
      for (let i = 0; i < dim; i++) {
        sum += (matrix[start + i]! - mean[i]!) * components[component * dim + i]!;
      }
      if (!Number.isFinite(sum)) throw notFinite(matrix, row, dim);
      projected[row * k + component] = sum;
      if (!Number.isFinite(projected[row * k + component]!)) {
        throw new InputError(
          `row ${row} of the matrix is ${sum} along component ${component}, which float32 does not hold (at most 3.4e38): scale the matrix down`,
        );
      }
    }
  }
  return projected;
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
