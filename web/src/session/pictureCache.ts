import { type Backend, mostPictures, type PicturesHead } from "kindred/workspace";

/** Pictures kept, and their bytes: 4,096 of 28 x 28 are 3.2 MB, in colour and of 128 x 128 682 are these 32 MB. */
const mostKept = 4096;
const mostBytes = 2 ** 25;

interface Waiting {
  readonly row: number;
  readonly resolve: (picture: Uint8Array) => void;
  readonly reject: (reason: unknown) => void;
}

/** Pictures by row, the most recently used kept; what is asked for within one frame is fetched at once. */
export class PictureCache {
  readonly #backend: Backend;
  readonly #kept = new Map<number, Promise<Uint8Array>>();
  readonly #paths = new Map<number, string>();
  /** Of a picture, once one has come. */
  #size = 1;
  #waiting: Waiting[] = [];

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** `[channels, height, width]` of each row, in the order asked for. */
  get(rows: ArrayLike<number>): Promise<Uint8Array[]> {
    return Promise.all(Array.from(rows, (row) => this.#one(row)));
  }

  /** Where a picture that was fetched is in its data set; null where that is in no file, or not known yet. */
  pathOf(row: number): string | null {
    return this.#paths.get(row) ?? null;
  }

  clear(): void {
    this.#paths.clear();
    this.#kept.clear();
  }

  #one(row: number): Promise<Uint8Array> {
    const kept = this.#kept.get(row);
    if (kept) {
      // Moved to the end: a Map keeps the order of insertion.
      this.#kept.delete(row);
      this.#kept.set(row, kept);
      return kept;
    }
    const asked = new Promise<Uint8Array>((resolve, reject) => {
      if (this.#waiting.length === 0) setTimeout(() => this.#fetchWaiting(), 0);
      this.#waiting.push({ row, resolve, reject });
    });
    asked.catch(() => this.#kept.delete(row));
    this.#kept.set(row, asked);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= Math.max(mostPictures, Math.min(mostKept, mostBytes / this.#size))) break;
      this.#kept.delete(oldest);
    }
    return asked;
  }

  #fetchWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let from = 0; from < waiting.length; from += mostPictures) {
      void this.#fetch(waiting.slice(from, from + mostPictures));
    }
  }

  async #fetch(asked: readonly Waiting[]): Promise<void> {
    try {
      const { head, arrays } = await this.#backend.pictures(Uint32Array.from(asked, ({ row }) => row));
      const pictures = arrays.pictures;
      if (!(pictures instanceof Uint8Array)) throw new Error("the answer has no pictures");
      const size = pictures.length / asked.length;
      this.#size = Math.max(1, size);
      const { paths } = head as PicturesHead;
      for (const [i, { row }] of asked.entries())
        if (paths?.[i] !== undefined) this.#paths.set(row, paths[i]);
      for (const [i, { resolve }] of asked.entries()) resolve(pictures.slice(i * size, (i + 1) * size));
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}
