import { InputError } from "../../base/index.ts";
import { Pacer } from "../../base/pacer.ts";
import { classSums } from "../classSums.ts";
import type { ModalityEmbeddings } from "./modalityEmbeddings.ts";

/** How similar the classes of one modality are to those of another. */
export interface SimilaritiesAcross {
  /** Labels that both have, ascending, `[classes]`. */
  readonly labels: readonly number[];
  /** Mean cosine similarity of all pairs, one row of a class of the first, one of a class of the second, `[classes, classes]`. */
  readonly means: Float64Array;
}

/**
 * The mean cosine similarity of each class of `a` and each class of `b`, exact, `S_c . T_d / (n_c n_d)` with the sums of unit vectors,
 * in O(rows * dim + classes^2 * dim).
 *
 * @throws InputError when sizes do not fit, dims differ, or a value is not finite.
 */
export async function similaritiesAcross(
  a: ModalityEmbeddings,
  b: ModalityEmbeddings,
  signal?: AbortSignal,
): Promise<SimilaritiesAcross> {
  const { dim } = a;
  if (b.dim !== dim) {
    throw new InputError(`dims of ${a.modality} and ${b.modality} are ${dim} and ${b.dim}, expected one dim`);
  }
  const pacer = new Pacer(signal);
  const sumsA = await classSums(a.embeddings, a.labels, dim, pacer);
  const sumsB = await classSums(b.embeddings, b.labels, dim, pacer);
  const [placeA, placeB] = [places(a), places(b)];
  const labels = [...placeA.keys()].filter((label) => placeB.has(label));
  const means = new Float64Array(labels.length ** 2);
  for (const [row, one] of labels.entries()) {
    const c = placeA.get(one)!;
    for (const [column, other] of labels.entries()) {
      const d = placeB.get(other)!;
      let product = 0;
      for (let k = 0; k < dim; k++) product += sumsA.sums[c * dim + k]! * sumsB.sums[d * dim + k]!;
      means[row * labels.length + column] = product / (sumsA.sizes[c]! * sumsB.sizes[d]!);
    }
  }
  return { labels, means };
}

/** The place of each label in the sums, which are by ascending label. */
function places({ labels }: ModalityEmbeddings): ReadonlyMap<number, number> {
  const ascending = [...new Set(Array.from(labels))].sort((x, y) => x - y);
  return new Map(ascending.map((label, place) => [label, place]));
}
