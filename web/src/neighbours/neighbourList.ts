import type { NearestOthers } from "../session/spaceStore.svelte.ts";

/** One of a picture's nearest others. */
export interface Neighbour {
  readonly row: number;
  readonly label: number;
  /** Cosine similarity, -1 to 1. */
  readonly similarity: number;
  /** Whether both are of one class. */
  readonly alike: boolean;
}

/** A row's nearest others, nearest first; none for a row that there is not. */
export function neighboursOf(nearest: NearestOthers, labels: Int32Array, row: number): Neighbour[] {
  const { k, rows, similarity } = nearest;
  const label = labels[row];
  if (label === undefined) return [];
  return Array.from(rows.subarray(row * k, (row + 1) * k), (other, i) => ({
    row: other,
    label: labels[other]!,
    similarity: similarity[row * k + i]!,
    alike: labels[other] === label,
  }));
}

/**
 * The row to begin with where none is picked: the first whose neighbours are of several classes, but mostly of its own, which
 * is where there is something to see; 0 where all agree.
 */
export function telling(nearest: NearestOthers, labels: Int32Array): number {
  const { k, rows } = nearest;
  for (let row = 0; row < labels.length; row++) {
    let alike = 0;
    for (let i = 0; i < k; i++) if (labels[rows[row * k + i]!] === labels[row]) alike++;
    if (alike < k && alike > k / 2) return row;
  }
  return 0;
}

/** A cosine similarity with four places, and a true minus. */
export function similarityText(similarity: number): string {
  return similarity.toFixed(4).replace("-", "\u2212");
}

/** The part of a bar that a similarity fills: nothing at 0 and below. */
export function barPart(similarity: number): number {
  return Math.min(1, Math.max(0, similarity));
}

/** A row number that someone typed, or why it is none. */
export function typedRow(text: string, count: number): number | string {
  const row = Number(text);
  if (text.trim() === "" || !Number.isInteger(row) || row < 0 || row >= count) {
    return `Expected a whole number from 0 to ${count - 1}.`;
  }
  return row;
}
