import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { KindredError } from "../../../base/index.ts";
import { type PictureVariation, type VariedBatch, variationHere } from "../../../modality/image/index.ts";
import type { VariationReply, VariationRequest } from "./variationProtocol.ts";

const workerUrl = new URL(
  import.meta.url.endsWith(".ts") ? "./variationWorker.ts" : "./variationWorker.js",
  import.meta.url,
);

/** A batch that takes longer goes to another thread: this one has an event loop to serve and an engine to feed. */
const longestHere = 10;

export interface VariationThreadsOptions {
  /** How many threads may be started. Default: one for each four cores, 4 at most. */
  readonly threads?: number;
  /** Milliseconds that a batch may take on this thread. Default 10; 0 for none here but the first. */
  readonly longest?: number;
}

interface Waiting {
  resolve(images: Float32Array<ArrayBuffer>): void;
  reject(error: Error): void;
}

/**
 * Varies pictures on threads of their own where that takes time: the first batch is varied here, and when it was a long
 * one, all that follow go to threads in turn. A thread gets the bytes of just the pictures of its batch, so that a data
 * set may lie in memory of any kind. The pictures are the same bit for bit wherever they are varied.
 */
export class VariationThreads implements PictureVariation {
  readonly ahead: number;
  readonly #longest: number;
  readonly #threads: number;
  readonly #workers: Worker[] = [];
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;
  #measured: number | null = null;
  /** Why no thread may be asked any more. */
  #failure: KindredError | null = null;

  constructor(options: VariationThreadsOptions = {}) {
    const { threads = Math.min(4, Math.max(1, Math.floor(availableParallelism() / 4))) } = options;
    this.#threads = threads;
    this.#longest = options.longest ?? longestHere;
    this.ahead = threads + 1;
  }

  /** Threads that were started. */
  get started(): number {
    return this.#workers.length;
  }

  vary(batch: VariedBatch): Float32Array<ArrayBuffer> | Promise<Float32Array<ArrayBuffer>> {
    if (this.#measured !== null && this.#measured > this.#longest) return this.#ask(batch);
    const begin = performance.now();
    const images = variationHere.vary(batch);
    this.#measured ??= performance.now() - begin;
    return images;
  }

  async dispose(): Promise<void> {
    this.#fail(new KindredError("pictures were still being varied when that was ended"));
    await Promise.all(this.#workers.splice(0).map((worker) => worker.terminate()));
  }

  #ask(batch: VariedBatch): Promise<Float32Array<ArrayBuffer>> {
    if (this.#failure) return Promise.reject(this.#failure);
    const id = this.#asked++;
    const chosen = id % this.#threads;
    this.#workers[chosen] ??= this.#start();
    const alone = withItsPicturesOnly(batch);
    const request: VariationRequest = { id, batch: alone };
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#workers[chosen]!.postMessage(request, [alone.pictures.pixels.buffer]);
    });
  }

  #start(): Worker {
    const worker = new Worker(workerUrl, { name: "variation" });
    worker.on("message", (reply: VariationReply) => {
      const waiting = this.#waiting.get(reply.id);
      this.#waiting.delete(reply.id);
      if ("images" in reply) waiting?.resolve(reply.images);
      else waiting?.reject(new KindredError(`pictures could not be varied: ${reply.error}`));
    });
    const failed = (reason: string): void =>
      this.#fail(new KindredError(`the thread that varies pictures failed: ${reason}`));
    worker.on("error", (error) => failed(error instanceof Error ? error.message : String(error)));
    worker.on("exit", (code) => failed(`it ended with code ${code}`));
    return worker;
  }

  #fail(error: KindredError): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** The same batch with a copy of the pictures that are in it, each once, in place of all. */
function withItsPicturesOnly({ pictures, rows, ...rest }: VariedBatch) {
  const { pixels, channels, height, width } = pictures;
  const each = channels * height * width;
  const places = new Map<number, number>();
  const own = Uint32Array.from(rows, (row) => {
    const place = places.get(row) ?? places.size;
    places.set(row, place);
    return place;
  });
  const copied = new Uint8Array(places.size * each);
  for (const [row, place] of places) copied.set(pixels.subarray(row * each, (row + 1) * each), place * each);
  return { ...rest, rows: own, pictures: { pixels: copied, channels, height, width } };
}
