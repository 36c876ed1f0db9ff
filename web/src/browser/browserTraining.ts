import {
  AbortedError,
  configuredParts,
  DeviceLostError,
  type ImageDataset,
  InputError,
  type RunConfig,
  type Runtime,
  Trainer,
  type TrainingState,
  verdictOf,
} from "kindred";
import {
  BackendError,
  type EventHead,
  isAtWork,
  LiveMap,
  type Message,
  StepMeter,
  type TrainingOutcome,
  type TrainingPhase,
  type TrainingStatus,
  type TrainRequest,
  watchTraining,
} from "kindred/workspace";
import { BrowserRun } from "./browserRun.ts";
import { MemoryRecorder } from "./memoryRecorder.ts";
import { requireOffered } from "./offered.ts";
import { oneLine } from "./oneLine.ts";
import { planTraining } from "./trainingPlan.ts";

export interface BrowserTrainingOptions {
  readonly publish: (head: EventHead, arrays: Message["arrays"]) => void;
  readonly runtime: () => Promise<Runtime>;
  readonly dataset: (name: string) => Promise<ImageDataset>;
  /** The run has its first or another checkpoint; the training waits for it. */
  readonly onCheckpoint: (run: BrowserRun) => Promise<void>;
  /** The runtime may be of no use any more. */
  readonly onFailure: (reason: unknown) => Promise<void>;
}

/** What outlives the device that a training computes on. */
interface Kept {
  readonly run: BrowserRun;
  readonly recorder: MemoryRecorder;
  readonly maps: LiveMap;
  /** Of the end of the last epoch, where the device can be lost; null before the first. */
  state: TrainingState | null;
}

/** A training that can go on. */
interface Begun {
  readonly kept: Kept;
  readonly trainer: Trainer;
  readonly fit: (signal: AbortSignal) => Promise<void>;
  /** What it came to, once it is over. */
  readonly outcome: () => Promise<TrainingOutcome>;
}

/**
 * The training of the page, one at a time. A pause keeps all of it in memory. Where the graphics processor is lost it is
 * paused too, and goes on from the end of the last epoch.
 */
export class BrowserTraining {
  readonly #options: BrowserTrainingOptions;
  #status: TrainingStatus = { phase: "idle", request: null, reason: null };
  #begun: Begun | null = null;
  /** Of the training under way, or that whose device was lost. */
  #kept: Kept | null = null;
  #stop = new AbortController();

  constructor(options: BrowserTrainingOptions) {
    this.#options = options;
    this.#options.publish({ type: "status", training: this.#status }, {});
  }

  get status(): TrainingStatus {
    return this.#status;
  }

  /** Whether the engine is at work for it. */
  get busy(): boolean {
    return isAtWork(this.#status.phase);
  }

  /** @throws InputError when the request cannot be used, BackendError while another training is under way. */
  start(request: TrainRequest): void {
    this.#require("start", ["idle", "stopped", "done", "failed"]);
    requireOffered(request);
    this.#kept = null;
    this.#status = { phase: "preparing", request, reason: null };
    this.#run();
  }

  /** @throws BackendError when nothing is running. */
  pause(): void {
    this.#require("pause", ["preparing", "running"]);
    this.#enter("pausing");
    this.#stop.abort();
  }

  /** @throws BackendError when nothing is paused. */
  resume(): void {
    this.#require("resume", ["paused"]);
    this.#run();
  }

  /** @throws BackendError when nothing is under way. */
  stop(): void {
    this.#require("stop", ["preparing", "running", "pausing", "paused"]);
    const paused = this.#status.phase === "paused";
    this.#enter("stopping");
    if (paused) void this.#end("stopped").catch((error: unknown) => this.#fail(error));
    else this.#stop.abort();
  }

  #run(): void {
    this.#stop = new AbortController();
    this.#enter(this.#begun ? "running" : "preparing");
    void this.#train(this.#stop.signal).catch((error: unknown) => this.#fail(error));
  }

  async #train(signal: AbortSignal): Promise<void> {
    this.#begun ??= await this.#begin(this.#status.request!, signal);
    const begun = this.#begun;
    if (begun && !signal.aborted) await begun.fit(signal);
    if (begun?.trainer.finished) await this.#end("done");
    else if (this.#is("pausing")) this.#enter("paused");
    else await this.#end("stopped");
  }

  /** null when it was stopped before it began. */
  async #begin(request: TrainRequest, signal: AbortSignal): Promise<Begun | null> {
    const { dataset, runtime, publish, onCheckpoint } = this.#options;
    const [engine, whole] = await Promise.all([runtime(), dataset(request.data)]);
    if (signal.aborted) return null;
    const { config, pictures, training, validation } = await planTraining(request, whole);
    if (signal.aborted) return null;
    const { epochs, patience, batchSize, seed } = config;
    const { encoder, task, optimizer, schedule, sources } = configuredParts(config);
    const parts = { task, optimizer, schedule, sources };
    const state = this.#kept?.state;
    const trainer = await Trainer.create({
      runtime: engine,
      ...parts,
      ...{ training, validation, epochs, patience, batchSize, seed },
      ...(state ? { resume: state } : {}),
    });
    const kept = this.#kept ?? keptOf(config, pictures, training, trainer);
    this.#kept = kept;
    const { run, recorder, maps } = kept;
    recorder.goBackTo(trainer.progress.step);
    const meter = new StepMeter(epochs);
    const onMessage = ({ head, arrays }: { head: EventHead; arrays: object }): void =>
      publish(head, { ...(arrays as Message["arrays"]) });
    const watch = watchTraining({ trainer, training, seed, recorder, mapsOf: () => maps, onMessage });
    return {
      kept,
      trainer,
      outcome: async () => {
        const { earlyStop, progress } = trainer;
        const last = progress.history.at(-1)!;
        const epoch = last.best ?? last.epoch;
        const judged = { runtime: engine, encoder, config, training, validation };
        const verdict = await verdictOf({
          ...{ ...judged, weights: kept.run.weights(epoch - 1), epoch, epochs: last.epoch },
        });
        return { verdict, earlyStop };
      },
      fit: async (fitSignal) => {
        await trainer.fit({
          ...watch,
          signal: fitSignal,
          onStep: (report) => {
            if (this.#is("preparing")) this.#enter("running");
            const head = meter.next(report);
            if (head) publish(head, {});
          },
          onEpoch: async (metrics) => {
            publish({ type: "epoch", metrics }, {});
            run.metrics = trainer.progress.history;
            run.add(metrics.epoch - 1, await trainer.encoderState());
            // Only that device has memory of its own to lose.
            if (engine.device.name === "webgpu") kept.state = await trainer.state();
            await onCheckpoint(run);
          },
        });
      },
    };
  }

  /** Frees the engine's memory; what was trained stays, also of an epoch that was not finished. */
  async #end(phase: "done" | "stopped"): Promise<void> {
    const begun = this.#begun;
    const outcome = phase === "done" ? await begun?.outcome() : undefined;
    this.#begun = null;
    if (begun) {
      const { trainer, kept } = begun;
      const { run } = kept;
      const { epoch, batch } = trainer.progress;
      if (batch > 0) {
        run.add(epoch, await trainer.encoderState());
      }
      // Also where nothing is new but the last snapshot.
      if (run.newest !== null) await this.#options.onCheckpoint(run);
      await trainer.dispose();
    }
    this.#kept = null;
    this.#enter(phase, null, outcome);
  }

  async #fail(error: unknown): Promise<void> {
    const begun = this.#begun;
    this.#begun = null;
    if (error instanceof DeviceLostError) return this.#loseDevice(error);
    this.#kept = null;
    this.#enter("failed", oneLine(error, "the training"));
    // A fault of the input is none of the engine's.
    if (error instanceof InputError || error instanceof AbortedError) await begun?.trainer.dispose();
    else await this.#options.onFailure(error);
  }

  /** The trainer goes with the device; what was kept is gone on from by whoever resumes. */
  async #loseDevice(error: DeviceLostError): Promise<void> {
    const stopping = this.#is("stopping");
    await this.#options.onFailure(error);
    if (stopping) return this.#enter("stopped");
    const state = this.#kept?.state;
    const from = state ? `the end of epoch ${state.progress.epoch}` : "its beginning";
    this.#enter("paused", `${error.message}; Resume makes one and goes on from ${from}`);
  }

  #is(phase: TrainingPhase): boolean {
    return this.#status.phase === phase;
  }

  #enter(phase: TrainingPhase, reason: string | null = null, outcome?: TrainingOutcome): void {
    const { request } = this.#status;
    this.#status = { phase, request, reason, ...(outcome ? { outcome } : {}) };
    this.#options.publish({ type: "status", training: this.#status }, {});
  }

  #require(what: string, phases: readonly TrainingPhase[]): void {
    const { phase } = this.#status;
    if (phases.includes(phase)) return;
    const now = phase === "idle" ? "there is no training" : `the training is ${phase}`;
    throw new BackendError(`${now}, so it cannot ${what}: expected it to be ${phases.join(" or ")}`);
  }
}

/** Of a training that begins. */
function keptOf(config: RunConfig, pictures: ImageDataset, training: ImageDataset, trainer: Trainer): Kept {
  const run = BrowserRun.of(config, pictures);
  const recorder = new MemoryRecorder(training, trainer, config.seed);
  run.recording = recorder;
  return { run, recorder, maps: new LiveMap(recorder.sample), state: null };
}
