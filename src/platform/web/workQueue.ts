import { type KindredError, RuntimeError } from "../../base/index.ts";

/** Carries work out one piece after the other, in the order of calls: ONNX Runtime Web takes one run at a time. */
export class WorkQueue {
  #last: Promise<unknown> = Promise.resolve();
  #closed: KindredError | null = null;
  /** Has the caller of what is under way wait no longer. */
  #abandon: ((reason: KindredError) => void) | null = null;
  readonly #afterFailure: () => Promise<unknown>;

  /** @param afterFailure awaited where work has failed, since what breaks the queue may be told of only after that */
  constructor(afterFailure: () => Promise<unknown> = async () => null) {
    this.#afterFailure = afterFailure;
  }

  /** @throws RuntimeError once closed, DeviceLostError where that is why. */
  check(): void {
    if (this.#closed !== null) throw this.#closed;
  }

  /**
   * @throws RuntimeError with what the work failed with, and when the queue is closed before the work has begun.
   */
  add<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(() => {
      this.check();
      return this.#unlessAbandoned(work);
    });
    // What fails has its own caller; the work after it goes on.
    this.#last = result.catch(() => null);
    return result;
  }

  /** Refuses all that has not begun, for this reason, and waits for what is under way. */
  async close(reason: string): Promise<void> {
    this.#closed ??= new RuntimeError(reason);
    await this.#last;
  }

  /** Refuses all, also what is under way and may never end. */
  break(reason: KindredError): void {
    this.#closed = reason;
    this.#abandon?.(reason);
  }

  /** As the promise of the work, or rejected when it is abandoned before. Only one is under way at any time. */
  #unlessAbandoned<T>(work: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#abandon = reject;
      work()
        .then(resolve, async (error: unknown) => {
          await this.#afterFailure();
          reject(error);
        })
        .finally(() => {
          this.#abandon = null;
        });
    });
  }
}
