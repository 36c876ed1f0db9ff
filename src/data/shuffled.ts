import { InputError, Rng } from "../base/index.ts";

/** Draws each epoch's batches of images as row numbers. An epoch is a function of the seed and its number. */
export interface BatchSampler {
  /** Images in a batch. */
  readonly batchSize: number;
  /** Batches in an epoch. */
  readonly batchCount: number;
  /**
   * The rows of an epoch, the first being 0: batch `b` is `[b batchSize, (b + 1) batchSize)`, where the last may be
   * shorter.
   */
  epochBatches(epoch: number): Uint32Array;
}

/** Every image once an epoch, in a new order each time; the last batch holds what is left. */
export class ShuffledSampler implements BatchSampler {
  readonly batchSize: number;
  readonly batchCount: number;
  readonly #count: number;
  readonly #seed: number;

  /**
   * @param count Number of images.
   * @throws InputError when there are none, or the batch size is not an integer of 1 or more.
   */
  constructor(count: number, options: { readonly batchSize: number; readonly seed: number }) {
    const { batchSize, seed } = options;
    if (!(Number.isInteger(batchSize) && batchSize >= 1)) {
      throw new InputError(`batch size ${batchSize} cannot be used, expected an integer of 1 or more`);
    }
    if (count < 1) throw new InputError("there are no training images to shuffle, expected at least one");
    this.batchSize = batchSize;
    this.batchCount = Math.ceil(count / batchSize);
    this.#count = count;
    this.#seed = seed;
  }

  epochBatches(epoch: number): Uint32Array {
    return Rng.of(this.#seed, "shuffled", epoch).permutation(this.#count);
  }
}
