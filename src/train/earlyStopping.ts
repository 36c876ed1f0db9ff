import { InputError } from "../base/index.ts";
import type { Items } from "../data/index.ts";
import type { Schedule } from "../optim/index.ts";
import type { EpochMetrics } from "./metrics.ts";

/** What epochs are compared by. */
export type ComparedEpoch = Pick<EpochMetrics, "epoch" | "mapAtR" | "recallAt1" | "valLoss">;

/** Training that was over before its last epoch. */
export interface EarlyStop {
  /** The last one that was trained, from 1, and those asked for. */
  readonly epoch: number;
  readonly of: number;
  /** Epochs without a better one. */
  readonly patience: number;
  /** The first epoch that was counted. */
  readonly from: number;
}

/**
 * The best of these epochs: of the highest MAP@R on the validation rows, in an alignment of the highest R@1, or where
 * neither was taken (they have no labels) of the lowest validation loss; the earliest of equals. Null where there is none.
 */
export function bestEpoch(epochs: readonly ComparedEpoch[]): number | null {
  const ranked = epochs.filter((epoch) => rankOf(epoch) !== null);
  const better = ranked.length > 0 ? higherRank : lowerLoss;
  const comparable = ranked.length > 0 ? ranked : epochs.filter(({ valLoss }) => valLoss !== null);
  if (comparable.length === 0) return null;
  return comparable.reduce((best, epoch) => (better(epoch, best) ? epoch : best)).epoch;
}

function rankOf({ mapAtR, recallAt1 = null }: ComparedEpoch): number | null {
  return mapAtR ?? recallAt1;
}

function higherRank(epoch: ComparedEpoch, best: ComparedEpoch): boolean {
  return rankOf(epoch)! > rankOf(best)!;
}

function lowerLoss(epoch: ComparedEpoch, best: ComparedEpoch): boolean {
  return epoch.valLoss! < best.valLoss!;
}

/**
 * The first epoch, from 1, that patience counts. Under a rate that rises first, as one cycle's, weights are only as good as they
 * can be when it has come down again, so that it counts from where the rate is half of its highest; else from the first on.
 */
export function firstCounted(schedule: Schedule, epochs: number, batches: number): number {
  const totalSteps = epochs * batches;
  const first = schedule.at({ epoch: 0, step: 0, totalSteps });
  const rates = Array.from({ length: epochs }, (_, epoch) =>
    schedule.at({ epoch, step: (epoch + 1) * batches - 1, totalSteps }),
  );
  const highest = Math.max(...rates);
  if (first >= highest) return 1;
  const low = rates.findIndex((rate, epoch) => epoch > rates.indexOf(highest) && rate <= highest / 2);
  return low < 0 ? epochs : low + 1;
}

/** Epochs since the best one that count, from epoch `from` on (see {@link firstCounted}); 0 where none is told. */
export function epochsWaited(history: readonly EpochMetrics[], from: number): number {
  const last = history.at(-1);
  if (last === undefined || last.best === null) return 0;
  return Math.max(0, last.epoch - Math.max(last.best, from - 1));
}

/** @throws InputError where there is nothing that an improvement could be seen by. */
export function requirePatience(patience: number, validation: Items): void {
  if (!(Number.isInteger(patience) && patience >= 0)) {
    throw new InputError(`a patience of ${patience} epochs cannot be used, expected an integer of 0 or more`);
  }
  if (patience > 0 && validation.count === 0) {
    throw new InputError(
      `a patience of ${patience} epochs was asked for, but no pictures are kept for validation that an improvement could be seen by: keep some, or switch it off with a patience of 0`,
    );
  }
}
