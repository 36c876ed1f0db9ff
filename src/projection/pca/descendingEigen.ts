import { EigenvalueDecomposition, type Matrix } from "ml-matrix";

/** The eigenvalues of a symmetric matrix, the greatest first, and its eigenvectors as columns in the same order. */
export function descendingEigen(symmetric: Matrix): {
  readonly values: Float64Array;
  readonly vectors: Matrix;
} {
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, {
    assumeSymmetric: true,
  });
  // The library gives them in ascending order.
  const last = symmetric.rows - 1;
  return {
    values: Float64Array.from(realEigenvalues).reverse(),
    vectors: eigenvectorMatrix.subMatrixColumn(Array.from({ length: last + 1 }, (_, i) => last - i)),
  };
}
