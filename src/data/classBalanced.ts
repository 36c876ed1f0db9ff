import { InputError, Rng } from "../base/index.ts";
import { ClassDeck } from "./classDeck.ts";
import { LabelIndex } from "./labelIndex.ts";
import type { BatchSampler } from "./shuffled.ts";

export interface ClassBalancedOptions {
  /** P: different classes in a batch, 2 or more. */
  readonly classes: number;
  /** K: images of each of them, 2 or more. */
  readonly images: number;
  readonly seed: number;
}

/**
 * Batches of P classes with K images each, class after class: every anchor has K - 1 positives and (P - 1) K
 * negatives.
 *
 * An epoch shows every image at least once. A class of n images is owed `ceil(n / K)` groups of K, and the epoch is
 * the shortest that can hold them all with P different classes in each batch:
 * `max(ceil(sum over classes of ceil(n / K) / P), ceil(n_max / K))` batches. Where classes are about equally many
 * that is one pass over the images; where they are not, images of small classes come again so that the largest
 * class is gone through.
 *
 * A class is dealt like a deck of cards: no image comes again before every other of its class has come, and
 * never twice in a batch unless the class has fewer than K images, which are then repeated evenly.
 *
 * @see Hermans, Beyer and Leibe (2017), https://arxiv.org/abs/1703.07737, for batches of P x K
 */
export class ClassBalancedSampler implements BatchSampler {
  readonly batchSize: number;
  readonly batchCount: number;
  readonly #index: LabelIndex;
  readonly #options: ClassBalancedOptions;
  /** Groups of K images that cover each class. */
  readonly #owed: readonly number[];

  /**
   * @param labels `[count]`.
   * @throws InputError when P or K is not an integer of 2 or more, or there are fewer than P classes.
   */
  constructor(labels: Int32Array, options: ClassBalancedOptions) {
    const { classes, images } = options;
    requireTwo("classes a batch", classes, "negative");
    requireTwo("images of each class", images, "positive");
    this.#index = new LabelIndex(labels);
    const known = this.#index.classes.length;
    if (classes > known) {
      throw new InputError(
        `batches of ${classes} classes cannot be drawn from ${labels.length} training images of ${known} ${known === 1 ? "class" : "classes"}, expected at most that many: ask for fewer classes a batch`,
      );
    }
    this.#options = options;
    this.#owed = this.#index.classes.map(({ count }) => Math.ceil(count / images));
    const total = this.#owed.reduce((sum, groups) => sum + groups, 0);
    this.batchSize = classes * images;
    this.batchCount = Math.max(Math.ceil(total / classes), ...this.#owed);
  }

  epochBatches(epoch: number): Uint32Array {
    const { classes, images, seed } = this.#options;
    const rng = Rng.of(seed, "class-balanced", epoch);
    const decks = this.#owed.map((_, index) => new ClassDeck(this.#index.rowsOf(index), rng));
    const owed = [...this.#owed];
    const rows = new Uint32Array(this.batchCount * this.batchSize);
    let offset = 0;
    for (let left = this.batchCount; left > 0; left--) {
      for (const index of chooseClasses(owed, left, classes, rng)) {
        decks[index]!.deal(rows, offset, images, rng);
        offset += images;
        if (owed[index]! > 0) owed[index]!--;
      }
    }
    return rows;
  }
}

/**
 * The classes of a batch, in random order: those that are owed a group in each of the batches left, then others drawn
 * without replacement with odds of what they are owed, and only when these are too few, classes that are owed nothing.
 *
 * What is owed then always fits into the batches left: no class is owed more groups than there are batches, nor all
 * together more than `left * count`.
 */
function chooseClasses(owed: readonly number[], left: number, count: number, rng: Rng): number[] {
  const drawn = owed.map((groups, index) => {
    // The smallest exponential variates of rates w are a draw without replacement by weights w.
    const exponential = -Math.log(1 - rng.float());
    const tier = groups >= left ? 0 : groups > 0 ? 1 : 2;
    return { index, tier, key: tier === 1 ? exponential / groups : exponential };
  });
  drawn.sort((a, b) => a.tier - b.tier || a.key - b.key);
  const chosen = drawn.slice(0, count);
  const order = rng.permutation(count);
  return Array.from(order, (place) => chosen[place]!.index);
}

function requireTwo(what: string, value: number, missing: string): void {
  if (Number.isInteger(value) && value >= 2) return;
  throw new InputError(
    `${value} ${what} cannot be used, expected an integer of 2 or more, so that every anchor has a ${missing}`,
  );
}
