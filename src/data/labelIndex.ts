import type { Rng } from "../base/index.ts";

/**
 * The rows grouped by label, so that a positive or a negative is drawn uniformly in constant time.
 *
 * Rows are laid out class after class: an anchor's positives are its class without itself, its negatives the whole
 * layout without its class. Memory is 8 bytes a row; nothing is ever n x n.
 */
export class LabelIndex {
  /** `[count]`, as given. */
  readonly labels: Int32Array;
  /** In ascending order of the label. */
  readonly classes: readonly { label: number; start: number; count: number }[];
  /** Row numbers, class after class. */
  readonly #rows: Uint32Array;
  /** Where in `#rows` each row stands. */
  readonly #place: Uint32Array;
  readonly #classOf: ReadonlyMap<number, { start: number; count: number }>;

  constructor(labels: Int32Array) {
    this.labels = labels;
    const classOf = new Map<number, { label: number; start: number; count: number }>();
    for (const label of labels) {
      const known = classOf.get(label);
      if (known) known.count++;
      else classOf.set(label, { label, start: 0, count: 1 });
    }
    this.classes = [...classOf.values()].sort((a, b) => a.label - b.label);
    const next = new Map<number, number>();
    let start = 0;
    for (const group of this.classes) {
      group.start = start;
      next.set(group.label, start);
      start += group.count;
    }
    this.#rows = new Uint32Array(labels.length);
    this.#place = new Uint32Array(labels.length);
    for (let row = 0; row < labels.length; row++) {
      const place = next.get(labels[row]!)!;
      next.set(labels[row]!, place + 1);
      this.#rows[place] = row;
      this.#place[row] = place;
    }
    this.#classOf = classOf;
  }

  /** How many rows have the label of this one, itself included. */
  countOf(row: number): number {
    return this.#classOf.get(this.labels[row]!)!.count;
  }

  /** The rows of the class at this place in {@link classes}, in ascending order. */
  rowsOf(classIndex: number): Uint32Array {
    const { start, count } = this.classes[classIndex]!;
    return this.#rows.subarray(start, start + count);
  }

  /** Another row of the same label, uniformly; the label must have two rows. */
  positive(row: number, rng: Rng): number {
    const { start, count } = this.#classOf.get(this.labels[row]!)!;
    const place = start + rng.int(count - 1);
    return this.#rows[place < this.#place[row]! ? place : place + 1]!;
  }

  /** A row of another label, uniformly over such rows; there must be one. */
  negative(row: number, rng: Rng): number {
    const { start, count } = this.#classOf.get(this.labels[row]!)!;
    const place = rng.int(this.labels.length - count);
    return this.#rows[place < start ? place : place + count]!;
  }
}
