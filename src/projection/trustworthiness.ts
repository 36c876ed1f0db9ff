import { InputError } from "../base/index.ts";

/** Rows compared at a time, so that they stay in the processor's cache. */
const BLOCK = 32;

/**
 * How far the neighbours in a map are neighbours in the space it shows, 0 to 1:
 * `1 - 2 / (n k (2n - 3k - 1)) * sum_i sum_j max(0, rank(i, j) - k)` over the k nearest j of each i in the map, where
 * rank counts from 1 in the space. Exact, by all pairs: O(n^2 dim) time, O(n) memory.
 *
 * @param points the space, `[n, dim]`
 * @param map `[n, 2]`, compared by euclidean distance
 * @param options `k`: neighbours of each point, below n / 2, default 5 (scikit-learn's). `metric`: of the space, default
 * euclidean
 * @throws InputError when the sizes do not fit, or a value is not finite (its row is named).
 * @see Venna and Kaski, "Neighborhood preservation in nonlinear projection methods" (2001)
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.manifold.trustworthiness.html
 */
export function trustworthiness(
  points: Float32Array,
  dim: number,
  map: Float32Array,
  options: { readonly k?: number | undefined; readonly metric?: "euclidean" | "cosine" | undefined } = {},
): number {
  const { k = 5, metric = "euclidean" } = options;
  const n = map.length / 2;
  if (!(Number.isInteger(n) && points.length === n * dim)) {
    throw new InputError(
      `${points.length} numbers of dim ${dim} and a map of ${map.length} numbers do not fit, expected n x dim and n x 2`,
    );
  }
  if (!(Number.isInteger(k) && k >= 1 && k < n / 2)) {
    throw new InputError(`k is ${k}, expected an integer from 1 to below half of the ${n} points`);
  }
  checkFinite(points, dim, "embeddings");
  checkFinite(map, 2, "map");
  const space = metric === "cosine" ? normalized(points, dim) : Float64Array.from(points);
  const plane = Float64Array.from(map);
  const near = new Float64Array(BLOCK * n);
  const far = new Float64Array(BLOCK * n);
  let misplaced = 0;
  for (let start = 0; start < n; start += BLOCK) {
    const count = Math.min(BLOCK, n - start);
    squaredDistances(plane, 2, start, count, near);
    squaredDistances(space, dim, start, count, far);
    for (let row = 0; row < count; row++) {
      const self = start + row;
      const nearest = leastIndices(near.subarray(row * n, (row + 1) * n), self, k);
      misplaced += excessRanks(far.subarray(row * n, (row + 1) * n), self, nearest);
    }
  }
  return 1 - (2 * misplaced) / (n * k * (2 * n - 3 * k - 1));
}

function checkFinite(values: Float32Array, dim: number, name: string): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) {
      throw new InputError(
        `row ${Math.floor(i / dim)} of the ${name} holds ${values[i]} in column ${i % dim}, expected finite numbers`,
      );
    }
  }
}

/** Rows of length 1, whose squared euclidean distance is `2 (1 - cos)`: the same order. A row of zeros stays. */
function normalized(points: Float32Array, dim: number): Float64Array {
  const rows = Float64Array.from(points);
  for (let start = 0; start < rows.length; start += dim) {
    let square = 0;
    for (let d = 0; d < dim; d++) square += rows[start + d]! ** 2;
    const scale = square > 0 ? 1 / Math.sqrt(square) : 0;
    for (let d = 0; d < dim; d++) rows[start + d]! *= scale;
  }
  return rows;
}

/** Of `count` rows from `start` to all, `[count, n]`. */
function squaredDistances(
  rows: Float64Array,
  dim: number,
  start: number,
  count: number,
  target: Float64Array,
): void {
  const n = rows.length / dim;
  for (let other = 0; other < n; other++) {
    for (let row = 0; row < count; row++) {
      const from = (start + row) * dim;
      let sum = 0;
      for (let d = 0; d < dim; d++) {
        const difference = rows[from + d]! - rows[other * dim + d]!;
        sum += difference * difference;
      }
      target[row * n + other] = sum;
    }
  }
}

/** The indices of the `k` least, without `self`, equals by lower index. */
function leastIndices(distances: Float64Array, self: number, k: number): Uint32Array {
  const best = new Uint32Array(k);
  let filled = 0;
  for (let other = 0; other < distances.length; other++) {
    const distance = distances[other]!;
    if (other === self || (filled === k && distance >= distances[best[k - 1]!]!)) continue;
    let at = filled < k ? filled++ : k - 1;
    for (; at > 0 && distances[best[at - 1]!]! > distance; at--) best[at] = best[at - 1]!;
    best[at] = other;
  }
  return best;
}

/** By how much the ranks of `nearest` exceed their number, summed; equals rank by lower index. */
function excessRanks(distances: Float64Array, self: number, nearest: Uint32Array): number {
  let sum = 0;
  for (const chosen of nearest) {
    const distance = distances[chosen]!;
    let rank = 1;
    for (let other = 0; other < distances.length; other++) {
      if (other === self) continue;
      const to = distances[other]!;
      if (to < distance || (to === distance && other < chosen)) rank++;
    }
    sum += Math.max(0, rank - nearest.length);
  }
  return sum;
}
