import { InputError } from "../base/index.ts";
import { columnOf, type Dataset } from "../data/index.ts";

/** Two modalities that are to come together. */
export interface AlignedPair {
  /**
   * Twice the same modality has the other rows of an item found: pictures of one thing in several styles, say. That counts
   * only where a batch holds several rows of an item.
   */
  readonly between: readonly [string, string];
  /** What its loss is multiplied by. More than 0, default 1. */
  readonly weight?: number;
}

/** What rows belong together: `[count]`, from 0; rows of one group are positives of one another. */
export type Groups = (dataset: Dataset) => Int32Array;

/** Rows of one label belong together; where there are no labels, each row stands for itself. */
export const groupsByLabel: Groups = (dataset) =>
  dataset.labelled === false ? groupsByRow(dataset) : dataset.labels;

/** Each row stands for itself: for captions that mean their own picture alone, whatever the label. */
export const groupsByRow: Groups = ({ count }) => Int32Array.from({ length: count }, (_, row) => row);

/** What messages call a pair. */
export const pairName = ({ between }: AlignedPair): string => between.join("–");

/** `[count]`: whether a row has something to find or to be found by in a pair. */
export function inPair(dataset: Dataset, groups: Int32Array, { between: [a, b] }: AlignedPair): boolean[] {
  const [first, second] = [columnOf(dataset, a), columnOf(dataset, b)];
  const counted = (has: (row: number) => boolean): Map<number, number> => {
    const counts = new Map<number, number>();
    for (const [row, group] of groups.entries()) {
      if (has(row)) counts.set(group, (counts.get(group) ?? 0) + 1);
    }
    return counts;
  };
  const [ofFirst, ofSecond] = [counted((row) => first.has(row)), counted((row) => second.has(row))];
  return Array.from(groups, (group, row) => {
    const others = (counts: Map<number, number>): number => (counts.get(group) ?? 0) - (a === b ? 1 : 0);
    return (first.has(row) && others(ofSecond) > 0) || (second.has(row) && others(ofFirst) > 0);
  });
}

/** The rows that take part in a pair, in ascending order. */
export function pairedRows(dataset: Dataset, groups: Int32Array, pairs: readonly AlignedPair[]): Uint32Array {
  const taking = pairs.map((pair) => inPair(dataset, groups, pair));
  return Uint32Array.from(groups.keys()).filter((row) => taking.some((rows) => rows[row]));
}

/** @throws InputError naming a pair that no row takes part in. */
export function requirePairs(dataset: Dataset, groups: Int32Array, pairs: readonly AlignedPair[]): void {
  for (const pair of pairs) {
    if (inPair(dataset, groups, pair).includes(true)) continue;
    const [a, b] = pair.between;
    throw new InputError(
      a === b
        ? `no two of the ${dataset.count} rows of ${dataset.name} with ${a} belong together, and the pair ${pairName(pair)} learns from such: leave it out, or give rows of one label`
        : `no ${a} of the ${dataset.count} rows of ${dataset.name} belongs to any ${b}, and the pair ${pairName(pair)} learns from such: leave it out, or give rows with both`,
    );
  }
}
