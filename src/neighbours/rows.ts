import { InputError } from "../base/index.ts";
import { inverseNorm } from "../base/unitRows.ts";

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
    if (inverseNorm(rows, row, dim, name) === 0 && metric === "cosine") {
      throw new InputError(
        `row ${row} of the ${name} is all zeros, expected a direction to compare by cosine: leave it out, or use the euclidean metric`,
      );
    }
  }
}

/** `1 / |x|` of each row of `[count, dim]`, in float64. */
export function inverseNorms(rows: Float32Array, dim: number, name: string): Float64Array {
  return Float64Array.from({ length: rows.length / dim }, (_, row) => inverseNorm(rows, row, dim, name));
}

/** What float32 may add to or take from a dot product of rows in the unit ball: four standard deviations, and some. */
export function scoreRounding(columns: number): number {
  return 2 ** -23 * (2 * Math.sqrt(columns) + 8);
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
