import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { AbortedError, InputError, KindredError } from "../../../base/index.ts";
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
  resolve(done: PictureWorkDone): void;
  reject(error: KindredError): void;
}

/** Threads that read, hash and decode picture files; begun with the first work, to be closed after the last. */
export class PictureThreads {
  readonly #signal: AbortSignal | undefined;
  readonly #count: number;
  readonly #workers: Worker[] = [];
  readonly #pending = new Map<number, Pending>();
  #next = 0;

  /** @param threads default: as many as there are cores, 2 at least and 16 at most */
  constructor(signal?: AbortSignal, threads = Math.min(mostThreads, Math.max(2, availableParallelism()))) {
    this.#signal = signal;
    this.#count = threads;
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
    await Promise.all(
      this.#workers.splice(0).map(async (worker) => {
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
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.#worker(id % this.#count).postMessage({ id, work } satisfies PictureRequest);
    });
  }

  #worker(index: number): Worker {
    const known = this.#workers[index];
    if (known) return known;
    const worker = new Worker(workerUrl, { name: "pictures" });
    worker.on("message", (answer: PictureAnswer) => {
      const pending = this.#pending.get(answer.id);
      this.#pending.delete(answer.id);
      if (answer.ok) pending?.resolve(answer.done);
      else pending?.reject(new (answer.input ? InputError : KindredError)(answer.message));
    });
    worker.on("error", (error) => this.#fail(`a thread that reads pictures failed: ${error.message}`));
    worker.on("exit", () => this.#fail("a thread that reads pictures ended before its work"));
    this.#workers.push(worker);
    return worker;
  }

  #fail(reason: string): void {
    for (const { reject } of this.#pending.values()) reject(new KindredError(reason));
    this.#pending.clear();
  }
}
