import { AbortedError } from "../base/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { hardPairs, hardPairsMessage, type Message } from "../workspace/index.ts";
import { checkpointIn, namesOf, type OpenRun, type Split } from "./openRun.ts";
import { Problem, reasonOf } from "./problem.ts";
import { RecentEmbeddings } from "./recentEmbeddings.ts";
import {
  readSpace,
  type SentMessage,
  type SpaceKey,
  spaceKey,
  spaceSources,
  writeSpace,
} from "./spaceCache.ts";
import { computeSpace, type SpaceComputation } from "./spaceComputation.ts";
import { SpaceJob } from "./spaceJob.ts";

export interface SpacesOptions {
  readonly runtime: () => Promise<Runtime>;
  readonly split: Split;
  /** Why no space can be computed now, one line; null where it can. */
  readonly hindrance: () => string | null;
}

/**
 * The spaces of a run's checkpoints: each computed once, however many ask, kept in the run's folder, and one at a
 * time, as one takes all processors.
 */
export class Spaces {
  readonly #options: SpacesOptions;
  readonly #jobs = new Map<string, SpaceJob>();
  /** The space read or computed last: also where the folder cannot be written. */
  #last: { readonly key: string; readonly messages: readonly SentMessage[] } | null = null;
  /** Of the checkpoint asked for last. */
  #hardPairs: { readonly key: string; readonly message: Promise<Message> } | null = null;
  readonly #recent = new RecentEmbeddings();
  /** Those under way or waiting. */
  #working = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(options: SpacesOptions) {
    this.#options = options;
  }

  /** The messages of `SpaceHead`, as bytes. */
  async stream(run: OpenRun, checkpoint: number | null): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
    const epoch = checkpointIn(run, checkpoint);
    const key = await this.#keyOf(run, epoch);
    const running = this.#jobs.get(key.key);
    if (running?.open) return running.listen();
    const job = new SpaceJob();
    this.#jobs.set(key.key, job);
    const stream = job.listen();
    const work = this.#serve(job, run, epoch, key);
    void work.finally(() => {
      if (this.#jobs.get(key.key) === job) this.#jobs.delete(key.key);
    });
    return stream;
  }

  /**
   * A message of a space that has been computed.
   *
   * @throws Problem 409 where it has not.
   */
  async part(
    run: OpenRun,
    checkpoint: number | null,
    type: SentMessage["head"]["type"],
  ): Promise<SentMessage> {
    const epoch = checkpointIn(run, checkpoint);
    const found = (await this.#read(await this.#keyOf(run, epoch)))?.find(({ head }) => head.type === type);
    if (found) return found;
    throw new Problem(
      409,
      `the space of checkpoint ${epoch} is not computed yet: ask for /api/space?checkpoint=${epoch} first`,
    );
  }

  /**
   * The hardest pairs of a space that has been computed, see `HardPairsHead`.
   *
   * @throws Problem 409 where it has not, or there is no engine for it now.
   */
  async hardPairs(run: OpenRun, checkpoint: number | null): Promise<Message> {
    const epoch = checkpointIn(run, checkpoint);
    const { key } = await this.#keyOf(run, epoch);
    if (this.#hardPairs?.key === key) return this.#hardPairs.message;
    const { arrays } = await this.part(run, epoch, "embeddings");
    const hindrance = this.#options.hindrance();
    if (hindrance !== null) throw new Problem(409, hindrance);
    const message = this.#inTurn(() => this.#findHardPairs(run, epoch, arrays.embeddings as Float32Array));
    this.#hardPairs = { key, message };
    message.catch(() => {
      if (this.#hardPairs?.message === message) this.#hardPairs = null;
    });
    return message;
  }

  /** Ends all computations for a reason that is told to those who listen. */
  interrupt(reason: string): void {
    for (const job of this.#jobs.values()) job.interrupt(reason);
  }

  /** Ends all computations, and resolves when they have ended. */
  async close(): Promise<void> {
    this.interrupt("the server was ended");
    await this.#turn;
  }

  /** One after the other. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#working++;
    const over = (): void => {
      this.#working--;
    };
    this.#turn = mine.then(over, over);
    return mine;
  }

  async #findHardPairs(run: OpenRun, epoch: number, embeddings: Float32Array): Promise<Message> {
    const runtime = await this.#options.runtime();
    return hardPairsMessage(epoch, await hardPairs(runtime, embeddings, run.pictures.labels, run.info.dim));
  }

  async #read(key: SpaceKey): Promise<readonly SentMessage[] | null> {
    if (this.#last?.key === key.key) return this.#last.messages;
    const messages = await readSpace(key);
    if (messages) this.#last = { key: key.key, messages };
    return messages;
  }

  #keyOf(run: OpenRun, epoch: number): Promise<SpaceKey> {
    return spaceKey(run, this.#options.split, spaceSources(run, epoch));
  }

  /** From the cache, or when its turn comes. */
  async #serve(job: SpaceJob, run: OpenRun, epoch: number, key: SpaceKey): Promise<void> {
    try {
      const kept = await this.#read(key);
      if (kept) {
        for (const message of kept) if (message.head.type !== "embeddings") job.tell(message);
        return job.finish(null);
      }
      const hindrance = this.#options.hindrance();
      if (hindrance !== null) return job.finish(hindrance);
      job.progress(this.#working > 0 ? "waiting for another computation" : "embedding pictures", 0);
      await this.#inTurn(() => this.#compute(job, run, epoch, key));
      job.finish(null);
    } catch (error) {
      job.finish(
        error instanceof AbortedError ? "the computation was stopped" : reasonOf(error, namesOf(run)),
      );
    }
  }

  async #compute(job: SpaceJob, run: OpenRun, epoch: number, key: SpaceKey): Promise<void> {
    const { reference: other } = spaceSources(run, epoch);
    // Maps of all checkpoints lie as that of the default does, so that is computed first.
    const reference = other === null ? null : await this.#reference(job, run, other);
    await this.#computed(job, run, epoch, key, {
      reference,
      onProgress: (doing, part) => job.progress(doing, part),
      onMessage: (message) => job.tell(message),
    });
  }

  async #reference(job: SpaceJob, run: OpenRun, checkpoint: number): Promise<readonly SentMessage[]> {
    const key = await this.#keyOf(run, checkpoint);
    const kept = await this.#read(key);
    if (kept) return kept;
    return this.#computed(job, run, checkpoint, key, {
      reference: null,
      onProgress: (doing, part) => job.progress(`epoch ${checkpoint + 1} first: ${doing}`, part),
      onMessage: () => undefined,
    });
  }

  async #computed(
    { signal }: SpaceJob,
    run: OpenRun,
    epoch: number,
    key: SpaceKey,
    rest: Pick<SpaceComputation, "reference" | "onProgress" | "onMessage">,
  ): Promise<readonly SentMessage[]> {
    if (signal.aborted) throw new AbortedError("nobody listens any more");
    const runtime = await this.#options.runtime();
    const messages = await computeSpace({ ...rest, run, epoch, runtime, recent: this.#recent, signal });
    this.#last = { key: key.key, messages };
    try {
      await writeSpace(key, messages);
    } catch (error) {
      // It can be looked at all the same, and is computed again the next time.
      process.stderr.write(
        `kindred: the space of checkpoint ${epoch} was not kept: ${reasonOf(error, namesOf(run))}\n`,
      );
    }
    return messages;
  }
}
