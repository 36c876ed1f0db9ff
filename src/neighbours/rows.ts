import { InputError } from "../base/index.ts";

/** How far two rows are: `|a - b|_2`, or `1 - a . b / (|a| |b|)`. */
export type NeighbourMetric = "euclidean" | "cosine";

/** Rows that a device compares by one dot product each, the greatest being the nearest. */
export interface ScoredRows {
  /** `[queries, columns]` */
  readonly queries: Float32Array;
  /** `[references, columns]` */
  readonly references: Float32Array;
  readonly columns: number;
}

/**
 * Checks rows `from` to `to`, all by default.
 *
 * @throws InputError when the numbers do not make rows, one is not finite (row and column named), or, where only
 * directions are compared, a row is all zeros.
 */
export function requireComparableRows(
  rows: Float32Array,
  dim: number,
  name: string,
  metric: NeighbourMetric,
  from = 0,
  to = rows.length / dim,
): void {
  if (!(Number.isInteger(dim) && dim >= 1 && rows.length % dim === 0)) {
    throw new InputError(`the ${name} hold ${rows.length} numbers, expected rows of dim ${dim}`);
  }
  for (let row = from; row < to; row++) {
    let squares = 0;
    for (let i = row * dim; i < (row + 1) * dim; i++) squares += rows[i]! * rows[i]!;
    if (!Number.isFinite(squares)) throw notFinite(rows, row, dim, name);
    if (squares === 0 && metric === "cosine") {
      throw new InputError(
        `row ${row} of the ${name} is all zeros, expected a direction to compare by cosine: leave it out, or use the euclidean metric`,
      );
    }
  }
}

function notFinite(rows: Float32Array, row: number, dim: number, name: string): InputError {
  const column = rows.subarray(row * dim, (row + 1) * dim).findIndex((value) => !Number.isFinite(value));
  return new InputError(
    `row ${row} of the ${name} holds ${rows[row * dim + column]} at column ${column}, expected finite numbers: the encoder that made them may have diverged`,
  );
}

/** `1 / |x|` of each row of `[count, dim]`, in float64. */
export function inverseNorms(rows: Float32Array, dim: number): Float64Array {
  const norms = new Float64Array(rows.length / dim);
  for (let row = 0; row < norms.length; row++) {
    let squares = 0;
    for (let i = row * dim; i < (row + 1) * dim; i++) squares += rows[i]! * rows[i]!;
    norms[row] = 1 / Math.sqrt(squares);
  }
  return norms;
}

/** What float32 may add to or take from a dot product of rows in the unit ball: four standard deviations, and some. */
export function scoreRounding(columns: number): number {
  return 2 ** -23 * (2 * Math.sqrt(columns) + 8);
}

/** Rows of length 1, of which the dot product is the cosine. */
export function cosineRows(
  queries: Float32Array,
  references: Float32Array,
  dim: number,
  scales: { readonly queries: Float64Array; readonly references: Float64Array },
): ScoredRows {
  const scaled = (rows: Float32Array, factors: Float64Array): Float32Array => {
    const units = new Float32Array(rows.length);
    for (let row = 0; row < factors.length; row++) {
      for (let i = row * dim; i < (row + 1) * dim; i++) units[i] = rows[i]! * factors[row]!;
    }
    return units;
  };
  return {
    queries: scaled(queries, scales.queries),
    references: scaled(references, scales.references),
    columns: dim,
  };
}

/** Rows with one more column, of which the dot product is `q . b - |b|^2 / 2`, as that of `euclideanRows`. */
export function withSquares({ queries, references, columns }: ScoredRows): ScoredRows {
  const widened = (rows: Float32Array, last: (squares: number) => number): Float32Array => {
    const wide = new Float32Array((rows.length / columns) * (columns + 1));
    for (let from = 0, to = 0; from < rows.length; from += columns, to += columns + 1) {
      let squares = 0;
      for (let i = 0; i < columns; i++) {
        const value = rows[from + i]!;
        wide[to + i] = value;
        squares += value * value;
      }
      wide[to + columns] = last(squares);
    }
    return wide;
  };
  return {
    queries: widened(queries, () => 1),
    references: widened(references, (squares) => -squares / 2),
    columns: columns + 1,
  };
}

/**
 * Rows with one more column, of which the dot product is `q . b - |b|^2 / 2 = (|q|^2 - |q - b|^2) / 2`.
 *
 * Moved to the mean of the references and scaled into the unit ball first: distances keep their order, and float32
 * loses nothing to an offset that all rows share.
 */
export function euclideanRows(queries: Float32Array, references: Float32Array, dim: number): ScoredRows {
  const count = references.length / dim;
  const mean = new Float64Array(dim);
  for (let i = 0; i < references.length; i++) mean[i % dim]! += references[i]! / count;
  const longest = Math.max(longestRow(queries, dim, mean), longestRow(references, dim, mean));
  const scale = longest > 0 ? 1 / longest : 1;
  const columns = dim + 1;
  const placed = (rows: Float32Array, last: (squares: number) => number): Float32Array => {
    const moved = new Float32Array((rows.length / dim) * columns);
    for (let from = 0, to = 0; from < rows.length; from += dim, to += columns) {
      let squares = 0;
      for (let i = 0; i < dim; i++) {
        const value = Math.fround((rows[from + i]! - mean[i]!) * scale);
        moved[to + i] = value;
        squares += value * value;
      }
      moved[to + dim] = last(squares);
    }
    return moved;
  };
  return {
    queries: placed(queries, () => 1),
    references: placed(references, (squares) => -squares / 2),
    columns,
  };
}

function longestRow(rows: Float32Array, dim: number, mean: Float64Array): number {
  let longest = 0;
  for (let start = 0; start < rows.length; start += dim) {
    let squares = 0;
    for (let i = 0; i < dim; i++) squares += (rows[start + i]! - mean[i]!) ** 2;
    longest = Math.max(longest, squares);
  }
  return Math.sqrt(longest);
}
