import type { Tensor } from "../graph/index.ts";
import { add, div, gemm, mul, reduceLogSumExp, reduceSum, sub } from "../ops/index.ts";
import { l2Normalize } from "./cosinePair.ts";
import { inverseTemperature, type TemperatureOptions } from "./temperature.ts";

/**
 * Symmetric InfoNCE between two modalities, as CLIP uses it: each row of `a` is to find its partner among the rows
 * of `b`, and the other way round. Rows of one modality are not compared with each other, unlike in NT-Xent.
 *
 * `loss = 1/2 mean_i (log(sum_j e^(cos(a_i, b_j) / t)) - cos(a_i, b_i) / t) + 1/2 (the same with a and b swapped)`
 *
 * The temperature is fixed, 0.07 by default: the value that CLIP's learned one starts from (section 2.5).
 *
 * @param a `[batch, dim]`
 * @param b `[batch, dim]`, in the same order
 * @see van den Oord et al., "Representation Learning with Contrastive Predictive Coding" (2018),
 * https://arxiv.org/abs/1807.03748; Radford et al., "Learning Transferable Visual Models" (2021),
 * https://arxiv.org/abs/2103.00020
 */
export function infoNceLoss(a: Tensor, b: Tensor, options: TemperatureOptions = {}): Tensor {
  const scale = inverseTemperature(options, 0.07);
  const [unitA, unitB] = [l2Normalize(a), l2Normalize(b)];
  const logits = mul(gemm(unitA, unitB, null, { transB: 1 }), scale);
  const partners = mul(reduceSum(mul(unitA, unitB)), 2 * scale);
  const [ofA, ofB] = [1, 0].map((axis) => reduceSum(reduceLogSumExp(logits, [axis])));
  return div(sub(add(ofA!, ofB!), partners), 2 * a.shape[0]!);
}
