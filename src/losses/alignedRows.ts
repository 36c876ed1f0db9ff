import { constant, type Tensor } from "../graph/index.ts";
import { add, and, cast, concat, equal, gemm, greater, mul, not, reshape, sub, where } from "../ops/index.ts";
import { l2Normalize } from "./cosinePair.ts";
import { diagonal, excluded } from "./similarityMatrix.ts";

/** Which rows of a batch belong together, and which of them have the two modalities that are compared. */
export interface AlignedRows {
  /** int32 `[batch]`, from 0: rows of one group are positives of one another, never negatives. */
  readonly groups: Tensor;
  /**
   * `[batch]` each: 1 where the row has the first, or the second modality, else 0. A row that lacks a modality is no anchor
   * and no negative there. Default: all have both.
   */
  readonly present?: readonly [Tensor, Tensor];
}

/** All rows of one modality beside all rows of another. */
export interface Alignment {
  /** `scale * cos(a_i, b_j) + bias`, `[batch, batch]`; far below all others where one is absent, or both are one row. */
  readonly logits: Tensor;
  /** `[batch, batch]`: 1 where both are of one group and there, else 0. */
  readonly positive: Tensor;
  /** Whether a modality is compared with itself. */
  readonly within: boolean;
}

/**
 * The logits of a batch, and which are of positives. Presence and bias are part of the one matrix product: each row gets two
 * more coordinates, which add up to what belongs onto its logits.
 *
 * @param a `[batch, dim]`
 * @param b `[batch, dim]`; the same tensor as `a` compares a modality with itself, and then no row with itself
 * @param scale scalar, more than 0
 * @param bias scalar
 */
export function alignment(
  a: Tensor,
  b: Tensor,
  { groups, present }: AlignedRows,
  scale: Tensor,
  bias: Tensor | null = null,
): Alignment {
  const n = a.shape[0]!;
  const within = a === b;
  const unitA = l2Normalize(a);
  const scaled = mul(unitA, scale);
  const unitB = within ? unitA : l2Normalize(b);
  const ones = constant("float32", [n, 1], new Float32Array(n).fill(1));
  const [offA, offB] = (present ?? [null, null]).map(
    (mask) => mask && mul(sub(reshape(mask, [n, 1]), 1), -excluded),
  );
  const onB = bias && offB ? add(offB, bias) : (offB ?? (bias && mul(ones, bias)));
  const left = [scaled, ...(onB ? [ones] : []), ...(offA ? [offA] : [])];
  const right = [unitB, ...(onB ? [onB] : []), ...(offA ? [ones] : [])];
  const compared = gemm(concat(left, 1), concat(right, 1), null, { transB: 1 });
  // What is absent is of no group.
  const [ofA, ofB] = [-1, -2].map((none, side) =>
    present ? where(greater(present[side]!, 0), groups, none) : groups,
  );
  const same = equal(reshape(ofA!, [n, 1]), reshape(ofB!, [1, n]));
  return {
    logits: within ? where(diagonal(n), excluded, compared) : compared,
    positive: cast(within ? and(same, not(diagonal(n))) : same, "float32"),
    within,
  };
}
