import type { Backend, ItemPreview, RunInfo } from "kindred/workspace";
import { PreviewCache } from "./previewCache.ts";
import { type NearestOthers, type SpaceData, withMessage } from "./spaceData.ts";

export type { NearestOthers } from "./spaceData.ts";
export type SpacePhase = "empty" | "loading" | "ready" | "failed";

/** Checkpoints kept, 8 MB each for 70,000 pictures. */
const mostKept = 16;

/** The space of all rows at a checkpoint of the open run, shared by all views. */
export class SpaceStore {
  readonly #backend: Backend;
  readonly #previews: PreviewCache;
  /** Whole spaces by checkpoint, the most recently used last. */
  readonly #kept = new Map<number, SpaceData>();
  #loading = new AbortController();
  #prefetching = new AbortController();
  #embeddings: { readonly checkpoint: number; readonly rows: Promise<Float32Array> } | null = null;
  #run: RunInfo | null = null;
  #data = $state.raw<SpaceData | null>(null);

  phase = $state<SpacePhase>("empty");
  /** The checkpoint that is being loaded; null for none, or one that is not known yet. */
  wanted = $state<number | null>(null);
  /** What is being done, for people. */
  doing = $state("");
  /** How far that is, 0 to 1. */
  part = $state(0);
  /** Why loading failed, one line. */
  reason = $state<string | null>(null);
  /** The row picked, in all views. */
  selected = $state<number | null>(null);
  /** Checkpoints that are here already. */
  ready = $state.raw<readonly number[]>([]);

  constructor(backend: Backend) {
    this.#backend = backend;
    this.#previews = new PreviewCache(backend);
  }

  get checkpoint(): number | null {
    return this.#data?.checkpoint ?? null;
  }
  get count(): number {
    return this.#data?.count ?? 0;
  }
  get dim(): number {
    return this.#data?.dim ?? 0;
  }
  get labels(): Int32Array | null {
    return this.#data?.labels ?? null;
  }
  /** `[count, 3]` */
  get pca(): Float32Array | null {
    return this.#data?.pca ?? null;
  }
  /** `[count, 2]` */
  get umap(): Float32Array | null {
    return this.#data?.umap ?? null;
  }
  get mean(): Float32Array | null {
    return this.#data?.mean ?? null;
  }
  get components(): Float32Array | null {
    return this.#data?.components ?? null;
  }
  /** `[count]`, cosine distance to the checkpoint before. */
  get drift(): Float32Array | null {
    return this.#data?.drift ?? null;
  }
  get explained(): readonly number[] {
    return this.#data?.explained ?? [];
  }
  get neighbours(): NearestOthers | null {
    return this.#data?.neighbours ?? null;
  }
  get knn1(): number | null {
    return this.#data?.knn1 ?? null;
  }

  /**
   * Loads the space of a checkpoint (null for the run's default) in place of whatever is being loaded. What was there stays
   * until the new points come; then each part becomes visible as it arrives.
   */
  async load(checkpoint: number | null): Promise<void> {
    this.#loading.abort();
    this.#prefetching.abort();
    const loading = new AbortController();
    this.#loading = loading;
    this.reason = null;
    this.wanted = null;
    const kept = checkpoint === null ? undefined : this.#kept.get(checkpoint);
    if (kept) {
      this.#data = kept;
      this.#keep(kept);
      this.phase = "ready";
      return;
    }
    this.phase = "loading";
    this.wanted = checkpoint;
    this.doing = "asking for the space";
    this.part = 0;
    try {
      const whole = await this.#fetch(checkpoint, loading.signal, (data) => {
        this.#data = data;
      });
      if (loading.signal.aborted) return;
      this.#keep(whole);
      this.wanted = null;
      this.phase = "ready";
    } catch (error) {
      if (loading.signal.aborted) return;
      this.reason = reasonOf(error);
      this.wanted = null;
      this.phase = "failed";
    }
  }

  /** Fetches the space of a checkpoint ahead, where nothing else is under way; a failure shows when it is loaded. */
  async prefetch(checkpoint: number): Promise<void> {
    if (this.phase !== "ready" || this.#kept.has(checkpoint)) return;
    this.#prefetching.abort();
    const prefetching = new AbortController();
    this.#prefetching = prefetching;
    const whole = await this.#fetch(checkpoint, prefetching.signal).catch(() => null);
    if (whole && !prefetching.signal.aborted) this.#keep(whole);
  }

  /**
   * Takes note of the open run. Another run empties the store; a new checkpoint of the same run lets go of what was
   * kept of others, as all are turned to lie like the default.
   */
  follow(run: RunInfo | null): void {
    const before = this.#run;
    this.#run = run;
    if (!before && run && !this.#data) return;
    if (before && run && continues(before, run)) {
      if (before.checkpoints.length === run.checkpoints.length) return;
      this.#kept.clear();
      if (this.#data && this.phase === "ready") this.#keep(this.#data);
      return;
    }
    if (!before && !run) return;
    this.#loading.abort();
    this.#prefetching.abort();
    this.#kept.clear();
    this.ready = [];
    this.#previews.clear();
    this.#embeddings = null;
    this.#data = null;
    this.selected = null;
    this.phase = "empty";
    this.reason = null;
  }

  /** The embeddings of the checkpoint, `[count, dim]`, rows of unit length. */
  embeddings(): Promise<Float32Array> {
    const checkpoint = this.checkpoint;
    if (checkpoint === null) return Promise.reject(new Error("no space is loaded yet"));
    if (this.#embeddings?.checkpoint !== checkpoint) {
      const rows = this.#backend.embeddings(checkpoint).then(({ arrays }) => {
        if (arrays.embeddings instanceof Float32Array) return arrays.embeddings;
        throw new Error("the answer has no embeddings");
      });
      this.#embeddings = { checkpoint, rows };
      rows.catch(() => {
        if (this.#embeddings?.rows === rows) this.#embeddings = null;
      });
    }
    return this.#embeddings.rows;
  }

  /** The embedding of a row, `[dim]`. */
  async embeddingOf(row: number): Promise<Float32Array> {
    const { dim } = this;
    return (await this.embeddings()).slice(row * dim, (row + 1) * dim);
  }

  /** What each row is shown by, in the order asked for. */
  previews(rows: ArrayLike<number>): Promise<ItemPreview[]> {
    return this.#previews.get(rows);
  }

  /** Where the item of a row that was fetched is in its data set; null where that is in no file. */
  pathOf(row: number): string | null {
    return this.#previews.pathOf(row);
  }

  async #fetch(
    checkpoint: number | null,
    signal: AbortSignal,
    show?: (data: SpaceData) => void,
  ): Promise<SpaceData> {
    let data: SpaceData | null = null;
    let failed: string | null = null;
    await this.#backend.space(
      checkpoint,
      (message) => {
        if (signal.aborted) return;
        if (message.head.type === "failed") failed = message.head.reason;
        if (message.head.type === "progress" && show) {
          this.doing = message.head.doing;
          this.part = message.head.part;
        }
        const next = withMessage(data, message);
        if (next && next !== data) show?.(next);
        data = next;
      },
      signal,
    );
    if (failed !== null) throw new Error(failed);
    if (!data) throw new Error("the answer has no points");
    return data;
  }

  #keep(data: SpaceData): void {
    this.#kept.delete(data.checkpoint);
    this.#kept.set(data.checkpoint, data);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= mostKept) break;
      this.#kept.delete(oldest);
    }
    this.ready = [...this.#kept.keys()].sort((a, b) => a - b);
  }
}

/** Whether a run is the one before with perhaps more checkpoints. */
function continues(before: RunInfo, run: RunInfo): boolean {
  return (
    before.name === run.name &&
    before.data === run.data &&
    before.count === run.count &&
    before.checkpoints.every((checkpoint, i) => run.checkpoints[i] === checkpoint) &&
    before.metrics.every((metrics, i) => run.metrics[i]?.trainLoss === metrics.trainLoss)
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
