import type { SpaceHead } from "../workspace/index.ts";
import { type SentMessage, sent } from "./spaceCache.ts";

type Controller = ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;

/** What a listener may leave unread before it is told no more of the progress. */
const mostUnread = 2 ** 20;

/** The computation of one space, that any number of listeners share; without any it is cancelled. */
export class SpaceJob {
  readonly #listeners = new Set<Controller>();
  readonly #abort = new AbortController();
  readonly #told: SentMessage[] = [];
  #progress: SentMessage | null = null;
  #over = false;

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Whether someone may still join. */
  get open(): boolean {
    return !this.#over && !this.signal.aborted;
  }

  /** The messages told so far and those to come. */
  listen(): ReadableStream<Uint8Array<ArrayBuffer>> {
    let mine: Controller;
    return new ReadableStream<Uint8Array<ArrayBuffer>>(
      {
        start: (controller) => {
          mine = controller;
          for (const { bytes } of this.#told) controller.enqueue(bytes);
          if (this.#progress) controller.enqueue(this.#progress.bytes);
          if (this.#over) controller.close();
          else this.#listeners.add(controller);
        },
        cancel: () => {
          this.#listeners.delete(mine);
          if (this.#listeners.size === 0) this.#abort.abort();
        },
      },
      new ByteLengthQueuingStrategy({ highWaterMark: mostUnread }),
    );
  }

  progress(doing: string, part: number): void {
    const head: SpaceHead = { type: "progress", doing, part: Math.min(1, Math.max(0, part)) };
    this.#progress = sent({ head, arrays: {} });
    for (const controller of this.#listeners) {
      if (controller.desiredSize! > 0) controller.enqueue(this.#progress.bytes);
    }
  }

  tell(message: SentMessage): void {
    this.#told.push(message);
    this.#progress = null;
    for (const controller of this.#listeners) controller.enqueue(message.bytes);
  }

  /** Ends it: with `failed` and the reason, or `end`. */
  finish(reason: string | null): void {
    if (this.#over) return;
    const head: SpaceHead = reason === null ? { type: "end" } : { type: "failed", reason };
    this.tell(sent({ head, arrays: {} }));
    this.#over = true;
    for (const controller of this.#listeners) controller.close();
    this.#listeners.clear();
  }

  /** Ends it for that reason, and stops its work. */
  interrupt(reason: string): void {
    this.finish(reason);
    this.#abort.abort();
  }
}
