import type { Rng } from "../base/index.ts";

/**
 * One class's rows as a deck of cards: dealt in a random order, and shuffled anew when it runs out, so that no row
 * is dealt a second time before every other was dealt once.
 */
export class ClassDeck {
  readonly #cards: Uint32Array;
  #dealt: number;

  constructor(rows: Uint32Array, rng: Rng) {
    this.#cards = rows.slice();
    this.#dealt = 0;
    shuffle(this.#cards, rng);
  }

  /**
   * Writes `count` rows into `target` from `offset` on: all different where the class has that many, else each as
   * often as any other, give or take one.
   */
  deal(target: Uint32Array, offset: number, count: number, rng: Rng): void {
    for (let i = 0; i < count; i++) {
      if (this.#dealt === this.#cards.length) this.#shuffleAgain(target.subarray(offset, offset + i), rng);
      target[offset + i] = this.#cards[this.#dealt++]!;
    }
  }

  /** Shuffles the whole deck, then puts last the cards that the hand holds more often than others. */
  #shuffleAgain(hand: Uint32Array, rng: Rng): void {
    shuffle(this.#cards, rng);
    this.#dealt = 0;
    if (hand.length === 0) return;
    const held = new Map<number, number>();
    for (const row of hand) held.set(row, (held.get(row) ?? 0) + 1);
    const timesHeld = (row: number): number => held.get(row) ?? 0;
    const least = this.#cards.reduce((fewest, row) => Math.min(fewest, timesHeld(row)), hand.length);
    const first = this.#cards.filter((row) => timesHeld(row) === least);
    const last = this.#cards.filter((row) => timesHeld(row) > least);
    this.#cards.set(first);
    this.#cards.set(last, first.length);
  }
}

/** Fisher and Yates, in place. */
function shuffle(rows: Uint32Array, rng: Rng): void {
  for (let i = rows.length - 1; i > 0; i--) {
    const j = rng.int(i + 1);
    const swapped = rows[i]!;
    rows[i] = rows[j]!;
    rows[j] = swapped;
  }
}
