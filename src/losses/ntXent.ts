import type { Tensor } from "../graph/index.ts";
import { concat, div, gemm, mul, reduceSum, sub } from "../ops/index.ts";
import { l2Normalize } from "./cosinePair.ts";
import { logSumExpOfOthers } from "./similarityMatrix.ts";
import { inverseTemperature, type TemperatureOptions } from "./temperature.ts";

/**
 * NT-Xent, the normalised temperature-scaled cross entropy of SimCLR: each of the 2 batch views is to find the other
 * view of its image among all other views. No labels are needed.
 *
 * `loss = 1/(2 batch) sum over views i of (log(sum over k != i of e^(cos_ik / t)) - cos_i,partner(i) / t)`
 *
 * The temperature's default is 0.5, the paper's choice for the small images of CIFAR-10 (appendix B.9).
 *
 * @param a `[batch, dim]`, one view of each image
 * @param b `[batch, dim]`, the other view, in the same order
 * @see Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations" (2020),
 * https://arxiv.org/abs/2002.05709
 */
export function ntXentLoss(a: Tensor, b: Tensor, options: TemperatureOptions = {}): Tensor {
  const scale = inverseTemperature(options, 0.5);
  const [unitA, unitB] = [l2Normalize(a), l2Normalize(b)];
  const views = concat([unitA, unitB], 0);
  const others = logSumExpOfOthers(mul(gemm(views, views, null, { transB: 1 }), scale));
  // Both views of an image have the same positive.
  const partners = mul(reduceSum(mul(unitA, unitB)), 2 * scale);
  return div(sub(reduceSum(others), partners), views.shape[0]!);
}
