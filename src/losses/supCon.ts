import type { Tensor } from "../graph/index.ts";
import { greater, mul, sub } from "../ops/index.ts";
import {
  cosineSimilarities,
  countOf,
  labelMasks,
  logSumExpOfOthers,
  maskedMean,
} from "./similarityMatrix.ts";
import { inverseTemperature, type TemperatureOptions } from "./temperature.ts";

/**
 * Supervised contrastive loss, `L_out` (equation 2 of the paper): each anchor is to find its positives, the rows of
 * its label, among all other rows.
 *
 * `L_i = log(sum over a != i of e^(cos_ia / t)) - mean over positives p of cos_ip / t`
 *
 * and the loss is the mean of `L_i` over anchors that have a positive (the paper sums; the mean does not grow with
 * the batch). 0 where no anchor has one. The temperature's default is the 0.1 that the paper trains with;
 * the factor `t / t_base` of the authors' code is left out, as in the paper's equation.
 *
 * @param embeddings `[batch, dim]`, of one or several views of each image
 * @param labels `[batch]`
 * @see Khosla et al., "Supervised Contrastive Learning" (2020), https://arxiv.org/abs/2004.11362
 */
export function supConLoss(embeddings: Tensor, labels: Tensor, options: TemperatureOptions = {}): Tensor {
  const logits = mul(cosineSimilarities(embeddings, embeddings), inverseTemperature(options, 0.1));
  const { alike } = labelMasks(labels);
  const perAnchor = sub(logSumExpOfOthers(logits), maskedMean(logits, alike, [1]));
  return maskedMean(perAnchor, greater(countOf(alike, [1]), 0));
}
