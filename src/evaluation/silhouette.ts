import { Pacer } from "../base/pacer.ts";
import { classSums } from "./classSums.ts";
import type { Labels } from "./labels.ts";

/** Mean distances below this are rounding (an angle of 1e-5): without it, a collapsed encoder would score noise. */
const NO_DISTANCE = 1e-10;

/**
 * The mean silhouette with cosine distance `1 - cos(x, y)`, -1 to 1: `(b - a) / max(a, b)`, where `a` is a row's mean
 * distance to the others of its class and `b` to the nearest other class.
 *
 * Exact in O(rows * classes * dim) and without any pair, because the mean distance to a class is `1 - x . mean`. As in
 * scikit-learn, a row alone in its class scores 0, and so does one for which `a` and `b` are both 0; a row of zeros is
 * at distance 1 from all others.
 *
 * @param matrix `[rows, dim]`, row-major, of any length of row
 * @param labels `[rows]`
 * @returns NaN when there are fewer than two classes, because `b` does not exist.
 * @throws InputError when the matrix is not `labels.length * dim` long, or holds a value that is not finite.
 * @see Rousseeuw, "Silhouettes" (1987), https://doi.org/10.1016/0377-0427(87)90125-7
 * @see https://scikit-learn.org/stable/modules/generated/sklearn.metrics.silhouette_score.html
 */
export async function silhouette(
  matrix: Float32Array,
  labels: Labels,
  dim: number,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<number> {
  const pacer = new Pacer(options.signal);
  const { sums, sizes, scales, classes } = await classSums(matrix, labels, dim, pacer);
  if (sizes.length < 2) return Number.NaN;
  let total = 0;
  for (let row = 0; row < classes.length; row++) {
    const own = classes[row]!;
    if (sizes[own] === 1) continue;
    let within = 0;
    let nearest = Number.POSITIVE_INFINITY;
    for (let other = 0; other < sizes.length; other++) {
      let dot = 0;
      for (let k = 0; k < dim; k++) dot += matrix[row * dim + k]! * sums[other * dim + k]!;
      dot *= scales[row]!;
      if (other === own) {
        const self = scales[row]! > 0 ? 1 : 0;
        within = distance((dot - self) / (sizes[own]! - 1));
      } else {
        nearest = Math.min(nearest, distance(dot / sizes[other]!));
      }
    }
    const larger = Math.max(within, nearest);
    if (larger > 0) total += (nearest - within) / larger;
    if (pacer.due()) await pacer.pause();
  }
  return total / classes.length;
}

function distance(meanSimilarity: number): number {
  const value = 1 - meanSimilarity;
  return value < NO_DISTANCE ? 0 : value;
}
