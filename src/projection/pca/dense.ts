import { Matrix } from "ml-matrix";
import type { Pacer } from "../../base/pacer.ts";
import type { CentredRows } from "./centredRows.ts";
import { descendingEigen } from "./descendingEigen.ts";
import type { ScatterAxis } from "./krylov.ts";
import { dot, subtractMultiple } from "./vectors.ts";

/** Rows read at a time: with 64 columns they are 128 KiB of float64, which stay in the cache. */
const blockRows = 256;
/** Of a direction less than this share is left once those before it are taken off: it is no direction of its own. */
const nothingLeft = 1e-7;

/**
 * The greatest axes of the rows by all eigenvectors of the smaller of `X^T X` `[dim, dim]` and `X X^T` `[rows, rows]`,
 * whose eigenvalues are the same but for zeros; from an eigenvector u of the second the direction is `X^T u`.
 *
 * @returns `wanted` orthonormal axes, the greatest first
 */
export async function denseAxes(
  rows: CentredRows,
  wanted: number,
  pacer: Pacer,
): Promise<readonly ScatterAxis[]> {
  const { count, dim } = rows;
  const ofColumns = dim <= count;
  const products = ofColumns ? await columnProducts(rows, pacer) : await rowProducts(rows, pacer);
  pacer.throwIfAborted();
  const { values, vectors } = descendingEigen(products);
  const scatter = (axis: number): number => Math.max(0, values[axis]!);
  if (ofColumns) {
    return Array.from({ length: wanted }, (_, axis) => ({
      direction: Float64Array.from(vectors.getColumn(axis)),
      scatter: scatter(axis),
    }));
  }
  const directions = Array.from({ length: wanted }, () => new Float64Array(dim));
  const row = new Float64Array(dim);
  for (let at = 0; at < count; at++) {
    rows.read(at, row);
    for (const [axis, direction] of directions.entries())
      subtractMultiple(direction, row, -vectors.get(at, axis));
    if (pacer.due()) await pacer.pause();
  }
  return orthonormal(directions).map((direction, axis) => ({ direction, scatter: scatter(axis) }));
}

/** `X^T X` */
async function columnProducts(rows: CentredRows, pacer: Pacer): Promise<Matrix> {
  const { count, dim } = rows;
  const sums = new Float64Array(dim * dim);
  // Columns of the data lie in one piece, so that the inner loop reads straight on.
  const columns = Array.from({ length: dim }, () => new Float64Array(blockRows));
  const row = new Float64Array(dim);
  for (let start = 0; start < count; start += blockRows) {
    const size = Math.min(blockRows, count - start);
    for (let at = 0; at < size; at++) {
      rows.read(start + at, row);
      for (let i = 0; i < dim; i++) columns[i]![at] = row[i]!;
    }
    const filled = columns.map((column) => column.subarray(0, size));
    for (let i = 0; i < dim; i++) {
      for (let j = i; j < dim; j++) sums[i * dim + j]! += dot(filled[i]!, filled[j]!);
      if (pacer.due()) await pacer.pause();
    }
  }
  return mirrored(dim, (i, j) => sums[i * dim + j]!);
}

/** `X X^T` */
async function rowProducts(rows: CentredRows, pacer: Pacer): Promise<Matrix> {
  const { count, dim } = rows;
  const centred = Array.from({ length: count }, (_, at) => {
    const row = new Float64Array(dim);
    rows.read(at, row);
    return row;
  });
  const sums = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = i; j < count; j++) sums[i * count + j] = dot(centred[i]!, centred[j]!);
    if (pacer.due()) await pacer.pause();
  }
  return mirrored(count, (i, j) => sums[i * count + j]!);
}

function mirrored(size: number, upper: (i: number, j: number) => number): Matrix {
  const matrix = Matrix.zeros(size, size);
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) {
      matrix.set(i, j, upper(i, j));
      matrix.set(j, i, upper(i, j));
    }
  }
  return matrix;
}

/**
 * The directions at length 1 and at right angles. Those along which the rows do not spread are known by nothing but that:
 * the first axes of the columns that are at right angles to the others take their place.
 */
function orthonormal(directions: readonly Float64Array[]): Float64Array[] {
  const found: Float64Array[] = [];
  const longest = Math.sqrt(dot(directions[0]!, directions[0]!));
  let column = 0;
  for (const given of directions) {
    let direction = given;
    while (!reduced(direction, found, nothingLeft * longest)) {
      direction = new Float64Array(given.length);
      direction[column++] = Math.max(longest, 1);
    }
    found.push(direction);
  }
  return found;
}

/** Takes `others` off a vector and makes it 1 long, in place; false where no more than `least` is left. */
function reduced(vector: Float64Array, others: readonly Float64Array[], least: number): boolean {
  for (let round = 0; round < 2; round++) {
    for (const other of others) subtractMultiple(vector, other, dot(vector, other));
  }
  const length = Math.sqrt(dot(vector, vector));
  if (!(length > least)) return false;
  for (let i = 0; i < vector.length; i++) vector[i]! /= length;
  return true;
}
