import type { Tensor } from "../graph/index.ts";
import { mul, or, relu, square, sub, where } from "../ops/index.ts";
import { type MarginOptions, positiveMargin } from "./margin.ts";
import { labelMasks, maskedMean, unitDistances } from "./similarityMatrix.ts";

/**
 * Contrastive loss with a margin, over every pair of the batch: alike rows are drawn together, unalike rows pushed
 * apart until they are a margin away.
 *
 * `loss = mean over pairs i != j of (1/2 d_ij^2 where alike, 1/2 max(0, margin - d_ij)^2 where not)`
 *
 * As in the paper, every pair counts the same, so that the kind with more pairs weighs more. Distances are Euclidean
 * between rows scaled to length one, from 0 to 2, since embeddings are compared by their cosine (the paper leaves
 * them unscaled). The margin's default is 1, that of pytorch-metric-learning's ContrastiveLoss, whose distance this is.
 *
 * @param embeddings `[batch, dim]`
 * @param labels `[batch]`
 * @see Hadsell, Chopra and LeCun, "Dimensionality Reduction by Learning an Invariant Mapping" (2006),
 * http://yann.lecun.com/exdb/publis/pdf/hadsell-chopra-lecun-06.pdf, equation 4
 */
export function marginContrastiveLoss(
  embeddings: Tensor,
  labels: Tensor,
  options: MarginOptions = {},
): Tensor {
  const margin = positiveMargin(options, 1);
  const distances = unitDistances(embeddings, { squared: false });
  const { alike, unalike } = labelMasks(labels);
  const lack = where(alike, distances, relu(sub(margin, distances)));
  return mul(maskedMean(square(lack), or(alike, unalike)), 0.5);
}
