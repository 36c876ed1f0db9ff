import { InputError, Rng } from "../base/index.ts";
import { LabelIndex } from "./labelIndex.ts";

/** Pairs of images as row numbers: each column is `[pairs]`. */
export interface Pairs {
  /** The row of the image to compare. */
  readonly anchor: Uint32Array;
  /** The row of the image it is compared with: a positive or a negative. */
  readonly contrastive: Uint32Array;
  /** 1 where both have the same label, else 0. */
  readonly target: Float32Array;
  /** The label of the anchor. */
  readonly label: Int32Array;
}

/**
 * Draws the pairs of each epoch: every image that has a positive is the anchor once, in a new order; its partner is, with probability
 * one half each, another image of its label (target 1) or an image of another label (target 0), both uniformly. An image
 * that is the only one of its label is a negative for others and no anchor, so that the odds of a positive stay one half.
 *
 * An epoch is a function of the seed and its number, so that a resumed run draws the same pairs. Memory: 8 bytes
 * an image, and 16 for each epoch's pairs.
 */
export class PairSampler {
  readonly #index: LabelIndex;
  readonly #anchors: Uint32Array;
  readonly #seed: number;

  /**
   * @param labels `[count]`.
   * @param classes what the labels are called in messages; by default their numbers
   * @throws InputError when there is but one label, or no label has two images, so that no negative or no positive exists.
   */
  constructor(labels: Int32Array, seed: number, classes?: readonly string[] | null) {
    this.#index = new LabelIndex(labels);
    this.#seed = seed;
    requireNegatives(this.#index, "training", classes);
    this.#anchors = anchorsOf(this.#index);
    if (this.#anchors.length > 0) return;
    throw new InputError(
      `no two of the ${labels.length} training images have one label, so no positive exists: give two images or more of a label, or learn without labels`,
    );
  }

  /** Number of pairs in an epoch: that of the images that have another of their label. */
  get count(): number {
    return this.#anchors.length;
  }

  /** The pairs of an epoch, the first being 0. */
  epochPairs(epoch: number): Pairs {
    const rng = Rng.of(this.#seed, "pairs", epoch);
    const order = rng.permutation(this.count).map((i) => this.#anchors[i]!);
    return drawPairs(this.#index, order, rng);
  }
}

/**
 * The pairs that measure the validation loss, the same throughout a run.
 *
 * Drawn as in {@link PairSampler}, in the order of the rows.
 *
 * @param labels `[count]`, those of the validation images; the rows of the pairs count from the first of them.
 * @throws InputError when there is but one label, or no label has two images.
 */
export function validationPairs(labels: Int32Array, seed: number, classes?: readonly string[] | null): Pairs {
  const index = new LabelIndex(labels);
  requireNegatives(index, "validation", classes);
  const anchors = anchorsOf(index);
  if (anchors.length === 0) {
    throw new InputError(
      `none of the ${labels.length} validation images shares its label with another, so no positive exists: set more images aside for validation`,
    );
  }
  return drawPairs(index, anchors, Rng.of(seed, "validation-pairs"));
}

/** Rows that have another of their label, in ascending order. */
function anchorsOf(index: LabelIndex): Uint32Array {
  return Uint32Array.from(index.labels.keys()).filter((row) => index.countOf(row) > 1);
}

function drawPairs(index: LabelIndex, anchor: Uint32Array, rng: Rng): Pairs {
  const contrastive = new Uint32Array(anchor.length);
  const target = new Float32Array(anchor.length);
  const label = new Int32Array(anchor.length);
  for (let i = 0; i < anchor.length; i++) {
    const row = anchor[i]!;
    // One bit; 32 of a draw could be used, but a draw takes a nanosecond or two.
    const alike = rng.uint32() >>> 31 === 1;
    contrastive[i] = alike ? index.positive(row, rng) : index.negative(row, rng);
    target[i] = alike ? 1 : 0;
    label[i] = index.labels[row]!;
  }
  return { anchor, contrastive, target, label };
}

function requireNegatives(
  index: LabelIndex,
  part: string,
  classes: readonly string[] | null | undefined,
): void {
  const only = index.classes[0];
  if (index.classes.length > 1) return;
  throw new InputError(
    only === undefined
      ? `there are no ${part} images, expected at least two of each of two labels`
      : `all ${only.count} ${part} images have the label ${classes?.[only.label] ?? only.label}, so no negative exists: give images of at least two labels`,
  );
}
