import { drawnValidation } from "../../data/heldOut.ts";
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
