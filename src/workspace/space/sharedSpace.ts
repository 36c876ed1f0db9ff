import { AbortedError } from "../../base/index.ts";
import type { SpaceMessage } from "../backend.ts";

interface Listener {
  readonly hear: (message: SpaceMessage) => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The computation of one space, that any number of listeners share; without any it is cancelled. */
export class SharedSpace {
  readonly #listeners = new Set<Listener>();
  readonly #abort = new AbortController();
  readonly #told: SpaceMessage[] = [];
  #progress: SpaceMessage | null = null;
  #over = false;
  #error: unknown = null;

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Whether someone may still join. */
  get open(): boolean {
    return !this.#over && !this.signal.aborted;
  }

  /** Hands over the messages told so far and those to come; resolves after the last, and rejects as the work ended. */
  listen(hear: (message: SpaceMessage) => void, signal: AbortSignal): Promise<void> {
    for (const message of this.#told) hear(message);
    if (this.#progress) hear(this.#progress);
    if (this.#over) return this.#error === null ? Promise.resolve() : Promise.reject(this.#error);
    return new Promise((resolve, reject) => {
      const listener = { hear, resolve, reject };
      this.#listeners.add(listener);
      const leave = (): void => {
        if (!this.#listeners.delete(listener)) return;
        if (this.#listeners.size === 0) this.#abort.abort();
        reject(new AbortedError("the space is no longer asked for"));
      };
      if (signal.aborted) leave();
      else signal.addEventListener("abort", leave, { once: true });
    });
  }

  progress(doing: string, part: number): void {
    if (this.#over) return;
    this.#progress = {
      head: { type: "progress", doing, part: Math.min(1, Math.max(0, part)) },
      arrays: {},
    };
    for (const { hear } of this.#listeners) hear(this.#progress);
  }

  tell(message: SpaceMessage): void {
    if (this.#over) return;
    this.#told.push(message);
    this.#progress = null;
    for (const { hear } of this.#listeners) hear(message);
  }

  /** Ends it, by an error where one is given. */
  finish(error: unknown = null): void {
    if (this.#over) return;
    if (error === null) this.tell({ head: { type: "end" }, arrays: {} });
    this.#over = true;
    this.#error = error;
    for (const { resolve, reject } of this.#listeners) error === null ? resolve() : reject(error);
    this.#listeners.clear();
  }

  /** Ends it by that error, and stops its work. */
  interrupt(error: unknown): void {
    this.finish(error);
    this.#abort.abort();
  }
}
