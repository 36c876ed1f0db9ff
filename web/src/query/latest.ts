/**
 * Runs a task for the newest of what it is given, one at a time: while one is under way only the last that came meanwhile
 * waits, and those between are left out.
 */
export class Latest<Given> {
  readonly #task: (given: Given) => Promise<void>;
  #waiting: { readonly given: Given } | null = null;
  #busy = false;

  /** @param task must not reject */
  constructor(task: (given: Given) => Promise<void>) {
    this.#task = task;
  }

  push(given: Given): void {
    this.#waiting = { given };
    if (!this.#busy) void this.#work();
  }

  async #work(): Promise<void> {
    this.#busy = true;
    try {
      while (this.#waiting) {
        const { given } = this.#waiting;
        this.#waiting = null;
        await this.#task(given);
      }
    } finally {
      this.#busy = false;
    }
  }
}
