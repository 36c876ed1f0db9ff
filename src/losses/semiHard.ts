import { constant, type Tensor } from "../graph/index.ts";
import { add, and, argMax, gather, greater, neg, reduceMax, reshape, where } from "../ops/index.ts";

/** Beyond every distance of unit rows, squared or not. */
const far = 8;

/**
 * The distance from each anchor `i` to the negative that belongs to each positive `p`: the nearest that is farther
 * than the positive, else the farthest. `[n, n] -> [n, n]`; the mask says who is a negative of whom.
 *
 * The choice has no gradient, the distance chosen has: it is gathered from the matrix, so that the reverse walk
 * scatters into `[n, n]` and never sees the `[n, n, n]` of the search.
 */
export function semiHardNegatives(distances: Tensor, unalike: Tensor): Tensor {
  const n = distances.shape[0]!;
  // Anchor x positive x negative.
  const toPositive = reshape(distances, [n, n, 1]);
  const toNegative = reshape(distances, [n, 1, n]);
  const farther = and(reshape(unalike, [n, 1, n]), greater(toNegative, toPositive));
  const closeness = where(farther, neg(toNegative), -far);
  const nearestFarther = argMax(closeness, 2);
  const farthest = argMax(where(unalike, distances, -far), 1, { keepdims: true });
  const anyFarther = greater(reduceMax(closeness, [2]), -far);
  const chosen = where(anyFarther, nearestFarther, farthest);
  // A row's number and a column's make a place in the matrix laid out flat.
  const rowStarts = constant(
    "int64",
    [n, 1],
    Array.from({ length: n }, (_, i) => i * n),
  );
  return gather(reshape(distances, [n * n]), add(chosen, rowStarts));
}
