import type { Tensor } from "../graph/index.ts";
import { abs, add, and, exp, greater, log, neg, reduceMax, relu, reshape, sub, where } from "../ops/index.ts";
import { type MarginOptions, positiveMargin } from "./margin.ts";
import { semiHardNegatives } from "./semiHard.ts";
import { countOf, labelMasks, maskedMean, unitDistances } from "./similarityMatrix.ts";

export interface TripletOptions extends MarginOptions {
  /** Compare squared distances, from 0 to 4, instead of distances, from 0 to 2. */
  readonly squared?: boolean;
}

/** Beyond every distance of unit rows, squared or not. */
const far = 8;

/**
 * Triplet loss with batch-hard mining: each anchor with its farthest positive and its nearest negative.
 *
 * `L_i = max(0, margin + max over positives p of d_ip - min over negatives n of d_in)`
 *
 * and the loss is the mean over anchors that have both, those without loss included; 0 where there is none. With
 * `margin: "soft"` the hinge is `log(1 + e^x)` and there is no margin, as the paper recommends.
 *
 * Distances are Euclidean between rows scaled to length one, and not squared by default: the paper found squares to
 * collapse more often. The margin's default is 0.2, FaceNet's and among those that the paper tries. Where several rows
 * are equally far, they share the gradient.
 *
 * @param embeddings `[batch, dim]`
 * @param labels `[batch]`
 * @see Hermans, Beyer and Leibe, "In Defense of the Triplet Loss for Person Re-Identification" (2017),
 * https://arxiv.org/abs/1703.07737
 */
export function batchHardTripletLoss(
  embeddings: Tensor,
  labels: Tensor,
  options: Omit<TripletOptions, "margin"> & { readonly margin?: number | "soft" } = {},
): Tensor {
  const { margin = 0.2, squared = false } = options;
  const distances = unitDistances(embeddings, { squared });
  const { alike, unalike } = labelMasks(labels);
  const farthestPositive = reduceMax(where(alike, distances, -far), [1]);
  const nearestNegative = neg(reduceMax(where(unalike, neg(distances), -far), [1]));
  const excess = sub(farthestPositive, nearestNegative);
  const hinge = margin === "soft" ? softplus(excess) : relu(add(excess, positiveMargin({ margin }, 0.2)));
  const anchors = and(greater(countOf(alike, [1]), 0), greater(countOf(unalike, [1]), 0));
  return maskedMean(hinge, anchors);
}

/**
 * Triplet loss with semi-hard mining: each pair of anchor and positive with the nearest negative that is farther
 * from the anchor than the positive, or where none is, with the farthest negative.
 *
 * `L_ip = max(0, margin + d_ip - d_in)`, `n = argmin over negatives n with d_in > d_ip of d_in`,
 * else `argmax over negatives of d_in`
 *
 * and the loss is the mean over pairs of alike rows whose anchor has a negative; 0 where there is none. The negative
 * is the one that TensorFlow Addons' TripletSemiHardLoss picks; FaceNet leaves open what to do where none is farther.
 * Distances are those between rows scaled to length one, squared by default, and the margin's default is 0.2, all as
 * in FaceNet (section 3). Of equally far negatives the first gets the gradient.
 *
 * Looks at `batch^3` triplets, of which only the choice is kept: 67 MB of floats for a batch of 256.
 *
 * @param embeddings `[batch, dim]`
 * @param labels `[batch]`
 * @see Schroff, Kalenichenko and Philbin, "FaceNet" (2015), https://arxiv.org/abs/1503.03832
 * @see https://www.tensorflow.org/addons/api_docs/python/tfa/losses/TripletSemiHardLoss
 */
export function semiHardTripletLoss(
  embeddings: Tensor,
  labels: Tensor,
  options: TripletOptions = {},
): Tensor {
  const { squared = true } = options;
  const margin = positiveMargin(options, 0.2);
  const distances = unitDistances(embeddings, { squared });
  const { alike, unalike } = labelMasks(labels);
  const negatives = semiHardNegatives(distances, unalike);
  const hinge = relu(add(sub(distances, negatives), margin));
  const n = labels.shape[0]!;
  return maskedMean(hinge, and(alike, greater(reshape(countOf(unalike, [1]), [n, 1]), 0)));
}

/** `log(1 + e^x)` without overflow. */
function softplus(x: Tensor): Tensor {
  return add(relu(x), log(add(exp(neg(abs(x))), 1)));
}
