import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { AbortedError, InputError, KindredError } from "../../../../base/index.ts";
import { isTooManyOpen, tooManyOpen } from "./openFiles.ts";
import type { PictureAnswer, PictureRequest, PictureWork, PictureWorkDone } from "./pictureWork.ts";

const workerUrl = new URL(
  import.meta.url.endsWith(".ts") ? "./pictureWorker.ts" : "./pictureWorker.js",
  import.meta.url,
);

/** More threads than that wait for the disk and for each other. */
const mostThreads = 16;
/** Requests that a thread has at a time: one it works on, and one so that it need not wait for the next. */
const requestsEach = 2;

interface Pending {
  /** The thread that has the work. */
  readonly slot: number;
  resolve(done: PictureWorkDone): void;
  reject(error: KindredError): void;
}

/** Threads that read, hash and decode picture files; begun with the first work, to be closed after the last. */
export class PictureThreads {
  readonly #signal: AbortSignal | undefined;
  readonly #count: number;
  readonly #url: URL;
  /** By slot; a thread that ended leaves its own free for another. */
  readonly #workers = new Map<number, Worker>();
  readonly #pending = new Map<number, Pending>();
  #next = 0;

  /**
   * @param threads default: as many as there are cores, 2 at least and 16 at most
   * @param url of what a thread runs
   */
  constructor(
    signal?: AbortSignal,
    threads = Math.min(mostThreads, Math.max(2, availableParallelism())),
    url = workerUrl,
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
    const workers = [...this.#workers.values()];
    this.#workers.clear();
    await Promise.all(
      workers.map(async (worker) => {
        const ended = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
        worker.postMessage(null satisfies PictureRequest);
        await ended;
      }),
    );
  }

  #throwIfAborted(): void {
    if (this.#signal?.aborted) throw new AbortedError("stopped: its signal was aborted");
  }

  #request(work: PictureWork): Promise<PictureWorkDone> {
    const id = this.#next++;
    const slot = id % this.#count;
    return new Promise((resolve, reject) => {
      const worker = this.#worker(slot);
      this.#pending.set(id, { slot, resolve, reject });
      worker.postMessage({ id, work } satisfies PictureRequest);
    });
  }

  #worker(slot: number): Worker {
    const known = this.#workers.get(slot);
    if (known) return known;
    const worker = new Worker(this.#url, { name: "pictures" });
    worker.on("message", (answer: PictureAnswer) => {
      const pending = this.#pending.get(answer.id);
      this.#pending.delete(answer.id);
      if (answer.ok) pending?.resolve(answer.done);
      else pending?.reject(new (answer.input ? InputError : KindredError)(answer.message));
    });
    let cause: Error | undefined;
    worker.on("error", (error) => {
      cause = error;
    });
    // Comes last, also where a thread could not be begun.
    worker.once("exit", () => {
      if (this.#workers.get(slot) === worker) this.#workers.delete(slot);
      this.#fail(slot, cause);
    });
    this.#workers.set(slot, worker);
    return worker;
  }

  /** What a thread had to do when it ended is not done. */
  #fail(slot: number, cause: Error | undefined): void {
    const error = isTooManyOpen(cause)
      ? new InputError(tooManyOpen, { cause })
      : new KindredError(
          `a thread that reads pictures ended before its work${cause ? `: ${cause.message.split("\n", 1)[0]}` : ""}; run it again`,
          { cause },
        );
    for (const [id, pending] of this.#pending) {
      if (pending.slot !== slot) continue;
      this.#pending.delete(id);
      pending.reject(error);
    }
  }
}
