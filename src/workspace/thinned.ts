/** The course of something, thinned out evenly so that it never holds more than so much; the newest is always there. */
export class Thinned<T> {
  readonly #most: number;
  #kept: T[] = [];
  #newest: { readonly value: T } | null = null;
  /** Every so many are kept. */
  #every = 1;
  #seen = 0;

  /** @param most values held, 2 or more */
  constructor(most: number) {
    this.#most = most;
  }

  push(value: T): void {
    const due = this.#seen++ % this.#every === 0;
    this.#newest = due ? null : { value };
    if (!due) return;
    this.#kept.push(value);
    if (this.#kept.length < this.#most) return;
    const last = this.#kept.length - 1;
    this.#newest = last % 2 === 0 ? null : { value };
    this.#kept = this.#kept.filter((_, i) => i % 2 === 0);
    this.#every *= 2;
  }

  values(): readonly T[] {
    return this.#newest ? [...this.#kept, this.#newest.value] : this.#kept;
  }
}
