import type { Tensor } from "../graph/index.ts";
import {
  add,
  cast,
  div,
  greater,
  mul,
  nonZero,
  reduceLogSumExp,
  reduceSum,
  reshape,
  sub,
} from "../ops/index.ts";
import { type AlignedRows, alignment } from "./alignedRows.ts";

/**
 * CLIP's loss for several positives: each row of one modality is to find its positives, the rows of its group, among all rows
 * of the other modality, in both directions. With `l_ij = scale * cos(a_i, b_j)` and the positives `P(i)`:
 *
 * `L_i = log(sum_j e^l_ij) - mean over j in P(i) of l_ij`
 *
 * and the loss is half the mean of `L_i` over the rows of `a` that have a positive, and half that over those of `b`; 0 where
 * none has. Where each row is a group of its own this is open_clip's `ClipLoss`.
 *
 * Where `a` and `b` are the same tensor, a row is compared with the others of its own modality. Both directions are then one,
 * and the loss is that of `supConLoss`.
 *
 * @param a `[batch, dim]`
 * @param b `[batch, dim]`
 * @param scale scalar, the inverse of the temperature
 * @see Radford et al., "Learning Transferable Visual Models" (2021), https://arxiv.org/abs/2103.00020; Yang et al., "Unified
 * Contrastive Learning in Image-Text-Label Space" (2022), https://arxiv.org/abs/2204.03610, for several positives
 */
export function clipLoss(a: Tensor, b: Tensor, rows: AlignedRows, scale: Tensor): Tensor {
  const n = a.shape[0]!;
  const { logits, positive, within } = alignment(a, b, rows, scale);
  const directions = (within ? [1] : [1, 0]).map((axis) => {
    const counts = reduceSum(positive, [axis]);
    const anchors = cast(greater(counts, 0), "float32");
    const weights = div(anchors, nonZero(reduceSum(anchors)));
    const all = reduceSum(mul(reduceLogSumExp(logits, [axis]), weights));
    const shares = reshape(div(weights, nonZero(counts)), axis === 1 ? [n, 1] : [1, n]);
    return { all, shares };
  });
  const [first, second] = directions as [(typeof directions)[0], (typeof directions)[0]?];
  const ofPositives = (shares: Tensor): Tensor => reduceSum(mul(mul(positive, shares), logits));
  if (!second) return sub(first.all, ofPositives(first.shares));
  return mul(sub(add(first.all, second.all), ofPositives(add(first.shares, second.shares))), 0.5);
}
