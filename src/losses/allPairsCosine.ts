import type { Tensor } from "../graph/index.ts";
import { add, mul, square, sub } from "../ops/index.ts";
import { cosineSimilarities, labelMasks, maskedMean } from "./similarityMatrix.ts";

/**
 * The lesson's loss over every pair of the batch: squared error of each pair's cosine similarity against 1 (alike)
 * or 0 (unalike), where the lesson compares each anchor with a single partner.
 *
 * `loss = 1/2 mean over alike (i, j) of (cos_ij - 1)^2 + 1/2 mean over unalike (i, j) of cos_ij^2`, `i != j`
 *
 * Half the weight is on either kind, as one half of the lesson's pairs are alike: that is the expectation of
 * {@link cosinePairLoss} over pairs drawn from the batch. A kind of which the batch has no pair adds 0.
 *
 * @param embeddings `[batch, dim]`
 * @param labels `[batch]`
 */
export function allPairsCosineLoss(embeddings: Tensor, labels: Tensor): Tensor {
  const cosines = cosineSimilarities(embeddings, embeddings);
  const { alike, unalike } = labelMasks(labels);
  const attraction = maskedMean(square(sub(cosines, 1)), alike);
  const repulsion = maskedMean(square(cosines), unalike);
  return mul(add(attraction, repulsion), 0.5);
}
