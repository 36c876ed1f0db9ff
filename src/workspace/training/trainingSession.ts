import { AbortedError } from "../../base/index.ts";
import type { ImageDataset } from "../../modality/image/index.ts";
import type { RunConfig } from "../../runs/index.ts";
import type { EpochMetrics, FitOptions, StepReport, Trainer } from "../../train/index.ts";
import type { Message } from "../message.ts";
import type { EventHead, TrainingOutcome, TrainingPhase, TrainingStatus, TrainRequest } from "../protocol.ts";
import { LiveMap } from "./liveMap.ts";
import { StepMeter } from "./stepMeter.ts";
import { isAtWork } from "./trainingPhase.ts";
import { type WatchTrainingOptions, watchTraining } from "./watchTraining.ts";

/** What a training hands on while it goes on, so that all who listen are told of it. */
export interface TrainingReports {
  /** Called once for each trainer, before its first step: what to give `trainer.fit`. */
  watch(watched: {
    readonly trainer: Pick<Trainer, "embed">;
    readonly training: ImageDataset;
    readonly config: RunConfig;
    readonly recorder: WatchTrainingOptions["recorder"];
  }): Required<Pick<FitOptions, "record" | "onBatch">>;
  step(report: StepReport): void;
  epoch(metrics: EpochMetrics): void;
}

/** Who carries trainings out for a {@link TrainingSession}: in a run's folder on a server, or in a page's memory. */
export interface TrainingHost {
  publish(head: EventHead, arrays: Message["arrays"]): void;
  /** The error with which a call that the phase does not allow is refused. */
  refusal(reason: string): Error;
  /** Called before a new training: what is left of the one before is forgotten. @throws InputError for a request it refuses. */
  accept(request: TrainRequest): void;
  /** Whether the training can go on at once, without being prepared. */
  readonly prepared: boolean;
  /** The engine is about to be needed. */
  onBegin?(): void;
  /**
   * Begins the training, or goes on with it where it was interrupted. Resolves with what it came to, or with null when the
   * signal interrupted it.
   */
  train(
    request: TrainRequest,
    reports: TrainingReports,
    signal: AbortSignal,
  ): Promise<TrainingOutcome | null>;
  /** Called when the training is over: keeps what was trained, and frees the rest. */
  release?(): Promise<void>;
  /** One line about why a training failed. */
  reasonOf(error: unknown): string;
  /** Why an error pauses the training, which can go on; null where it fails. */
  pauseReason?(error: unknown): string | null;
  /** Called after an error ended the work: frees what it held. */
  discard?(error: unknown): Promise<void>;
  /** The engine is free again; the phase is told when this is done. */
  onEnd?(): Promise<void>;
}

/** The training of an explorer, one at a time: its phases, and what those who listen are told of it. */
export class TrainingSession {
  readonly #host: TrainingHost;
  #status: TrainingStatus = { phase: "idle", request: null, reason: null };
  /** Of the training under way or last, over its pauses, so that maps after one lie as those before. */
  #maps: LiveMap | null = null;
  #meter: StepMeter | null = null;
  #interrupt = new AbortController();
  #work: Promise<void> = Promise.resolve();

  constructor(host: TrainingHost) {
    this.#host = host;
    this.#publish();
  }

  get status(): TrainingStatus {
    return this.#status;
  }

  /** Whether the engine is at work for it. */
  get busy(): boolean {
    return isAtWork(this.#status.phase);
  }

  /** @throws InputError for a request that cannot be used; the host's refusal while another training is under way. */
  start(request: TrainRequest): void {
    this.#require("start", ["idle", "stopped", "done", "failed"]);
    this.#host.accept(request);
    this.#maps = null;
    this.#status = { phase: "preparing", request, reason: null };
    this.#run();
  }

  /** Ends the work after the step under way; {@link resume} goes on from there. @throws the host's refusal when nothing is running. */
  pause(): void {
    this.#require("pause", ["preparing", "running"]);
    this.#enter("pausing");
    this.#interrupt.abort();
  }

  /** @throws the host's refusal when nothing is paused. */
  resume(): void {
    this.#require("resume", ["paused"]);
    this.#run();
  }

  /** Ends the training after the step under way; what was trained stays. @throws the host's refusal when nothing is under way. */
  stop(): void {
    this.#require("stop", ["preparing", "running", "pausing", "paused"]);
    const paused = this.#is("paused");
    this.#enter("stopping");
    if (paused) this.#work = this.#finish("stopped").catch((error: unknown) => this.#fail(error));
    else this.#interrupt.abort();
  }

  /** Stops what is under way, and resolves when its state is saved. */
  async close(): Promise<void> {
    if (this.busy && !this.#is("stopping")) this.stop();
    await this.#work;
  }

  #run(): void {
    this.#interrupt = new AbortController();
    this.#host.onBegin?.();
    this.#enter(this.#host.prepared ? "running" : "preparing");
    this.#work = this.#train(this.#interrupt.signal).catch((error: unknown) => this.#fail(error));
  }

  async #train(signal: AbortSignal): Promise<void> {
    const outcome = await this.#outcome(signal);
    if (outcome) await this.#finish("done", outcome);
    else if (this.#is("pausing")) await this.#settle("paused");
    else await this.#finish("stopped");
  }

  async #outcome(signal: AbortSignal): Promise<TrainingOutcome | null> {
    try {
      return await this.#host.train(this.#status.request!, this.#reports, signal);
    } catch (error) {
      if (error instanceof AbortedError) return null;
      throw error;
    }
  }

  readonly #reports: TrainingReports = {
    watch: ({ trainer, training, config, recorder }) => {
      this.#meter = new StepMeter(config.epochs);
      return watchTraining({
        ...{ trainer, training, recorder, seed: config.seed },
        mapsOf: (sample) => {
          this.#maps ??= new LiveMap(sample);
          return this.#maps;
        },
        onMessage: ({ head, arrays }) => this.#host.publish(head, { ...arrays }),
      });
    },
    step: (report) => {
      if (this.#is("preparing")) this.#enter("running");
      const head = this.#meter?.next(report);
      if (head) this.#host.publish(head, {});
    },
    epoch: (metrics) => this.#host.publish({ type: "epoch", metrics }, {}),
  };

  async #finish(phase: "done" | "stopped", outcome?: TrainingOutcome): Promise<void> {
    await this.#host.release?.();
    await this.#settle(phase, null, outcome);
  }

  async #fail(error: unknown): Promise<void> {
    const why = this.#host.pauseReason?.(error) ?? null;
    if (why === null) {
      await this.#settle("failed", this.#host.reasonOf(error));
      await this.#host.discard?.(error);
      return;
    }
    await this.#host.discard?.(error);
    await (this.#is("stopping") ? this.#settle("stopped") : this.#settle("paused", why));
  }

  /** From here on the engine may be used, also by what is opened now. */
  async #settle(
    phase: TrainingPhase,
    reason: string | null = null,
    outcome?: TrainingOutcome,
  ): Promise<void> {
    this.#become(phase, reason, outcome);
    const settled = this.#status;
    try {
      await this.#host.onEnd?.();
    } catch (error) {
      if (this.#status === settled) this.#become("failed", this.#host.reasonOf(error));
    }
    // Another may have begun meanwhile, which tells of itself.
    if (!this.busy) this.#publish();
  }

  #enter(phase: TrainingPhase): void {
    this.#become(phase, null);
    this.#publish();
  }

  #become(phase: TrainingPhase, reason: string | null, outcome?: TrainingOutcome): void {
    const { request } = this.#status;
    this.#status = { phase, request, reason, ...(outcome ? { outcome } : {}) };
  }

  #publish(): void {
    this.#host.publish({ type: "status", training: this.#status }, {});
  }

  #is(phase: TrainingPhase): boolean {
    return this.#status.phase === phase;
  }

  #require(what: string, phases: readonly TrainingPhase[]): void {
    const { phase } = this.#status;
    if (phases.includes(phase)) return;
    const now = phase === "idle" ? "there is no training" : `the training is ${phase}`;
    throw this.#host.refusal(`${now}, so it cannot ${what}: expected it to be ${phases.join(" or ")}`);
  }
}
