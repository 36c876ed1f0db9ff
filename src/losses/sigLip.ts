import type { Tensor } from "../graph/index.ts";
import {
  abs,
  add,
  customGradient,
  div,
  exp,
  log,
  mul,
  neg,
  nonZero,
  reduceSum,
  relu,
  sigmoid,
  sub,
} from "../ops/index.ts";
import { type AlignedRows, alignment } from "./alignedRows.ts";

/**
 * SigLIP's loss: for each pair of rows by itself, whether they belong together. With `l_ij = scale * cos(a_i, b_j) + bias`, and
 * `z_ij` 1 where both are of one group, else -1:
 *
 * `loss = 1/rows sum_ij log(1 + e^(-z_ij l_ij))`
 *
 * over all rows that are there, where `rows` is the mean of how many `a` and `b` have. Where each row is a group of its own
 * and all are there this is open_clip's `SigLipLoss`. Where `a` and `b` are the same tensor, no row is compared with itself.
 *
 * @param a `[batch, dim]`
 * @param b `[batch, dim]`
 * @param scale scalar, the inverse of the temperature
 * @param bias scalar
 * @see Zhai et al., "Sigmoid Loss for Language Image Pre-Training" (2023), https://arxiv.org/abs/2303.15343
 */
export function sigLipLoss(a: Tensor, b: Tensor, rows: AlignedRows, scale: Tensor, bias: Tensor): Tensor {
  const { logits, positive } = alignment(a, b, rows, scale, bias);
  const wrong = mul(logits, sub(1, mul(positive, 2)));
  const loss = reduceSum(softplus(wrong));
  if (!rows.present) return div(loss, a.shape[0]!);
  const [ofA, ofB] = rows.present.map((mask) => reduceSum(mask));
  return div(loss, nonZero(mul(add(ofA!, ofB!), 0.5)));
}

/** `log(1 + e^x)`, without overflow; its derivative is the sigmoid. */
function softplus(x: Tensor): Tensor {
  const value = add(relu(x), log(add(exp(neg(abs(x))), 1)));
  return customGradient(value, [x], (dy) => [mul(dy, sigmoid(x))]);
}
