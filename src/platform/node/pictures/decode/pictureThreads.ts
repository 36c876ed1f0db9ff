import { availableParallelism } from "node:os";
import { AbortedError, InputError, KindredError } from "../../../../base/index.ts";
import { moduleBeside, Thread } from "../../threads/thread.ts";
import { isTooManyOpen, tooManyOpen } from "./openFiles.ts";
import type { PictureWork, PictureWorkDone } from "./pictureWork.ts";

/** More threads than that wait for the disk and for each other. */
const mostThreads = 16;
/** Requests that a thread has at a time: one it works on, and one so that it need not wait for the next. */
const requestsEach = 2;

/** Threads that read, hash and decode picture files; begun with the first work, to be closed after the last. */
export class PictureThreads {
  readonly #signal: AbortSignal | undefined;
  readonly #count: number;
  readonly #url: URL;
  /** By slot; one that ended is replaced when there is work for it. */
  readonly #threads: Thread<PictureWork, PictureWorkDone>[] = [];
  #next = 0;

  /**
   * @param threads default: as many as there are cores, 2 at least and 16 at most
   * @param url of what a thread runs
   */
  constructor(
    signal?: AbortSignal,
    threads = Math.min(mostThreads, Math.max(2, availableParallelism())),
    url = moduleBeside(import.meta.url, "pictureWorker"),
  ) {
    this.#signal = signal;
    this.#count = threads;
    this.#url = url;
  }

  /**
   * Carries out the work, some of it at a time, and gives what came of each in the order in which it was asked for. Not more
   * is under way than keeps the threads busy, so that memory stays bounded.
   *
   * @throws AbortedError when the signal was aborted; what is under way is finished first.
   */
  async *inOrder(work: Iterable<PictureWork>): AsyncGenerator<PictureWorkDone> {
    const queue: Promise<PictureWorkDone>[] = [];
    try {
      for (const one of work) {
        this.#throwIfAborted();
        const done = this.#request(one);
        // Looked at when its turn has come.
        done.catch(() => undefined);
        queue.push(done);
        if (queue.length >= this.#count * requestsEach) yield await queue.shift()!;
      }
      for (let done = queue.shift(); done; done = queue.shift()) {
        yield await done;
        this.#throwIfAborted();
      }
    } finally {
      await Promise.allSettled(queue);
    }
  }

  /** Ends the threads, which have nothing left to do. */
  async close(): Promise<void> {
    const done = new KindredError("the threads that read pictures were closed");
    await Promise.all(this.#threads.map((thread) => thread.close(done)));
  }

  #throwIfAborted(): void {
    if (this.#signal?.aborted) throw new AbortedError("stopped: its signal was aborted");
  }

  #request(work: PictureWork): Promise<PictureWorkDone> {
    const slot = this.#next++ % this.#count;
    let thread = this.#threads[slot];
    if (!thread || thread.ended) {
      thread = new Thread(this.#url, {
        name: "pictures",
        ended,
        failed: (message, isInput) => new (isInput ? InputError : KindredError)(message),
      });
      this.#threads[slot] = thread;
    }
    return thread.request(work);
  }
}

function ended(_: string, cause?: Error): KindredError {
  if (isTooManyOpen(cause)) return new InputError(tooManyOpen, { cause });
  return new KindredError(
    `a thread that reads pictures ended before its work${cause ? `: ${cause.message.split("\n", 1)[0]}` : ""}; run it again`,
    { cause },
  );
}
