/** Cosine distances that differ by less are equal but for rounding in float32. */
const tolerance = 1e-6;

/**
 * Recall@k of an approximate search: the part of its results that are as near as the true k nearest,
 * `|{i : d_i <= d*_k}| / k`, over queries. By distance and not by name, as any of several pictures that are equally near is
 * right.
 *
 * 1 where there is nothing to find.
 *
 * @param found distances of each query's results, at most k
 * @param exact distances of each query's k nearest
 * @see https://arxiv.org/abs/1807.05614 (Aumüller, Bernhardsson, Faithfull: ANN-Benchmarks, section 3.6)
 */
export function recallByDistance(
  found: readonly (readonly number[])[],
  exact: readonly (readonly number[])[],
): number {
  let [near, all] = [0, 0];
  for (const [query, distances] of exact.entries()) {
    const farthest = distances.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) + tolerance;
    near += Math.min(distances.length, found[query]!.filter((distance) => distance <= farthest).length);
    all += distances.length;
  }
  return all === 0 ? 1 : near / all;
}
