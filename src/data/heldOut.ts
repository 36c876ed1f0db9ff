import { stratifiedDraw } from "./stratified.ts";

/** Most rows that are kept for validation where nothing else is said. */
export const mostValidation = 1000;
/** A class with so many rows gives one for validation at least, */
const enoughForOne = 4;
/** and with so many two, so that there are positive pairs among them. */
const enoughForTwo = 8;

function leastOf(count: number): number {
  return count >= enoughForTwo ? 2 : count >= enoughForOne ? 1 : 0;
}

/**
 * A tenth of the rows, at most 1,000, but at least one of each class of 4 or more and two of each of 8 or more. Where all
 * classes are smaller, one of them gives a second, so that there is a positive pair.
 *
 * @param counts rows of each class
 */
export function defaultValidation(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const least = counts.reduce((sum, count) => sum + leastOf(count), 0);
  const noPair = least > 0 && counts.every((count) => count < enoughForTwo);
  return Math.max(least + (noPair ? 1 : 0), Math.min(mostValidation, Math.round(total / 10)));
}

/**
 * Rows to keep for validation, by lot and stratified by class, with as many of each class at least as {@link defaultValidation}
 * says, and never so many that a class keeps fewer than two, where that can be.
 *
 * @param labels `[rows]`
 * @param ranks `[rows]`, each row's lot
 * @param n how many; null for {@link defaultValidation}
 * @returns `[rows]`, whether each is kept
 */
export function drawnValidation(labels: readonly number[], ranks: Uint32Array, n: number | null): boolean[] {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return stratifiedDraw(labels, ranks, n ?? defaultValidation([...counts.values()]), {
    least: leastOf,
    most: (count) => count - 2,
  });
}
