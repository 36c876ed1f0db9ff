import { InputError, Rng } from "../base/index.ts";
import { classCounts } from "./dataset.ts";
import { LabelIndex } from "./labelIndex.ts";

/** An anchor with a positive and a negative, as row numbers. */
export interface Triplet {
  readonly anchor: number;
  readonly positive: number;
  readonly negative: number;
}

/** Whether any anchor has both a positive and a negative: there are two labels, and two images of one. */
export function hasTriplets(labels: Int32Array): boolean {
  const counts = classCounts(labels);
  return counts.size > 1 && [...counts.values()].some((count) => count > 1);
}

/**
 * `count` triplets to look at: anchors of all labels in turn, each a row of its own while the label has enough, with
 * a positive and a negative drawn as in training.
 *
 * @throws InputError when no triplet exists: but one label, or none with two images.
 */
export function exampleTriplets(labels: Int32Array, count: number, seed: number): Triplet[] {
  const rng = Rng.of(seed, "example-triplets");
  const index = new LabelIndex(labels);
  const able = [...index.classes.keys()].filter((at) => index.classes[at]!.count > 1);
  if (able.length === 0 || index.classes.length < 2) {
    throw new InputError(
      `no anchor among ${labels.length} images has both a positive and a negative, expected two labels and two images of one`,
    );
  }
  const orders = able.map((at) => {
    const rows = index.rowsOf(at);
    return Array.from(rng.permutation(rows.length), (i) => rows[i]!);
  });
  return Array.from({ length: count }, (_, i) => {
    const order = orders[i % orders.length]!;
    const anchor = order[Math.floor(i / orders.length) % order.length]!;
    return { anchor, positive: index.positive(anchor, rng), negative: index.negative(anchor, rng) };
  });
}
