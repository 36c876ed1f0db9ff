import {
  type Backend,
  type ItemPreview,
  mostPreviews,
  type PreviewsHead,
  previewsOf,
} from "kindred/workspace";

/** Previews kept, and their bytes: 4,096 of 28 x 28 are 3.2 MB, in colour and of 128 x 128 682 are these 32 MB. */
const mostKept = 4096;
const mostBytes = 2 ** 25;

interface Waiting {
  readonly row: number;
  readonly resolve: (preview: ItemPreview) => void;
  readonly reject: (reason: unknown) => void;
}

/** Previews by row, the most recently used kept; what is asked for within one frame is fetched at once. */
export class PreviewCache {
  readonly #backend: Backend;
  readonly #kept = new Map<number, Promise<ItemPreview>>();
  readonly #paths = new Map<number, string>();
  /** Of a preview, once some have come. */
  #size = 1;
  #waiting: Waiting[] = [];

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Of each row, in the order asked for. */
  get(rows: ArrayLike<number>): Promise<ItemPreview[]> {
    return Promise.all(Array.from(rows, (row) => this.#one(row)));
  }

  /** Where the item of a row that was fetched is in its data set; null where that is in no file, or not known yet. */
  pathOf(row: number): string | null {
    return this.#paths.get(row) ?? null;
  }

  clear(): void {
    this.#paths.clear();
    this.#kept.clear();
  }

  #one(row: number): Promise<ItemPreview> {
    const kept = this.#kept.get(row);
    if (kept) {
      // Moved to the end: a Map keeps the order of insertion.
      this.#kept.delete(row);
      this.#kept.set(row, kept);
      return kept;
    }
    const asked = new Promise<ItemPreview>((resolve, reject) => {
      if (this.#waiting.length === 0) setTimeout(() => this.#fetchWaiting(), 0);
      this.#waiting.push({ row, resolve, reject });
    });
    asked.catch(() => this.#kept.delete(row));
    this.#kept.set(row, asked);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= Math.max(mostPreviews, Math.min(mostKept, mostBytes / this.#size))) break;
      this.#kept.delete(oldest);
    }
    return asked;
  }

  #fetchWaiting(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (let from = 0; from < waiting.length; from += mostPreviews) {
      void this.#fetch(waiting.slice(from, from + mostPreviews));
    }
  }

  async #fetch(asked: readonly Waiting[]): Promise<void> {
    try {
      const { head, arrays } = await this.#backend.previews(Uint32Array.from(asked, ({ row }) => row));
      const told = head as PreviewsHead;
      const previews = previewsOf(told, arrays);
      if (previews.length !== asked.length) throw new Error("the answer lacks previews");
      const bytes = Object.values(arrays).reduce((sum, { byteLength }) => sum + byteLength, 0);
      this.#size = Math.max(1, bytes / asked.length);
      for (const [i, { row }] of asked.entries()) {
        const path = told.paths?.[i];
        if (path) this.#paths.set(row, path);
      }
      for (const [i, { resolve }] of asked.entries()) resolve(previews[i]!);
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}
