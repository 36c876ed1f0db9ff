/** Pairs or rows over the time that their steps took. */
export class Rate {
  readonly #secondsBefore: number;
  #begin = performance.now();
  #count = 0;

  /** @param secondsBefore what the epoch had taken when it was stopped and saved */
  constructor(secondsBefore: number) {
    this.#secondsBefore = secondsBefore;
  }

  add(count: number): void {
    this.#count += count;
  }

  /** Leaves out so many seconds, which went into something else. */
  leaveOut(seconds: number): void {
    this.#begin += seconds * 1000;
  }

  get seconds(): number {
    return this.#secondsBefore + (performance.now() - this.#begin) / 1000;
  }

  get perSecond(): number {
    return this.#count / (this.seconds - this.#secondsBefore);
  }
}
