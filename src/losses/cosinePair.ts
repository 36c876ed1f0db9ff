import type { Tensor } from "../graph/index.ts";
import { clip, div, mul, reduceL2, reduceMean, reduceSum, square, sub } from "../ops/index.ts";

/** Least norm divided by, as in PyTorch's `cosine_similarity`. */
const epsilon = 1e-8;

/** Rows scaled to length one: `x / max(|x|, 1e-8)`, `[batch, dim] -> [batch, dim]`. */
export function l2Normalize(x: Tensor): Tensor {
  return div(x, clip(reduceL2(x, [1], { keepdims: true }), { min: epsilon }));
}

/** Cosine similarity of rows: `a . b / (|a| |b|)`, two `[batch, dim]` to `[batch]`, each from -1 to 1. */
export function cosineSimilarity(a: Tensor, b: Tensor): Tensor {
  return reduceSum(mul(l2Normalize(a), l2Normalize(b)), [1]);
}

/**
 * The lesson's loss: mean squared error of each pair's cosine similarity against 1 (alike) or 0 (not alike).
 *
 * `loss = 1/batch sum_i (cos(anchor_i, contrastive_i) - target_i)^2`
 *
 * A target of 0, not -1, for unalike pairs lets ten classes be mutually orthogonal, which they can be in 64
 * dimensions; they cannot all be opposite.
 *
 * @param anchor `[batch, dim]`
 * @param contrastive `[batch, dim]`
 * @param target `[batch]`, 1 or 0
 */
export function cosinePairLoss(anchor: Tensor, contrastive: Tensor, target: Tensor): Tensor {
  return reduceMean(square(sub(cosineSimilarity(anchor, contrastive), target)));
}
