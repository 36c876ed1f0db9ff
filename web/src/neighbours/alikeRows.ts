import { nearestOf } from "kindred/workspace";
import type { RowRange } from "../words/itemWords.ts";
import type { Neighbour } from "./neighbourList.ts";

/** What is looked for, and among what. */
export interface AlikeQuery {
  /** `[dim]` */
  readonly embedding: Float32Array;
  /** The row that it is, which is left out; null for something from outside. */
  readonly self: number | null;
  readonly k: number;
  /** Only rows of this class; null for all. */
  readonly label: number | null;
  /** Only these rows, such as those of a modality; null for all. */
  readonly within: RowRange | null;
}

/**
 * The rows most like something, nearest first.
 *
 * @param embeddings `[count, dim]`, of unit length
 * @param vote the class that most of the nearest are of, which the others are marked against where all may be found
 */
export function alikeRows(
  { embedding, self, k, label, within }: AlikeQuery,
  embeddings: Float32Array,
  labels: Int32Array,
  vote: number | null,
): Neighbour[] {
  const { rows, similarity } = nearestOf(
    embedding,
    embeddings,
    k,
    (row) =>
      row !== self &&
      (label === null || labels[row] === label) &&
      (within === null || (row >= within.from && row < within.to)),
  );
  return Array.from(rows, (row, i) => ({
    row,
    label: labels[row]!,
    similarity: similarity[i]!,
    alike: label !== null || vote === null || labels[row] === vote,
  }));
}
