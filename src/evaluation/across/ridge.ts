import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { InputError, KindredError } from "../../base/index.ts";
import { Pacer } from "../../base/pacer.ts";

/** Solving takes the third power of the columns, in one piece: of 512 some tenths of a second. */
const MOST_COLUMNS = 512;

/** A linear map with an intercept: `y = (x - xMean) weights + yMean`. */
export interface LinearMap {
  /** `[inputs, outputs]`, row by row. */
  readonly weights: Float64Array;
  readonly xMean: Float64Array;
  readonly yMean: Float64Array;
}

/** Solves a ridge regression for one penalty after the other, having seen the rows once. */
export interface RidgeProblem {
  /** The mean of the diagonal of `X'X`, a scale for penalties; 0 where no column varies. */
  readonly scale: number;
  /**
   * The map that makes `|Y - X W|^2 + penalty |W|^2` least, X and Y centred; scikit-learn's `Ridge(alpha=penalty)`.
   *
   * @throws KindredError when the penalty is too small to solve for columns that depend on each other.
   */
  solve(penalty: number): LinearMap;
}

/**
 * @param x `[rows, inputs]`, row-major
 * @param y `[rows, outputs]`
 * @throws InputError when sizes do not fit, or there are more than 512 inputs (take principal components of them first).
 */
export async function ridgeProblem(
  x: Float32Array,
  y: Float32Array,
  rows: number,
  signal?: AbortSignal,
): Promise<RidgeProblem> {
  const [inputs, outputs] = [x.length / rows, y.length / rows];
  if (!(rows >= 1 && Number.isInteger(inputs) && Number.isInteger(outputs) && inputs >= 1 && outputs >= 1)) {
    throw new InputError(
      `${x.length} and ${y.length} numbers are no ${rows} rows of both, expected one row of y for each row of x`,
    );
  }
  if (inputs > MOST_COLUMNS) {
    throw new InputError(
      `x has ${inputs} columns, expected at most ${MOST_COLUMNS}: take its principal components first (fitPca)`,
    );
  }
  const pacer = new Pacer(signal);
  const [xMean, yMean] = [columnMeans(x, rows, inputs), columnMeans(y, rows, outputs)];
  const gram = new Float64Array(inputs * inputs);
  const cross = new Float64Array(inputs * outputs);
  const [dx, dy] = [new Float64Array(inputs), new Float64Array(outputs)];
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < inputs; i++) dx[i] = x[row * inputs + i]! - xMean[i]!;
    for (let j = 0; j < outputs; j++) dy[j] = y[row * outputs + j]! - yMean[j]!;
    for (let i = 0; i < inputs; i++) {
      const at = dx[i]!;
      for (let j = 0; j <= i; j++) gram[i * inputs + j]! += at * dx[j]!;
      for (let j = 0; j < outputs; j++) cross[i * outputs + j]! += at * dy[j]!;
    }
    if (pacer.due()) await pacer.pause();
  }
  let scale = 0;
  for (let i = 0; i < inputs; i++) scale += gram[i * inputs + i]! / inputs;
  const right = Matrix.from1DArray(inputs, outputs, cross);
  return {
    scale,
    solve: (penalty) => {
      const left = Matrix.zeros(inputs, inputs);
      for (let i = 0; i < inputs; i++) {
        for (let j = 0; j <= i; j++) {
          const value = gram[i * inputs + j]! + (i === j ? penalty : 0);
          left.set(i, j, value);
          left.set(j, i, value);
        }
      }
      const factors = new CholeskyDecomposition(left);
      if (!factors.isPositiveDefinite()) {
        throw new KindredError(
          `a penalty of ${penalty} leaves columns that depend on each other, expected a larger one`,
        );
      }
      return { weights: Float64Array.from(factors.solve(right).to1DArray()), xMean, yMean };
    },
  };
}

/** What a map makes of rows, less the mean of the outputs, `[rows, outputs]`: directions from that mean. */
export function mapped({ weights, xMean, yMean }: LinearMap, x: Float32Array): Float32Array {
  const [inputs, outputs] = [xMean.length, yMean.length];
  if (x.length % inputs !== 0) {
    throw new InputError(
      `x has ${x.length} numbers, expected rows of ${inputs}, those that the map was fitted to`,
    );
  }
  const rows = x.length / inputs;
  const y = new Float32Array(rows * outputs);
  const sums = new Float64Array(outputs);
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    for (let i = 0; i < inputs; i++) {
      const at = x[row * inputs + i]! - xMean[i]!;
      for (let j = 0; j < outputs; j++) sums[j]! += at * weights[i * outputs + j]!;
    }
    y.set(sums, row * outputs);
  }
  return y;
}

function columnMeans(values: Float32Array, rows: number, columns: number): Float64Array {
  const means = new Float64Array(columns);
  for (let at = 0; at < values.length; at++) means[at % columns]! += values[at]! / rows;
  return means;
}
