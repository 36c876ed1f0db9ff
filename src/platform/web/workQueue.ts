import { RuntimeError } from "../../base/index.ts";

/** Carries work out one piece after the other, in the order of calls: ONNX Runtime Web takes one run at a time. */
export class WorkQueue {
  #last: Promise<unknown> = Promise.resolve();
  #closed: string | null = null;

  /** @throws RuntimeError once closed. */
  check(): void {
    if (this.#closed !== null) throw new RuntimeError(this.#closed);
  }

  /**
   * @throws RuntimeError with what the work failed with, and when the queue is closed before the work has begun.
   */
  add<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(() => {
      this.check();
      return work();
    });
    // What fails has its own caller; the work after it goes on.
    this.#last = result.catch(() => null);
    return result;
  }

  /** Refuses all that has not begun, for this reason, and waits for what is under way. */
  async close(reason: string): Promise<void> {
    this.#closed ??= reason;
    await this.#last;
  }
}
