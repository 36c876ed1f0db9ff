import { InputError } from "../../base/index.ts";
import type { Pacer } from "../../base/pacer.ts";

/** Vectors that meet a row at a time: eight sums stay in registers where two rows meet four vectors. */
const group = 4;

/** The rows of a matrix with the mean of each column taken off, which are read as they are needed and never kept. */
export class CentredRows {
  readonly matrix: Float32Array;
  readonly count: number;
  readonly dim: number;
  readonly mean: Float64Array;
  /** The sum of all squares: what the scatter of all directions adds up to. */
  readonly total: number;

  private constructor(matrix: Float32Array, count: number, mean: Float64Array, total: number) {
    this.matrix = matrix;
    this.count = count;
    this.dim = mean.length;
    this.mean = mean;
    this.total = total;
  }

  /**
   * @param matrix `[rows, dim]`, row-major
   * @throws InputError naming the first row with a value that is not finite.
   */
  static async of(matrix: Float32Array, rows: number, dim: number, pacer: Pacer): Promise<CentredRows> {
    const mean = new Float64Array(dim);
    for (let row = 0; row < rows; row++) {
      const start = row * dim;
      for (let i = 0; i < dim; i++) {
        const value = matrix[start + i]!;
        if (!Number.isFinite(value)) throw notFinite(matrix, row, dim);
        mean[i]! += value;
      }
      if (pacer.due()) await pacer.pause();
    }
    for (let i = 0; i < dim; i++) mean[i]! /= rows;
    const centred = new CentredRows(matrix, rows, mean, 0);
    const values = new Float64Array(dim);
    let total = 0;
    for (let row = 0; row < rows; row++) {
      centred.read(row, values);
      for (const value of values) total += value * value;
      if (pacer.due()) await pacer.pause();
    }
    return new CentredRows(matrix, rows, mean, total);
  }

  /** Puts a row into `values`, `[dim]`. */
  read(row: number, values: Float64Array): void {
    const { matrix, mean } = this;
    const start = row * values.length;
    for (let i = 0; i < values.length; i++) values[i] = matrix[start + i]! - mean[i]!;
  }

  /** `X^T (X v)` of each vector v `[dim]`, X being the rows: one reading of them for four vectors. */
  async scatterTimes(vectors: readonly Float64Array[], pacer: Pacer): Promise<Float64Array[]> {
    const { dim } = this;
    const products: Float64Array[] = [];
    for (let first = 0; first < vectors.length; first += group) {
      const some = vectors.slice(first, first + group);
      const given = new Float64Array(dim * group);
      for (const [at, vector] of some.entries())
        for (let i = 0; i < dim; i++) given[i * group + at] = vector[i]!;
      const sums = await this.#scatterTimesFour(given, pacer);
      for (const at of some.keys())
        products.push(Float64Array.from({ length: dim }, (_, i) => sums[i * group + at]!));
    }
    return products;
  }

  /** Four vectors side by side, `[dim, 4]`, two rows at a time. */
  async #scatterTimesFour(given: Float64Array, pacer: Pacer): Promise<Float64Array> {
    const { count, dim } = this;
    const sums = new Float64Array(given.length);
    const [a, b] = [new Float64Array(dim), new Float64Array(dim)];
    for (let row = 0; row < count; row += 2) {
      this.read(row, a);
      if (row + 1 < count) this.read(row + 1, b);
      else b.fill(0);
      addScatter(a, b, given, sums);
      if (pacer.due()) await pacer.pause();
    }
    return sums;
  }
}

function addScatter(a: Float64Array, b: Float64Array, given: Float64Array, sums: Float64Array): void {
  let [a0, a1, a2, a3] = [0, 0, 0, 0];
  let [b0, b1, b2, b3] = [0, 0, 0, 0];
  for (let i = 0, at = 0; i < a.length; i++, at += group) {
    const x = a[i]!;
    const y = b[i]!;
    const v0 = given[at]!;
    const v1 = given[at + 1]!;
    const v2 = given[at + 2]!;
    const v3 = given[at + 3]!;
    a0 += x * v0;
    a1 += x * v1;
    a2 += x * v2;
    a3 += x * v3;
    b0 += y * v0;
    b1 += y * v1;
    b2 += y * v2;
    b3 += y * v3;
  }
  for (let i = 0, at = 0; i < a.length; i++, at += group) {
    const x = a[i]!;
    const y = b[i]!;
    sums[at]! += a0 * x + b0 * y;
    sums[at + 1]! += a1 * x + b1 * y;
    sums[at + 2]! += a2 * x + b2 * y;
    sums[at + 3]! += a3 * x + b3 * y;
  }
}

/** What to say of the first value of a row that is not finite. */
export function notFinite(matrix: Float32Array, row: number, dim: number): InputError {
  const column = matrix.subarray(row * dim, (row + 1) * dim).findIndex((value) => !Number.isFinite(value));
  return new InputError(
    `row ${row}, column ${column} of the matrix is ${matrix[row * dim + column]}, expected finite numbers: leave the row out`,
  );
}
