import { InputError } from "./errors.ts";

/**
 * Rows scaled to unit length, `x / |x|`, so that a dot product is the cosine; a row of zeros stays as it is.
 *
 * Norms are summed in float64, so that neither tiny nor huge rows under- or overflow.
 *
 * @param rows `[count, dim]`, row-major
 * @param name what messages call the rows
 * @returns `[count, dim]`, new
 * @throws InputError when the numbers make no rows of `dim`, or one is not finite (row and column named).
 */
export function unitRows(rows: Float32Array, dim: number, name = "embeddings"): Float32Array<ArrayBuffer> {
  if (!(Number.isInteger(dim) && dim >= 1 && rows.length % dim === 0)) {
    throw new InputError(`the ${name} hold ${rows.length} numbers, expected rows of dim ${dim}`);
  }
  const units = new Float32Array(rows.length);
  for (let row = 0; row * dim < rows.length; row++) {
    const scale = inverseNorm(rows, row, dim, name);
    for (let i = row * dim; i < (row + 1) * dim; i++) units[i] = rows[i]! * scale;
  }
  return units;
}

/**
 * `1 / |x|` of one row in float64, 0 for a row of zeros.
 *
 * @throws InputError when a value is not finite: `name`, row and column are in the message.
 */
export function inverseNorm(rows: Float32Array, row: number, dim: number, name: string): number {
  const start = row * dim;
  let squares = 0;
  for (let i = start; i < start + dim; i++) squares += rows[i]! * rows[i]!;
  if (!Number.isFinite(squares)) {
    const column = rows.subarray(start, start + dim).findIndex((value) => !Number.isFinite(value));
    throw new InputError(
      `row ${row} of the ${name} holds ${rows[start + column]} at column ${column}, expected finite numbers: the encoder that made them may have diverged`,
    );
  }
  return squares === 0 ? 0 : 1 / Math.sqrt(squares);
}

/** The dot product of two rows, each from where it begins. */
export function dot(a: Float32Array, fromA: number, b: Float32Array, fromB: number, dim: number): number {
  let sum = 0;
  for (let i = 0; i < dim; i++) sum += a[fromA + i]! * b[fromB + i]!;
  return sum;
}
