import type { Tensor } from "../graph/index.ts";
import { add, div, gemm, mul, reduceSum, relu, sqrt, square, sub, where } from "../ops/index.ts";
import { diagonal } from "./similarityMatrix.ts";

export interface VicRegOptions {
  /** Weight of how far the two views of a picture lie apart. */
  readonly invariance?: number;
  /** Weight of coordinates that hardly vary over the batch. */
  readonly variance?: number;
  /** Weight of coordinates that vary together. */
  readonly covariance?: number;
}

/** Under the root of a variance, so that it has a gradient at 0: the paper's. */
const epsilon = 1e-4;

/**
 * VICReg, variance-invariance-covariance regularisation: the two views of a picture are to lie together, while over the
 * batch each coordinate keeps a deviation of 1 or more and none follows another. No picture is compared with another, so
 * that no negatives are needed and small batches do.
 *
 * `loss = invariance mean_ik (a_ik - b_ik)^2 + variance (v(a) + v(b))/2 + covariance (c(a) + c(b))`, where
 * `v(z) = 1/dim sum_k max(0, 1 - sqrt(Var(z_k) + 1e-4))` and `c(z) = 1/dim sum over k != l of Cov(z_k, z_l)^2`
 *
 * Variances are the unbiased ones; of a single picture they are 0. The weights' defaults are the paper's, 25, 25 and 1,
 * and what is a mean and what a sum is as in the authors' code, https://github.com/facebookresearch/vicreg: there the
 * squares are averaged over the coordinates too, and the two variances are halved.
 *
 * @param a `[batch, dim]`, one view of each image
 * @param b `[batch, dim]`, the other view, in the same order
 * @see Bardes, Ponce and LeCun, "VICReg: Variance-Invariance-Covariance Regularization for Self-Supervised Learning"
 * (2022), https://arxiv.org/abs/2105.04906
 */
export function vicRegLoss(a: Tensor, b: Tensor, options: VicRegOptions = {}): Tensor {
  const { invariance = 25, variance = 25, covariance = 1 } = options;
  const apart = div(reduceSum(square(sub(a, b))), a.shape[0]! * a.shape[1]!);
  const [ofA, ofB] = [spreadOf(a), spreadOf(b)];
  const flat = mul(add(ofA.flat, ofB.flat), variance / 2);
  const tied = mul(add(ofA.tied, ofB.tied), covariance);
  return add(add(mul(apart, invariance), flat), tied);
}

/** `v` and `c` of a view. */
function spreadOf(z: Tensor): { readonly flat: Tensor; readonly tied: Tensor } {
  const [batch, dim] = z.shape as [number, number];
  const centred = sub(z, div(reduceSum(z, [0]), batch));
  const free = Math.max(1, batch - 1);
  const deviation = sqrt(add(div(reduceSum(square(centred), [0]), free), epsilon));
  const covariances = div(gemm(centred, centred, null, { transA: 1 }), free);
  return {
    flat: div(reduceSum(relu(sub(1, deviation))), dim),
    tied: div(reduceSum(square(where(diagonal(dim), 0, covariances))), dim),
  };
}
