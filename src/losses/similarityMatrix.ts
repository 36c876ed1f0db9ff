import { constant, type Tensor } from "../graph/index.ts";
import {
  add,
  and,
  cast,
  div,
  equal,
  gemm,
  greater,
  mul,
  nonZero,
  not,
  reduceLogSumExp,
  reduceSum,
  reshape,
  sqrt,
  where,
} from "../ops/index.ts";
import { l2Normalize } from "./cosinePair.ts";

/** A logit whose exponential is 0 beside that of any cosine, yet finite, so that no `inf - inf` can arise. */
export const excluded = -1e30;

/** Cosine similarity of all rows with all rows: `[n, dim]` and `[m, dim]` to `[n, m]`, each from -1 to 1. */
export function cosineSimilarities(a: Tensor, b: Tensor): Tensor {
  const unit = l2Normalize(a);
  return gemm(unit, a === b ? unit : l2Normalize(b), null, { transB: 1 });
}

/**
 * Euclidean distances of all rows, scaled to length one, from all: `[n, dim] -> [n, n]`, each from 0 to 2.
 *
 * `d_ij = sqrt(2 - 2 cos_ij)`, whose gradient is taken as 0 where the distance is 0 and has no derivative.
 */
export function unitDistances(x: Tensor, options: { readonly squared: boolean }): Tensor {
  // Rounding can put a cosine above 1. At 0 the root's gradient is infinite: `where` chooses 0 in its place, as any
  // rule that multiplied by it (such as that of ReLU) would give NaN.
  const raw = add(mul(cosineSimilarities(x, x), -2), 2);
  const squared = where(greater(raw, 0), raw, 0);
  return options.squared ? squared : sqrt(squared);
}

/** Whether two places of an `[n, n]` matrix are one row's, as bool: its diagonal. */
export function diagonal(n: number): Tensor {
  const places = Array.from({ length: n }, (_, i) => i);
  return equal(constant("int32", [n, 1], places), constant("int32", [1, n], places));
}

/** Which pairs of different rows have the same label and which have not: labels `[n]` to two bools `[n, n]`. */
export function labelMasks(labels: Tensor): { readonly alike: Tensor; readonly unalike: Tensor } {
  const n = labels.shape[0]!;
  const same = equal(reshape(labels, [n, 1]), reshape(labels, [1, n]));
  return { alike: and(same, not(diagonal(n))), unalike: not(same) };
}

/** How many entries of a mask hold, over axes (all by default), as float. */
export function countOf(mask: Tensor, axes?: readonly number[]): Tensor {
  return reduceSum(cast(mask, "float32"), axes);
}

/** Mean of the values where the mask holds, over axes (all by default); 0 where it nowhere does. */
export function maskedMean(values: Tensor, mask: Tensor, axes?: readonly number[]): Tensor {
  return div(reduceSum(where(mask, values, 0), axes), nonZero(countOf(mask, axes)));
}

/** `log(sum over j other than i of e^(logits_ij))`: `[n, n] -> [n]`. */
export function logSumExpOfOthers(logits: Tensor): Tensor {
  return reduceLogSumExp(where(diagonal(logits.shape[0]!), excluded, logits), [1]);
}
