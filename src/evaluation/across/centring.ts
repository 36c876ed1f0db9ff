import { InputError } from "../../base/index.ts";
import { unitRows } from "../../base/unitRows.ts";

/**
 * The mean of the unit vectors of some rows, `[dim]`: the centroid of a modality.
 *
 * @param embeddings `[rows, dim]`, row-major, of any length of row
 * @throws InputError when there is no row, the numbers make no rows of `dim`, or one is not finite.
 */
export function centroid(embeddings: Float32Array, dim: number): Float64Array {
  const units = unitRows(embeddings, dim);
  if (units.length === 0) throw new InputError("no embeddings have no centroid, expected at least one row");
  const mean = new Float64Array(dim);
  const rows = units.length / dim;
  for (let at = 0; at < units.length; at++) mean[at % dim]! += units[at]! / rows;
  return mean;
}

/**
 * Embeddings with the centroid of their modality taken away: `u = x/|x| - mean`, then `u/|u|`.
 *
 * Two modalities lie in two narrow cones of the sphere, the modality gap; what remains after each cone's axis is taken away
 * is what tells rows apart.
 *
 * @param embeddings `[rows, dim]`, row-major, of any length of row
 * @param mean the centroid `[dim]`, best of validation rows; default: of these rows
 * @returns `[rows, dim]`, of unit length, new
 * @throws InputError when the sizes do not fit, or a value is not finite.
 * @see Liang et al., "Mind the Gap" (2022), https://arxiv.org/abs/2203.02053
 */
export function centredUnitRows(
  embeddings: Float32Array,
  dim: number,
  mean: ArrayLike<number> = centroid(embeddings, dim),
): Float32Array<ArrayBuffer> {
  if (mean.length !== dim) {
    throw new InputError(
      `the centroid has ${mean.length} numbers, expected ${dim}, the dim of the embeddings`,
    );
  }
  const units = unitRows(embeddings, dim);
  for (let at = 0; at < units.length; at++) units[at]! -= mean[at % dim]!;
  return unitRows(units, dim, "centred embeddings");
}
