import { InputError } from "./index.ts";

/**
 * Rows scaled to unit length, `x / |x|`, so that a dot product is the cosine; a row of zeros stays as it is.
 *
 * @param rows `[count, dim]`
 * @returns `[count, dim]`, new
 * @throws InputError when a value is not finite, or the numbers make no rows of `dim`.
 */
export function unitRows(rows: Float32Array, dim: number): Float32Array<ArrayBuffer> {
  if (!(Number.isInteger(dim) && dim >= 1 && rows.length % dim === 0)) {
    throw new InputError(`the embeddings hold ${rows.length} numbers, expected rows of dim ${dim}`);
  }
  const units = new Float32Array(rows.length);
  for (let start = 0; start < rows.length; start += dim) {
    let squares = 0;
    for (let i = start; i < start + dim; i++) squares += rows[i]! * rows[i]!;
    if (!Number.isFinite(squares)) {
      throw new InputError(
        `row ${start / dim} of the embeddings is not finite, expected finite numbers: the encoder that made them may have diverged`,
      );
    }
    const scale = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let i = start; i < start + dim; i++) units[i] = rows[i]! * scale;
  }
  return units;
}

/** The dot product of two rows, each from where it begins. */
export function dot(a: Float32Array, fromA: number, b: Float32Array, fromB: number, dim: number): number {
  let sum = 0;
  for (let i = 0; i < dim; i++) sum += a[fromA + i]! * b[fromB + i]!;
  return sum;
}
