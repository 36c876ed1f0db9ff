import type { Rng } from "../../base/index.ts";
import { unitRows } from "../../base/unitRows.ts";
import { centroid } from "./centring.ts";
import type { ModalityEmbeddings } from "./modalityEmbeddings.ts";
import { mapped, ridgeProblem } from "./ridge.ts";

/** How far two modalities lie apart as a whole, whatever their rows mean. */
export interface ModalityGap {
  /** Distance of the centroids of the unit vectors, 0 to 2. */
  readonly distance: number;
  /** Balanced accuracy of a linear classifier that tells the modalities apart, 0.5 (it cannot) to 1; null of fewer than 10 rows. */
  readonly separability: number | null;
}

/** Rows of each modality that the classifier sees: its accuracy is then known to within 1 %. */
const MOST_ROWS = 2000;
const FOLDS = 5;
/** Of the mean variance of a column, so that columns that depend on each other can be solved. */
const PENALTY = 1e-3;

/**
 * The modality gap: `|mean of unit a - mean of unit b|`, and the accuracy of a linear classifier in a 5-fold cross-validation.
 *
 * The classifier is least squares on -1 and +1, which for two classes of equal size is Fisher's linear discriminant; as many rows of
 * each modality (at most 2,000) are drawn, and dealt to folds, by `rng`.
 *
 * @throws InputError when sizes do not fit, or a value is not finite.
 * @see Liang et al., "Mind the Gap" (2022), https://arxiv.org/abs/2203.02053
 */
export async function modalityGap(
  a: ModalityEmbeddings,
  b: ModalityEmbeddings,
  rng: Rng,
  signal?: AbortSignal,
): Promise<ModalityGap> {
  const [meanA, meanB] = [centroid(a.embeddings, a.dim), centroid(b.embeddings, b.dim)];
  const distance = Math.hypot(...meanA.map((value, k) => value - meanB[k]!));
  return { distance, separability: await separability(a, b, rng, signal) };
}

async function separability(
  a: ModalityEmbeddings,
  b: ModalityEmbeddings,
  rng: Rng,
  signal?: AbortSignal,
): Promise<number | null> {
  const { dim } = a;
  const each = Math.min(MOST_ROWS, a.labels.length, b.labels.length);
  if (each < 2 * FOLDS) return null;
  const drawn = [a, b].map(({ embeddings, labels }) => {
    const units = unitRows(embeddings, dim);
    return Array.from(rng.permutation(labels.length).subarray(0, each), (row) =>
      units.subarray(row * dim, (row + 1) * dim),
    );
  });
  let right = 0;
  for (let fold = 0; fold < FOLDS; fold++) {
    const [fitted, held] = [[] as Float32Array[][], [] as Float32Array[][]];
    for (const rows of drawn) {
      fitted.push(rows.filter((_, at) => at % FOLDS !== fold));
      held.push(rows.filter((_, at) => at % FOLDS === fold));
    }
    const x = joined(fitted.flat(), dim);
    const y = Float32Array.from(fitted.flatMap((rows, side) => rows.map(() => 2 * side - 1)));
    const problem = await ridgeProblem(x, y, y.length, signal);
    // One point has no direction to tell it by.
    if (problem.scale === 0) return 0.5;
    const map = problem.solve(PENALTY * problem.scale);
    for (const [side, rows] of held.entries()) {
      // As many of both sides: the mean of the targets is 0.
      right += mapped(map, joined(rows, dim)).filter((value) => (value > 0 ? 1 : 0) === side).length;
    }
  }
  return right / (2 * each);
}

function joined(rows: readonly Float32Array[], dim: number): Float32Array {
  const all = new Float32Array(rows.length * dim);
  for (const [at, row] of rows.entries()) all.set(row, at * dim);
  return all;
}
