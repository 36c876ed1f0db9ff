/** Numbers waiting by a key, the greatest key first; equals by the lower number. */
export class MaxHeap {
  readonly #items: number[] = [];
  readonly #keys: number[] = [];

  /** The greatest key, -Infinity where none waits. */
  get greatest(): number {
    return this.#keys[0] ?? Number.NEGATIVE_INFINITY;
  }

  push(item: number, key: number): void {
    let at = this.#items.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(item, key, parent)) break;
      this.#move(parent, at);
      at = parent;
    }
    this.#items[at] = item;
    this.#keys[at] = key;
  }

  /** The item of the greatest key, which then waits no more. */
  pop(): number | undefined {
    const first = this.#items[0];
    const item = this.#items.pop();
    const key = this.#keys.pop();
    if (item === undefined || key === undefined || this.#items.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#items.length) break;
      if (
        child + 1 < this.#items.length &&
        this.#before(this.#items[child + 1]!, this.#keys[child + 1]!, child)
      ) {
        child++;
      }
      if (this.#before(item, key, child)) break;
      this.#move(child, at);
      at = child;
    }
    this.#items[at] = item;
    this.#keys[at] = key;
    return first;
  }

  #before(item: number, key: number, at: number): boolean {
    return key > this.#keys[at]! || (key === this.#keys[at]! && item < this.#items[at]!);
  }

  #move(from: number, to: number): void {
    this.#items[to] = this.#items[from]!;
    this.#keys[to] = this.#keys[from]!;
  }
}
