import { AbortedError, type TensorData } from "../../base/index.ts";
import type { Column } from "../../data/index.ts";
import type { Tower } from "../../modality/tower.ts";
import { hardPairs } from "../../neighbours/hardPairs.ts";
import type { Encoder } from "../../nn/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { Embedder } from "../../train/index.ts";
import type { SpaceMessage } from "../backend.ts";
import type { Message } from "../message.ts";
import { defaultCheckpoint, type RunInfo } from "../protocol.ts";
import { embeddingsMessage, hardPairsMessage } from "../runMessages.ts";
import type { ShownRows } from "../shownRows.ts";
import { SharedSpace } from "./sharedSpace.ts";
import { buildSpace, neighboursBy, type SpaceJob, type SpaceTools } from "./space.ts";

/** Checkpoints whose embeddings are kept in memory, about 11 MB each for 42,000 pictures. */
const mostEmbedded = 4;

/** A run whose spaces are asked for. */
export interface SpacedRun {
  readonly info: Pick<RunInfo, "best" | "checkpoints" | "dim" | "labelled">;
  readonly shown: Pick<ShownRows, "labels" | "word">;
}

/** The checkpoints that a space is computed from. */
export interface SpaceSources {
  readonly checkpoint: number;
  readonly before: number | null;
  /** Whose space it is turned to lie like: the run's default; null where that is its own. */
  readonly reference: number | null;
}

export function spaceSources({ info }: Pick<SpacedRun, "info">, checkpoint: number): SpaceSources {
  const reference = defaultCheckpoint(info)!;
  return {
    checkpoint,
    before: info.checkpoints.findLast((epoch) => epoch < checkpoint) ?? null,
    reference: reference === checkpoint ? null : reference,
  };
}

/** A tower with the weights of a checkpoint, and what it is to embed. */
export interface CheckpointTower {
  readonly tower: Tower | Encoder;
  readonly weights: ReadonlyMap<string, TensorData>;
  readonly column: Column;
  /** Default: all. */
  readonly rows?: Uint32Array | null;
}

export interface EmbedOptions {
  readonly signal?: AbortSignal;
  readonly onProgress: (done: number, total: number) => void;
}

/** What {@link Spaces} ask of who has the runs: a server, with folders, or a page's worker, with memory. */
export interface SpaceHost<Run extends SpacedRun> {
  readonly runtime: () => Promise<Runtime>;
  readonly layout: SpaceTools["layout"];
  /** What embeds at a checkpoint, and all that the run shows as that takes it, in the order of its rows. */
  towers(run: Run, checkpoint: number, options: EmbedOptions): Promise<readonly CheckpointTower[]>;
  /** Names the embeddings of a checkpoint, so that those of another are never taken for them. */
  embeddingsKey(run: Run, checkpoint: number): Promise<string>;
  /** Where spaces outlive the memory; undefined for nowhere. */
  readonly store?: {
    /** `points`, `neighbours`, `umap` and `embeddings`; null where they are not there. */
    read(run: Run, checkpoint: number, key: string): Promise<readonly Message[] | null>;
    write(run: Run, checkpoint: number, key: string, messages: readonly Message[]): Promise<void>;
  };
  /** Why nothing can be computed now; null where it can. */
  hindrance(): string | null;
  /** The error with which what is asked for is refused. */
  refusal(reason: string): Error;
}

interface Reference {
  readonly key: string;
  readonly pca: Float32Array | null;
  readonly umap: Float32Array | null;
}

/**
 * The spaces of runs' checkpoints: each computed once, however many ask, and one at a time, as one takes all processors.
 */
export class Spaces<Run extends SpacedRun> {
  readonly #host: SpaceHost<Run>;
  readonly #shared = new Map<string, SharedSpace>();
  /** The space read or computed last. */
  #last: { readonly key: string; readonly messages: readonly Message[] } | null = null;
  /** The default checkpoint's map, that those of others are turned to. */
  #reference: Reference | null = null;
  /** Of the checkpoint asked for last. */
  #hardPairs: { readonly key: string; readonly message: Promise<Message> } | null = null;
  /** By key, the one used last at the end. */
  readonly #embedded = new Map<string, Float32Array>();
  /** Those under way or waiting. */
  #working = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(host: SpaceHost<Run>) {
    this.#host = host;
  }

  /**
   * Tells the space of a checkpoint, see `SpaceHead`; resolves after `end`.
   *
   * @throws AbortedError by the signal; the host's refusal where it cannot be computed, or is interrupted.
   */
  async tell(
    run: Run,
    checkpoint: number,
    onMessage: (message: SpaceMessage) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const key = await this.#keyOf(run, checkpoint);
    let shared = this.#shared.get(key);
    if (!shared?.open) {
      const begun = new SharedSpace();
      this.#shared.set(key, begun);
      void this.#serve(begun, run, checkpoint, key).finally(() => {
        if (this.#shared.get(key) === begun) this.#shared.delete(key);
      });
      shared = begun;
    }
    await shared.listen(onMessage, signal);
  }

  /** `EmbeddingsHead`. @throws the host's refusal where they are not here and cannot be computed now. */
  async embeddings(run: Run, checkpoint: number): Promise<Message> {
    const key = await this.#keyOf(run, checkpoint);
    const kept = (await this.#read(run, checkpoint, key))?.find(({ head }) => head.type === "embeddings");
    if (kept) return kept;
    const known = this.#embedded.get(await this.#host.embeddingsKey(run, checkpoint));
    const rows = known ? [known] : await this.#inTurn(() => this.#embed(run, [checkpoint], () => undefined));
    return embeddingsMessage(checkpoint, rows[0]!, run.info.dim);
  }

  /** `HardPairsHead`. @throws the host's refusal where they cannot be computed now. */
  async hardPairs(run: Run, checkpoint: number): Promise<Message> {
    const key = await this.#keyOf(run, checkpoint);
    if (this.#hardPairs?.key === key) return this.#hardPairs.message;
    const message = this.#findHardPairs(run, checkpoint);
    this.#hardPairs = { key, message };
    message.catch(() => {
      if (this.#hardPairs?.message === message) this.#hardPairs = null;
    });
    return message;
  }

  /** Ends all computations for a reason that is told to those who listen. */
  interrupt(reason: string): void {
    for (const shared of this.#shared.values()) shared.interrupt(this.#host.refusal(reason));
  }

  /** Ends all computations for a reason, and resolves when they have ended. */
  async close(reason: string): Promise<void> {
    this.interrupt(reason);
    await this.#turn;
  }

  async #findHardPairs(run: Run, checkpoint: number): Promise<Message> {
    const { arrays } = await this.embeddings(run, checkpoint);
    const units = arrays.embeddings as Float32Array;
    const found = await this.#inTurn(async () =>
      hardPairs(await this.#host.runtime(), units, run.shown.labels, run.info.dim),
    );
    return hardPairsMessage(checkpoint, found);
  }

  #requireFree(): void {
    const hindrance = this.#host.hindrance();
    if (hindrance !== null) throw this.#host.refusal(hindrance);
  }

  /** One after the other. */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#requireFree();
    const mine = this.#turn.then(() => {
      // A training may have begun while it waited.
      this.#requireFree();
      return work();
    });
    this.#working++;
    const over = (): void => {
      this.#working--;
    };
    this.#turn = mine.then(over, over);
    return mine;
  }

  /** From what is kept, or when its turn comes. */
  async #serve(shared: SharedSpace, run: Run, checkpoint: number, key: string): Promise<void> {
    try {
      const kept = await this.#read(run, checkpoint, key);
      if (kept) for (const message of kept) tellPart(shared, message);
      else {
        this.#requireFree();
        shared.progress(
          this.#working > 0 ? "waiting for another computation" : `embedding ${run.shown.word}`,
          0,
        );
        await this.#inTurn(() => this.#compute(shared, run, checkpoint, key));
      }
      shared.finish();
    } catch (error) {
      shared.finish(error);
    }
  }

  async #compute(shared: SharedSpace, run: Run, checkpoint: number, key: string): Promise<void> {
    const { reference: other } = spaceSources(run, checkpoint);
    // Maps of all checkpoints lie as that of the default does, so that is computed first.
    const reference = other === null ? this.#before : await this.#referenceOf(shared, run, other);
    await this.#computed(run, checkpoint, key, reference, shared.signal, (message) => {
      const { head } = message;
      if (head.type === "progress") shared.progress(head.doing, head.part);
      else shared.tell(message);
    });
  }

  /**
   * What the default's space is turned to lie like: that of the default before. None where spaces are stored, as what is
   * stored is not to depend on what was computed before.
   */
  get #before(): Reference | null {
    return this.#host.store ? null : this.#reference;
  }

  async #referenceOf(shared: SharedSpace, run: Run, checkpoint: number): Promise<Reference> {
    const key = await this.#keyOf(run, checkpoint);
    if (this.#reference?.key !== key) {
      const kept = await this.#read(run, checkpoint, key);
      if (kept) this.#reference = referenceOf(key, kept);
      else {
        await this.#computed(run, checkpoint, key, this.#before, shared.signal, ({ head }) => {
          if (head.type !== "progress") return;
          shared.progress(`epoch ${checkpoint + 1} first: ${head.doing}`, head.part);
        });
      }
    }
    return this.#reference!;
  }

  async #computed(
    run: Run,
    checkpoint: number,
    key: string,
    reference: Reference | null,
    signal: AbortSignal,
    onMessage: (message: SpaceMessage) => void,
  ): Promise<void> {
    if (signal.aborted) throw new AbortedError("the space is no longer asked for");
    const { layout, store } = this.#host;
    const { dim, labelled } = run.info;
    const { labels, word } = run.shown;
    const { before, reference: other } = spaceSources(run, checkpoint);
    const epochs = before === null ? [checkpoint] : [checkpoint, before];
    const [embeddings, former = null] = await this.#embed(
      run,
      epochs,
      (part) => onMessage({ head: { type: "progress", doing: `embedding ${word}`, part }, arrays: {} }),
      signal,
    );
    const messages: Message[] = [];
    const job: SpaceJob = { checkpoint, labels, labelled, dim, reference, former, embeddings: embeddings! };
    const neighbours = neighboursBy(await this.#host.runtime());
    await buildSpace(job, { neighbours, layout, signal }, (message) => {
      if (message.head.type === "end") return;
      if (message.head.type !== "progress") messages.push(message);
      onMessage(message);
    });
    messages.push(embeddingsMessage(checkpoint, embeddings!, dim));
    this.#last = { key, messages };
    if (other === null) this.#reference = referenceOf(key, messages);
    await store?.write(run, checkpoint, key, messages);
  }

  /** Embeddings of these checkpoints, of which those used last are kept. */
  async #embed(
    run: Run,
    checkpoints: readonly number[],
    onProgress: (part: number) => void,
    signal?: AbortSignal,
  ): Promise<Float32Array[]> {
    const keys = await Promise.all(checkpoints.map((each) => this.#host.embeddingsKey(run, each)));
    const missing = keys.filter((key) => !this.#embedded.has(key)).length;
    const found: Float32Array[] = [];
    let made = 0;
    for (const [i, key] of keys.entries()) {
      let rows = this.#embedded.get(key);
      if (!rows) {
        const before = made++;
        rows = await this.#embedCheckpoint(run, checkpoints[i]!, {
          ...(signal ? { signal } : {}),
          onProgress: (done, total) => onProgress((before + done / total) / missing),
        });
      }
      this.#embedded.delete(key);
      this.#embedded.set(key, rows);
      found.push(rows);
    }
    for (const oldest of [...this.#embedded.keys()].slice(0, -mostEmbedded)) this.#embedded.delete(oldest);
    return found;
  }

  async #embedCheckpoint(run: Run, checkpoint: number, options: EmbedOptions): Promise<Float32Array> {
    const towers = await this.#host.towers(run, checkpoint, options);
    const runtime = await this.#host.runtime();
    const total = towers.reduce((sum, { column, rows }) => sum + (rows?.length ?? column.count), 0);
    const embeddings = new Float32Array(total * run.info.dim);
    let before = 0;
    for (const { tower, weights, column, rows } of towers) {
      const embedder = await Embedder.fixed(runtime, tower, weights);
      try {
        const found = await embedder.embed(column, null, {
          ...options,
          ...(rows ? { rows } : {}),
          onProgress: (done) => options.onProgress(before + done, total),
        });
        embeddings.set(found, before * run.info.dim);
        before += found.length / run.info.dim;
      } finally {
        await embedder.dispose();
      }
    }
    return embeddings;
  }

  async #read(run: Run, checkpoint: number, key: string): Promise<readonly Message[] | null> {
    if (this.#last?.key === key) return this.#last.messages;
    const messages = (await this.#host.store?.read(run, checkpoint, key)) ?? null;
    if (messages) this.#last = { key, messages };
    return messages;
  }

  /** Names a space by all that it is computed from. */
  async #keyOf(run: Run, checkpoint: number): Promise<string> {
    const { before, reference } = spaceSources(run, checkpoint);
    const keys = [checkpoint, before, reference].map((each) =>
      each === null ? "none" : this.#host.embeddingsKey(run, each),
    );
    return [checkpoint, ...(await Promise.all(keys))].join(" ");
  }
}

/** All of a space but its embeddings, which are asked for alone. */
function tellPart(shared: SharedSpace, message: Message): void {
  if (message.head.type !== "embeddings") shared.tell(message as SpaceMessage);
}

function referenceOf(key: string, messages: readonly Message[]): Reference {
  const find = (type: string, name: string): Float32Array | null => {
    const array = messages.find(({ head }) => head.type === type)?.arrays[name];
    return array instanceof Float32Array ? array : null;
  };
  return { key, pca: find("points", "pca"), umap: find("umap", "umap") };
}
