import { join } from "node:path";
import { AbortedError, InputError, printable } from "../base/index.ts";
import type { RunFolder } from "../platform/node/run/runFolder.ts";
import { trainRun } from "../platform/node/run/trainRun.ts";
import type { RunConfig } from "../runs/index.ts";
import type { Runtime } from "../runtime/index.ts";
import {
  LiveMap,
  StepMeter,
  type TrainingOutcome,
  type TrainingPhase,
  type TrainingStatus,
  type TrainRequest,
  watchTraining,
} from "../workspace/index.ts";
import type { Events } from "./events.ts";
import { runName } from "./openRun.ts";
import { Problem, reasonOf } from "./problem.ts";
import { planTraining, resumePlan, type TrainingPlan } from "./trainingPlan.ts";

export interface TrainingOptions {
  readonly events: Events;
  readonly runtime: () => Promise<Runtime>;
  /** Where new runs are made. */
  readonly runs: string;
  /** Whether tables may name pictures out of their own folder. */
  readonly outside: boolean;
  /** Of the run that is open; null where none is. */
  readonly config: () => RunConfig | null;
  /** A run has another checkpoint; the training waits for it. */
  readonly onCheckpoint: (folder: RunFolder) => Promise<void>;
  /** The engine is free again, which is told once this is done. */
  readonly onEnd: () => Promise<void>;
  /** The engine is about to be needed. */
  readonly onBegin: () => void;
}

/** Phases in which the engine is at work. */
const busy: readonly TrainingPhase[] = ["preparing", "running", "pausing", "stopping"];

/**
 * The training of the explorer, one at a time. A pause ends the work after the step under way with its state saved in
 * the run's folder, and going on resumes from there, which is the same run bit for bit; so a pause holds no memory, and
 * nothing is lost when the server ends during one.
 */
export class Training {
  readonly #options: TrainingOptions;
  #status: TrainingStatus = { phase: "idle", request: null, reason: null };
  #folder: RunFolder | null = null;
  /** Of the training under way or last, over its pauses. */
  #maps: LiveMap | null = null;
  #stop = new AbortController();
  #work: Promise<void> = Promise.resolve();

  constructor(options: TrainingOptions) {
    this.#options = options;
    this.#options.events.publish({ type: "status", training: this.#status });
  }

  get status(): TrainingStatus {
    return this.#status;
  }

  /** Whether the engine is at work. */
  get busy(): boolean {
    return busy.includes(this.#status.phase);
  }

  /** The folder of the training under way or last; null before its first. */
  get folder(): RunFolder | null {
    return this.#folder;
  }

  /** @throws Problem 409 while another is under way. */
  start(request: TrainRequest): void {
    this.#require("start", ["idle", "stopped", "done", "failed"]);
    this.#options.events.forgetTraining();
    this.#folder = null;
    this.#maps = null;
    this.#status = { phase: "preparing", request, reason: null };
    this.#run((signal) => this.#plan(request, signal), "new");
  }

  /** @throws Problem 409 when nothing is running. */
  pause(): void {
    this.#require("pause", ["preparing", "running"]);
    this.#enter("pausing");
    this.#stop.abort();
  }

  /** @throws Problem 409 when nothing is paused. */
  resume(): void {
    this.#require("resume", ["paused"]);
    const folder = this.#folder;
    const { request } = this.#status;
    // Paused before its folder was made, it begins.
    if (!folder) this.#run((signal) => this.#plan(request!, signal), "new");
    else this.#run((signal) => resumePlan(folder, signal, this.#options.outside), "resume");
  }

  /** @throws Problem 409 when nothing is under way. */
  stop(): void {
    this.#require("stop", ["preparing", "running", "pausing", "paused"]);
    if (this.#asked("paused")) this.#enter("stopped");
    else {
      this.#enter("stopping");
      this.#stop.abort();
    }
  }

  /** Stops what is under way, and resolves when its state is saved. */
  async close(): Promise<void> {
    if (this.busy && this.#status.phase !== "stopping") this.stop();
    await this.#work;
  }

  #plan(request: TrainRequest, signal: AbortSignal): Promise<TrainingPlan> {
    const { runs, config, outside } = this.#options;
    return planTraining(request, runs, config(), signal, outside);
  }

  #run(plan: (signal: AbortSignal) => Promise<TrainingPlan>, mode: "new" | "resume"): void {
    this.#stop = new AbortController();
    this.#options.onBegin();
    this.#enter("preparing");
    this.#work = this.#train(plan, mode, this.#stop.signal).then(
      (outcome) => this.#end(outcome ? "done" : this.#interrupted, null, outcome ?? undefined),
      (error: unknown) =>
        error instanceof AbortedError
          ? this.#end(this.#interrupted)
          : this.#end("failed", this.#reasonOf(error)),
    );
  }

  /** What it came to; null where it was stopped. */
  async #train(
    plan: (signal: AbortSignal) => Promise<TrainingPlan>,
    mode: "new" | "resume",
    signal: AbortSignal,
  ): Promise<TrainingOutcome | null> {
    const { events, runtime, onCheckpoint } = this.#options;
    const { config, guidance, data, folder } = await plan(signal);
    const engine = await runtime();
    if (signal.aborted) return null;
    const meter = new StepMeter(config.epochs);
    const { complete, verdict, earlyStop } = await trainRun({
      config,
      ...(guidance ? { guidance } : {}),
      folder,
      runtime: engine,
      data,
      mode,
      signal,
      onNote: (text) => process.stderr.write(`${printable(text)}\n`),
      onBegin: () => {
        this.#folder = folder;
      },
      watch: (trainer, recorder) =>
        watchTraining({
          trainer,
          training: data.training,
          seed: config.seed,
          recorder,
          mapsOf: (sample) => {
            this.#maps ??= new LiveMap(sample);
            return this.#maps;
          },
          onMessage: ({ head, arrays }) => events.publish(head, { ...arrays }),
        }),
      onStep: (report) => {
        if (this.#asked("preparing")) this.#enter("running");
        const head = meter.next(report);
        if (head) events.publish(head);
      },
      onEpoch: async (metrics) => {
        events.publish({ type: "epoch", metrics });
        await onCheckpoint(folder);
      },
    });
    return complete ? { verdict, earlyStop } : null;
  }

  #asked(phase: TrainingPhase): boolean {
    return this.#status.phase === phase;
  }

  /** What a training that did not come to its end is. */
  get #interrupted(): TrainingPhase {
    return this.#asked("pausing") ? "paused" : "stopped";
  }

  async #end(phase: TrainingPhase, reason: string | null = null, outcome?: TrainingOutcome): Promise<void> {
    // From here on the engine may be used, also by what is opened now.
    this.#become(phase, reason, outcome);
    try {
      await this.#options.onEnd();
      this.#options.events.publish({ type: "status", training: this.#status });
    } catch (error) {
      this.#enter("failed", this.#reasonOf(error));
    }
  }

  #reasonOf(error: unknown): string {
    const { runs } = this.#options;
    const path = this.#folder?.path ?? join(runs, "explorer");
    const reason = reasonOf(error, { path, name: runName(path) });
    // The state that was saved last is there; what a person reads is why it goes no further.
    return error instanceof InputError ? reason : `the training failed: ${reason}`;
  }

  #become(phase: TrainingPhase, reason: string | null, outcome?: TrainingOutcome): void {
    const { request } = this.#status;
    this.#status = { phase, request, reason, ...(outcome ? { outcome } : {}) };
  }

  #enter(phase: TrainingPhase, reason: string | null = null): void {
    this.#become(phase, reason);
    this.#options.events.publish({ type: "status", training: this.#status });
  }

  #require(what: string, phases: readonly TrainingPhase[]): void {
    const { phase } = this.#status;
    if (phases.includes(phase)) return;
    const now = phase === "idle" ? "there is no training" : `the training is ${phase}`;
    throw new Problem(409, `${now}, so it cannot ${what}: expected it to be ${phases.join(" or ")}`);
  }
}
