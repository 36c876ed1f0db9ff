import { determinant, Matrix, SingularValueDecomposition } from "ml-matrix";
import { InputError } from "../base/index.ts";

export interface ProcrustesOptions {
  /** Whether a mirror image may be taken where it fits better; default true. */
  readonly reflection?: boolean;
}

/**
 * Points turned (and mirrored, where that fits better) and moved to lie on a reference as well as they can, their
 * shape and size unchanged: the orthogonal `R` that makes `|(P - mean P) R - (Q - mean Q)|` least, which is `U V'` of
 * the singular value decomposition `U S V'` of `P' Q`.
 *
 * @param points `[count, dim]`, row-major
 * @param reference `[count, dim]`
 * @returns `[count, dim]`
 * @throws InputError when the two are not both `count * dim` long.
 * @see Schönemann, "A generalized solution of the orthogonal Procrustes problem" (1966)
 */
export function procrustes(
  points: Float32Array,
  reference: Float32Array,
  count: number,
  dim: number,
  { reflection = true }: ProcrustesOptions = {},
): Float32Array {
  const { rotation, from, to } = procrustesFit(points, reference, count, dim, { reflection });
  const aligned = new Float32Array(count * dim);
  for (let row = 0; row < count; row++) {
    for (let j = 0; j < dim; j++) {
      let sum = to[j]!;
      for (let i = 0; i < dim; i++) sum += (points[row * dim + i]! - from[i]!) * rotation[i * dim + j]!;
      aligned[row * dim + j] = sum;
    }
  }
  return aligned;
}

/** How points are to be moved: `(P - from) rotation + to`. */
export interface ProcrustesFit {
  /** `[dim, dim]`, row by row: orthogonal. */
  readonly rotation: Float64Array;
  /** The mean of the points, `[dim]`. */
  readonly from: Float64Array;
  /** The mean of the reference, `[dim]`. */
  readonly to: Float64Array;
}

/**
 * How {@link procrustes} moves points onto a reference.
 *
 * @throws InputError when the two are not both `count * dim` long.
 */
export function procrustesFit(
  points: Float32Array,
  reference: Float32Array,
  count: number,
  dim: number,
  { reflection = true }: ProcrustesOptions = {},
): ProcrustesFit {
  if (points.length !== count * dim || reference.length !== count * dim) {
    throw new InputError(
      `${points.length} and ${reference.length} numbers cannot be aligned, expected ${count} points x ${dim} = ${count * dim} in both`,
    );
  }
  const from = centre(points, count, dim);
  const to = centre(reference, count, dim);
  const cross = Matrix.zeros(dim, dim);
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < dim; i++) {
      const p = points[row * dim + i]! - from[i]!;
      for (let j = 0; j < dim; j++) {
        cross.set(i, j, cross.get(i, j) + p * (reference[row * dim + j]! - to[j]!));
      }
    }
  }
  const { leftSingularVectors: u, rightSingularVectors: v } = new SingularValueDecomposition(cross);
  let rotation = u.mmul(v.transpose());
  if (!reflection && determinant(rotation) < 0) {
    // The direction that matters least, singular values being in descending order, is turned round.
    u.mulColumn(dim - 1, -1);
    rotation = u.mmul(v.transpose());
  }
  return { rotation: Float64Array.from(rotation.to1DArray()), from, to };
}

/** The mean of the points, `[dim]`. */
export function centre(points: Float32Array, count: number, dim: number): Float64Array {
  const mean = new Float64Array(dim);
  for (let at = 0; at < points.length; at++) mean[at % dim]! += points[at]! / count;
  return mean;
}
