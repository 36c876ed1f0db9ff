import { InputError, Rng } from "../base/index.ts";
import type { BatchSampler } from "./shuffled.ts";

export interface GroupedOptions {
  /** Rows in a batch. */
  readonly batchSize: number;
  /** Rows of a group that come together, 1 or more. */
  readonly perItem: number;
  readonly seed: number;
}

/**
 * Every row once an epoch, in a new order each time, with several rows of a group beside each other: each group's rows are
 * dealt at random into parts of `perItem`, and the parts are shuffled. A batch of `n` rows so holds `n / perItem` parts; a
 * group of fewer rows is a smaller part, and the last part of a batch may go on in the next one.
 */
export class GroupedSampler implements BatchSampler {
  readonly batchSize: number;
  readonly batchCount: number;
  readonly #groups: Int32Array;
  readonly #options: GroupedOptions;

  /**
   * @param groups `[count]`, the group of each row
   * @throws InputError when there are no rows, or a number is not an integer of 1 or more.
   */
  constructor(groups: Int32Array, options: GroupedOptions) {
    const { batchSize, perItem } = options;
    for (const [what, value] of [
      ["batch size", batchSize],
      ["number of rows of each item in a batch", perItem],
    ] as const) {
      if (Number.isInteger(value) && value >= 1) continue;
      throw new InputError(`a ${what} of ${value} cannot be used, expected an integer of 1 or more`);
    }
    if (groups.length === 0) throw new InputError("there are no training rows, expected at least one");
    this.batchSize = batchSize;
    this.batchCount = Math.ceil(groups.length / batchSize);
    this.#groups = groups;
    this.#options = options;
  }

  epochBatches(epoch: number): Uint32Array {
    const { perItem, seed } = this.#options;
    const rng = Rng.of(seed, "grouped", epoch);
    const shuffled = rng.permutation(this.#groups.length);
    if (perItem === 1) return shuffled;
    const parts: number[][] = [];
    const open = new Map<number, number[]>();
    for (const row of shuffled) {
      const group = this.#groups[row]!;
      let part = open.get(group);
      if (!part || part.length === perItem) {
        part = [];
        parts.push(part);
        open.set(group, part);
      }
      part.push(row);
    }
    return Uint32Array.from([...rng.permutation(parts.length)].flatMap((place) => parts[place]!));
  }
}
