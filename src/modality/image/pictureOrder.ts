import { byRank, lots, stratifiedDraw } from "../../data/stratified.ts";

/** What of a picture its place in the data set hangs on. */
export interface OrderedPicture {
  readonly path: string;
  readonly label: number;
  /** Whether its data set has set it aside for validation. */
  readonly validation: boolean;
}

export interface PictureOrderOptions {
  readonly seed: number;
  /** Pictures to take, stratified by class; null for all. */
  readonly limit: number | null;
  /** Pictures to keep for validation where the data has set none aside; null for {@link defaultValidation}. */
  readonly validation: number | null;
}

/** Rows of a data set, in order. */
export interface PictureOrder {
  /** Which picture each row is. */
  readonly rows: readonly number[];
  /** How many of the last rows are for validation. */
  readonly validation: number;
}

/** Most pictures that are kept for validation where nothing else is said. */
const mostValidation = 1000;
/** A class with so many pictures gives one for validation at least, */
const enoughForOne = 4;
/** and with so many two, so that there are positive pairs among them. */
const enoughForTwo = 8;

function leastOf(count: number): number {
  return count >= enoughForTwo ? 2 : count >= enoughForOne ? 1 : 0;
}

/**
 * A tenth of the pictures, at most 1,000, but at least one of each class of 4 or more and two of each of 8 or more. Where all
 * classes are smaller, one of them gives a second, so that there is a positive pair.
 *
 * @param counts pictures of each class
 */
export function defaultValidation(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const least = counts.reduce((sum, count) => sum + leastOf(count), 0);
  const noPair = least > 0 && counts.every((count) => count < enoughForTwo);
  return Math.max(least + (noPair ? 1 : 0), Math.min(mostValidation, Math.round(total / 10)));
}

/**
 * The order of a data set's pictures: by lot, those for training first and those for validation last.
 *
 * Validation pictures are those that the data has set aside, or else drawn, stratified by class, with at
 * least as many of each as {@link defaultValidation} says, and never so many that a class keeps fewer than two, where that can be. The same seed gives the same
 * order, and a picture more or less leaves the others' order as it is, and nearly all of them on their side.
 */
export function orderPictures(
  pictures: readonly OrderedPicture[],
  { seed, limit, validation }: PictureOrderOptions,
): PictureOrder {
  const ranks = (purpose: string, items: readonly number[]): Uint32Array =>
    lots(
      seed,
      purpose,
      items.map((item) => pictures[item]!.path),
    );
  let taken = pictures.map((_, i) => i);
  if (limit !== null && limit < taken.length) {
    const strata = pictures.map(({ label, validation: aside }) => 2 * label + Number(aside));
    const drawn = stratifiedDraw(strata, ranks("limit", taken), limit, { least: (n) => Math.min(n, 2) });
    taken = taken.filter((item) => drawn[item]);
  }
  const aside = pictures.some((picture) => picture.validation)
    ? taken.map((item) => pictures[item]!.validation)
    : drawnValidation(
        taken.map((item) => pictures[item]!.label),
        ranks("validation", taken),
        validation,
      );
  const order = byRank(
    taken.map((_, i) => i),
    ranks("order", taken),
  );
  const rows = [...order.filter((i) => !aside[i]), ...order.filter((i) => aside[i])].map((i) => taken[i]!);
  return { rows, validation: aside.filter(Boolean).length };
}

function drawnValidation(labels: readonly number[], ranks: Uint32Array, n: number | null): boolean[] {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return stratifiedDraw(labels, ranks, n ?? defaultValidation([...counts.values()]), {
    least: leastOf,
    most: (count) => count - 2,
  });
}
