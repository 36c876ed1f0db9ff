import { type NearestRows, nearestOf, placeOnMap, projectOnto } from "kindred/workspace";
import type { Neighbour } from "../neighbours/neighbourList.ts";
import { type ClassShare, weightedVote } from "./weightedVote.ts";

/** Neighbours that are shown and vote. */
export const neighboursRead = 12;

/** All pictures as the encoder sees them, and where they are shown. */
export interface ReadSpace {
  /** `[count, dim]`, of unit length */
  readonly embeddings: Float32Array;
  readonly labels: Int32Array;
  readonly mean: Float32Array;
  /** `[3, dim]` */
  readonly components: Float32Array;
  /** `[count, 2]`, or null where it is not laid out yet. */
  readonly umap: Float32Array | null;
}

/** What a picture turns out to be near to. */
export interface Reading {
  readonly embedding: Float32Array;
  readonly neighbours: readonly Neighbour[];
  /** The greatest share first. */
  readonly votes: readonly ClassShare[];
  /** Its place along the principal components, exact. */
  readonly pca: Float32Array;
  /** Its place on the UMAP, from those of its neighbours; null without a UMAP. */
  readonly umap: Float32Array | null;
}

/**
 * The neighbours of an embedding, what they vote for, and its place on the maps.
 *
 * @param self the row that the picture is of, which is left out; null for a picture from outside
 */
export function readingOf(embedding: Float32Array, space: ReadSpace, self: number | null): Reading {
  const { embeddings, labels, umap } = space;
  const nearest = without(nearestOf(embedding, embeddings, neighboursRead + (self === null ? 0 : 1)), self);
  const found = Array.from(nearest.rows, (row, i) => ({
    row,
    label: labels[row]!,
    similarity: nearest.similarity[i]!,
  }));
  const votes = weightedVote(found);
  const won = winner(votes);
  return {
    embedding,
    neighbours: found.map((neighbour) => ({ ...neighbour, alike: won === null || neighbour.label === won })),
    votes,
    pca: projectOnto(embedding, space),
    umap: umap && nearest.rows.length > 0 ? placeOnMap(nearest, umap) : null,
  };
}

/** The class that others are apart from: one that has most of the weight; null where none has, as then none is apart. */
export function winner([first]: readonly ClassShare[]): number | null {
  return first && first.share > 0.5 ? first.label : null;
}

/** The nearest without one row; where that is not among them, without the last. */
function without(nearest: NearestRows, self: number | null): NearestRows {
  if (self === null) return nearest;
  const found = nearest.rows.indexOf(self);
  const leave = found < 0 ? nearest.rows.length - 1 : found;
  return {
    rows: nearest.rows.filter((_, i) => i !== leave),
    similarity: nearest.similarity.filter((_, i) => i !== leave),
  };
}
