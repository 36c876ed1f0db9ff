import { nearestOf } from "kindred/workspace";
import type { Neighbour } from "../neighbours/neighbourList.ts";

/** What is looked for, and among what. */
export interface AlikeQuery {
  /** `[dim]` */
  readonly embedding: Float32Array;
  /** The row that the picture is of, which is left out; null for a picture from outside. */
  readonly self: number | null;
  readonly k: number;
  /** Only pictures of this class; null for all. */
  readonly label: number | null;
}

/**
 * The pictures most like one, nearest first.
 *
 * @param embeddings `[count, dim]`, of unit length
 * @param vote the class that most of the nearest are of, which the others are marked against where all may be found
 */
export function alikeRows(
  { embedding, self, k, label }: AlikeQuery,
  embeddings: Float32Array,
  labels: Int32Array,
  vote: number | null,
): Neighbour[] {
  const { rows, similarity } = nearestOf(
    embedding,
    embeddings,
    k,
    (row) => row !== self && (label === null || labels[row] === label),
  );
  return Array.from(rows, (row, i) => ({
    row,
    label: labels[row]!,
    similarity: similarity[i]!,
    alike: label !== null || vote === null || labels[row] === vote,
  }));
}
