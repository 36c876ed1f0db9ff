import { InputError } from "../base/index.ts";
import type { ImageDataset } from "../data/index.ts";
import type { EpochMetrics } from "./metrics.ts";

/** What epochs are compared by. */
export type ComparedEpoch = Pick<EpochMetrics, "epoch" | "mapAtR" | "valLoss">;

/**
 * The best of these epochs: of the highest MAP@R on the validation pictures, or where it was not taken (they have no
 * labels) of the lowest validation loss; the earliest of equals. Null where there is neither.
 */
export function bestEpoch(epochs: readonly ComparedEpoch[]): number | null {
  const ranked = epochs.filter(({ mapAtR }) => mapAtR !== null);
  const better = ranked.length > 0 ? higherRank : lowerLoss;
  const comparable = ranked.length > 0 ? ranked : epochs.filter(({ valLoss }) => valLoss !== null);
  if (comparable.length === 0) return null;
  return comparable.reduce((best, epoch) => (better(epoch, best) ? epoch : best)).epoch;
}

function higherRank(epoch: ComparedEpoch, best: ComparedEpoch): boolean {
  return epoch.mapAtR! > best.mapAtR!;
}

function lowerLoss(epoch: ComparedEpoch, best: ComparedEpoch): boolean {
  return epoch.valLoss! < best.valLoss!;
}

/** Whether so many epochs have gone by since the best one; never where `patience` is 0. */
export function isOutOfPatience(history: readonly EpochMetrics[], patience: number): boolean {
  const last = history.at(-1);
  return patience > 0 && last !== undefined && last.best !== null && last.epoch - last.best >= patience;
}

/** @throws InputError where there is nothing that an improvement could be seen by. */
export function requirePatience(patience: number, validation: ImageDataset): void {
  if (!(Number.isInteger(patience) && patience >= 0)) {
    throw new InputError(`a patience of ${patience} epochs cannot be used, expected an integer of 0 or more`);
  }
  if (patience > 0 && validation.count === 0) {
    throw new InputError(
      `a patience of ${patience} epochs was asked for, but no pictures are kept for validation that an improvement could be seen by: keep some, or switch it off with a patience of 0`,
    );
  }
}
