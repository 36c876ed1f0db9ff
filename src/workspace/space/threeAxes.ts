import { fitPca, transformPca } from "../../projection/index.ts";
import { procrustesFit } from "../../projection/procrustes.ts";

/** Dimensions that a space is shown in. */
export const shownDims = 3;

/** Points along the axes of greatest variance, turned to lie on a reference where there is one. */
export interface ThreeAxes {
  /** `[count, 3]`; 0 along axes that the embeddings do not have. */
  readonly positions: Float32Array;
  /** `[dim]` */
  readonly mean: Float32Array;
  /** `[3, dim]`, so that `positions = (embedding - mean) componentsᵀ`. */
  readonly components: Float32Array;
  /** Part of the variance along each axis before it was turned, greatest first; 0 for axes that there are not. */
  readonly explained: readonly number[];
}

/**
 * Principal components of unit rows, to three dimensions, turned (or mirrored) about the origin to lie as near as can be
 * to a reference: the orthogonal `R` that makes `|P R - Q|` least, with which the components turn too.
 *
 * @param units `[count, dim]`, of unit length, two rows or more
 * @param reference `[count, 3]` of the same rows, or null
 * @throws InputError when there is a single row, a value is not finite, or the reference is of other rows.
 * @throws AbortedError when stopped by the signal.
 */
export async function threeAxes(
  units: Float32Array,
  dim: number,
  reference: Float32Array | null,
  signal?: AbortSignal,
): Promise<ThreeAxes> {
  const count = units.length / dim;
  const options = signal ? { signal } : {};
  const model = await fitPca(units, count, dim, Math.min(shownDims, dim, count), options);
  const kept = model.components.length / dim;
  const projected = await transformPca(model, units, count, options);
  const positions = new Float32Array(count * shownDims);
  for (let row = 0; row < count; row++) {
    for (let axis = 0; axis < kept; axis++) positions[row * shownDims + axis] = projected[row * kept + axis]!;
  }
  const components = new Float32Array(shownDims * dim);
  components.set(model.components);
  if (reference) {
    // Both are about the origin, so that nothing needs to be moved.
    const { rotation } = procrustesFit(positions, reference, count, shownDims);
    turn(positions, rotation, 1);
    turn(components, rotation, dim);
  }
  const explained = Array.from({ length: shownDims }, (_, axis) => model.explainedVarianceRatio[axis] ?? 0);
  return { positions, mean: Float32Array.from(model.mean), components, explained };
}

/** Triples of numbers that lie `stride` apart, in blocks of three strides, turned in place. */
function turn(values: Float32Array, rotation: Float64Array, stride: number): void {
  for (let block = 0; block < values.length; block += shownDims * stride) {
    for (let at = block; at < block + stride; at++) {
      const x = values[at]!;
      const y = values[at + stride]!;
      const z = values[at + 2 * stride]!;
      for (let axis = 0; axis < shownDims; axis++) {
        values[at + axis * stride] =
          x * rotation[axis]! + y * rotation[shownDims + axis]! + z * rotation[2 * shownDims + axis]!;
      }
    }
  }
}
