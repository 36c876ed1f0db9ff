import { AbortedError } from "./errors.ts";

/** Longest stretch of work without a pause, in milliseconds: a fifth of what a 50 ms timer may be late. */
const SLICE_MS = 20;

/**
 * Keeps long work from freezing the thread it runs on: ask `due()` often, and `await pause()` when it says so.
 *
 * Only when a pause falls depends on the clock; no result does.
 */
export class Pacer {
  readonly #signal: AbortSignal | undefined;
  #sliceStart = performance.now();

  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  /** Whether 20 ms of work have passed since the last pause. */
  due(): boolean {
    return performance.now() - this.#sliceStart >= SLICE_MS;
  }

  /**
   * Lets timers, messages and drawing run, then goes on.
   *
   * @throws AbortedError when the signal was aborted before or meanwhile.
   */
  async pause(): Promise<void> {
    this.throwIfAborted();
    // A timer and not a message channel: Node serves up to 1,000 messages before it looks at timers again.
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    this.throwIfAborted();
    this.#sliceStart = performance.now();
  }

  /** @throws AbortedError when the signal was aborted. */
  throwIfAborted(): void {
    if (this.#signal?.aborted) throw new AbortedError("stopped: its signal was aborted");
  }
}
