import { AbortedError, Embedder, type ImageDataset, type Runtime } from "kindred";
import {
  buildSpace,
  defaultCheckpoint,
  hardPairs,
  hardPairsMessage,
  type Message,
  neighboursBy,
  type SpaceMessage,
  threeAxes,
  unitRows,
} from "kindred/workspace";
import type { BrowserRun } from "./browserRun.ts";
import { layoutInWorker } from "./layout.ts";

/** Checkpoints whose embeddings are kept. */
const mostKept = 4;

type Tell = (message: SpaceMessage) => void;

interface Reference {
  readonly checkpoint: number;
  readonly pca: Float32Array;
  readonly umap: Float32Array | null;
}

/** The spaces of a run's checkpoints, one at a time. */
export class BrowserSpaces {
  readonly #run: BrowserRun;
  readonly #pictures: ImageDataset;
  readonly #runtime: () => Promise<Runtime>;
  /** Rows of unit length, `[count, dim]`, by checkpoint, the one used last at the end. */
  readonly #units = new Map<number, Promise<Float32Array>>();
  /** Of the default checkpoint whose space was told last. */
  #reference: Reference | null = null;
  #turn: Promise<unknown> = Promise.resolve();

  /** @param pictures all of the run's */
  constructor(run: BrowserRun, pictures: ImageDataset, runtime: () => Promise<Runtime>) {
    this.#run = run;
    this.#pictures = pictures;
    this.#runtime = runtime;
  }

  get run(): BrowserRun {
    return this.#run;
  }

  /** Tells the space of a checkpoint, after any that was asked for before. */
  tell(checkpoint: number, tell: Tell, signal: AbortSignal): Promise<void> {
    const mine = this.#turn.then(() => this.#tell(checkpoint, tell, signal));
    this.#turn = mine.catch(() => null);
    return mine;
  }

  async embeddings(checkpoint: number): Promise<Message> {
    const { count } = this.#pictures;
    const units = await this.#unitsOf(checkpoint);
    const dim = units.length / count;
    return {
      head: { type: "embeddings", ...{ checkpoint, count, dim } },
      arrays: { embeddings: units.slice() },
    };
  }

  async hardPairs(checkpoint: number): Promise<Message> {
    const units = await this.#unitsOf(checkpoint);
    const { labels, count } = this.#pictures;
    const found = await hardPairs(await this.#runtime(), units, labels, units.length / count);
    return hardPairsMessage(checkpoint, found);
  }

  async #tell(checkpoint: number, tell: Tell, signal: AbortSignal): Promise<void> {
    const { labels } = this.#pictures;
    const embeddings = await this.#unitsOf(checkpoint, tell, signal);
    const before = this.#run.before(checkpoint);
    const former = before === null ? null : await this.#unitsOf(before, tell, signal);
    const turnedTo = defaultCheckpoint(this.#run)!;
    const dim = this.#run.encoder.dim;
    const reference = await this.#referenceFor(checkpoint, turnedTo, tell, signal);
    const told: { pca?: Float32Array; umap?: Float32Array } = {};
    await buildSpace(
      { checkpoint, embeddings, labels: labels.slice(), dim, former, reference },
      { neighbours: neighboursBy(await this.#runtime()), layout: layoutInWorker, signal },
      (message) => {
        if (message.head.type === "points") told.pca = message.arrays.pca as Float32Array;
        if (message.head.type === "umap") told.umap = message.arrays.umap as Float32Array;
        tell(message);
      },
    );
    if (checkpoint === turnedTo && told.pca) {
      this.#reference = { checkpoint, pca: told.pca, umap: told.umap ?? null };
    }
  }

  /** What to turn a space to: the default checkpoint's, or for that one itself the one that was the default before. */
  async #referenceFor(
    checkpoint: number,
    turnedTo: number,
    tell: Tell,
    signal: AbortSignal,
  ): Promise<Reference | null> {
    const told = this.#reference;
    if (checkpoint === turnedTo || told?.checkpoint === turnedTo) return told;
    const units = await this.#unitsOf(turnedTo, tell, signal);
    const { positions } = await threeAxes(units, this.#run.encoder.dim, told?.pca ?? null, signal);
    this.#reference = { checkpoint: turnedTo, pca: positions, umap: null };
    return this.#reference;
  }

  /** Embedded once, however many ask; where the first to ask leaves, the next one begins anew. */
  async #unitsOf(checkpoint: number, tell?: Tell, signal?: AbortSignal): Promise<Float32Array> {
    for (;;) {
      try {
        return await this.#sharedUnits(checkpoint, tell, signal);
      } catch (error) {
        if (!(error instanceof AbortedError) || signal?.aborted) throw error;
      }
    }
  }

  #sharedUnits(checkpoint: number, tell?: Tell, signal?: AbortSignal): Promise<Float32Array> {
    const known = this.#units.get(checkpoint);
    const units = known ?? this.#embed(checkpoint, tell, signal);
    this.#units.delete(checkpoint);
    this.#units.set(checkpoint, units);
    if (!known) {
      units.catch(() => {
        if (this.#units.get(checkpoint) === units) this.#units.delete(checkpoint);
      });
    }
    for (const oldest of this.#units.keys()) {
      if (this.#units.size <= mostKept) break;
      this.#units.delete(oldest);
    }
    return units;
  }

  async #embed(checkpoint: number, tell?: Tell, signal?: AbortSignal): Promise<Float32Array> {
    const { encoder } = this.#run;
    const weights = this.#run.weights(checkpoint);
    const embedder = await Embedder.fixed(await this.#runtime(), encoder, weights);
    try {
      const embeddings = await embedder.embed(this.#pictures, null, {
        ...(signal ? { signal } : {}),
        onProgress: (done, total) =>
          tell?.({ head: { type: "progress", doing: "embedding pictures", part: done / total }, arrays: {} }),
      });
      return unitRows(embeddings, encoder.dim);
    } finally {
      await embedder.dispose();
    }
  }
}
