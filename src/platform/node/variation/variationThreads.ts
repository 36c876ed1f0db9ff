import { availableParallelism } from "node:os";
import { KindredError } from "../../../base/index.ts";
import { type PictureVariation, type VariedBatch, variationHere } from "../../../modality/image/index.ts";
import { moduleBeside, Thread } from "../threads/thread.ts";

type VariationThread = Thread<VariedBatch, Float32Array<ArrayBuffer>>;

/** A batch that takes longer goes to another thread: this one has an event loop to serve and an engine to feed. */
const longestHere = 10;

export interface VariationThreadsOptions {
  /** How many threads may be started. Default: one for each four cores, 4 at most. */
  readonly threads?: number;
  /** Milliseconds that a batch may take on this thread. Default 10; 0 for none here but the first. */
  readonly longest?: number;
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
  readonly #started: VariationThread[] = [];
  #asked = 0;
  #measured: number | null = null;
  #disposed = false;

  constructor(options: VariationThreadsOptions = {}) {
    const { threads = Math.min(4, Math.max(1, Math.floor(availableParallelism() / 4))) } = options;
    this.#threads = threads;
    this.#longest = options.longest ?? longestHere;
    this.ahead = threads + 1;
  }

  /** Threads that were started. */
  get started(): number {
    return this.#started.length;
  }

  vary(batch: VariedBatch): Float32Array<ArrayBuffer> | Promise<Float32Array<ArrayBuffer>> {
    if (this.#measured !== null && this.#measured > this.#longest) return this.#ask(batch);
    const begin = performance.now();
    const images = variationHere.vary(batch);
    this.#measured ??= performance.now() - begin;
    return images;
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await Promise.all(this.#started.map((thread) => thread.terminate(disposed())));
  }

  async #ask(batch: VariedBatch): Promise<Float32Array<ArrayBuffer>> {
    if (this.#disposed) throw disposed();
    const chosen = this.#asked++ % this.#threads;
    this.#started[chosen] ??= new Thread(moduleBeside(import.meta.url, "variationWorker"), {
      name: "variation",
      ended: (reason) => new KindredError(`the thread that varies pictures failed: ${reason}`),
      failed: (message) => new KindredError(`pictures could not be varied: ${message}`),
    });
    const alone = withItsPicturesOnly(batch);
    return this.#started[chosen].request(alone, [alone.pictures.pixels.buffer]);
  }
}

function disposed(): KindredError {
  return new KindredError("pictures were still being varied when that was ended");
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
