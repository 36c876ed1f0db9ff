import {
  configuredParts,
  DeviceLostError,
  datasetsOf,
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
  type TrainingHost,
  type TrainingOutcome,
  type TrainingReports,
  type TrainRequest,
} from "kindred/workspace";
import { BrowserRun } from "./browserRun.ts";
import { MemoryRecorder } from "./memoryRecorder.ts";
import { requireOffered } from "./offered.ts";
import { oneLine } from "./oneLine.ts";
import { planTraining } from "./trainingPlan.ts";

export interface BrowserTrainingOptions {
  readonly publish: TrainingHost["publish"];
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
  /** Of the end of the last epoch, where the device can be lost; null before the first. */
  state: TrainingState | null;
}

/** A training that can go on. */
interface Begun {
  readonly kept: Kept;
  readonly trainer: Trainer;
  readonly fit: (signal: AbortSignal) => Promise<unknown>;
  /** What it came to, once it is over. */
  readonly outcome: () => Promise<TrainingOutcome>;
}

/**
 * Trains in the page's memory, which a pause keeps. Where the graphics processor is lost the training is paused too, and
 * goes on from the end of the last epoch.
 */
export class BrowserTraining implements TrainingHost {
  readonly publish: TrainingHost["publish"];
  readonly #options: BrowserTrainingOptions;
  #begun: Begun | null = null;
  /** Of the training under way, or that whose device was lost. */
  #kept: Kept | null = null;

  constructor(options: BrowserTrainingOptions) {
    this.#options = options;
    this.publish = options.publish;
  }

  get prepared(): boolean {
    return this.#begun !== null;
  }

  refusal(reason: string): BackendError {
    return new BackendError(reason);
  }

  accept(request: TrainRequest): void {
    requireOffered(request);
    this.#kept = null;
  }

  async train(
    request: TrainRequest,
    reports: TrainingReports,
    signal: AbortSignal,
  ): Promise<TrainingOutcome | null> {
    this.#begun ??= await this.#begin(request, reports, signal);
    const begun = this.#begun;
    if (begun && !signal.aborted) await begun.fit(signal);
    return begun?.trainer.finished ? begun.outcome() : null;
  }

  /** Frees the engine's memory; what was trained stays, also of an epoch that was not finished. */
  async release(): Promise<void> {
    const begun = this.#begun;
    this.#begun = null;
    if (begun) {
      const { trainer, kept } = begun;
      const { epoch, batch } = trainer.progress;
      if (batch > 0) kept.run.add(epoch, await trainer.encoderState());
      // Also where nothing is new but the last snapshot.
      if (kept.run.newest !== null) await this.#options.onCheckpoint(kept.run);
      await trainer.dispose();
    }
    this.#kept = null;
  }

  reasonOf(error: unknown): string {
    return oneLine(error, "the training");
  }

  pauseReason(error: unknown): string | null {
    if (!(error instanceof DeviceLostError)) return null;
    const state = this.#kept?.state;
    const from = state ? `the end of epoch ${state.progress.epoch}` : "its beginning";
    return `${error.message}; Resume makes one and goes on from ${from}`;
  }

  async discard(error: unknown): Promise<void> {
    const begun = this.#begun;
    this.#begun = null;
    // The trainer goes with the device; what was kept is gone on from by whoever resumes.
    if (!(error instanceof DeviceLostError)) this.#kept = null;
    // A fault of the input is none of the engine's.
    if (error instanceof InputError) await begun?.trainer.dispose();
    else await this.#options.onFailure(error);
  }

  /** null when it was stopped before it began. */
  async #begin(request: TrainRequest, reports: TrainingReports, signal: AbortSignal): Promise<Begun | null> {
    const { dataset, runtime, onCheckpoint } = this.#options;
    const [engine, whole] = await Promise.all([runtime(), dataset(request.data)]);
    if (signal.aborted) return null;
    const { config, pictures, training, validation } = await planTraining(request, whole, signal);
    if (signal.aborted) return null;
    const { epochs, patience, batchSize, seed } = config;
    const { encoder, task, optimizer, schedule, sources } = configuredParts(config);
    const parts = { task, optimizer, schedule, sources };
    const state = this.#kept?.state;
    const trainer = await Trainer.create({
      runtime: engine,
      ...parts,
      ...datasetsOf({ training, validation }),
      ...{ epochs, patience, batchSize, seed },
      ...(state ? { resume: state } : {}),
    });
    const kept = this.#kept ?? keptOf(config, pictures, training, trainer);
    this.#kept = kept;
    const { run, recorder } = kept;
    recorder.goBackTo(trainer.progress.step);
    const watch = reports.watch({ trainer, training, config, recorder });
    return {
      kept,
      trainer,
      outcome: async () => {
        const { earlyStop, progress } = trainer;
        const last = progress.history.at(-1)!;
        const epoch = last.best ?? last.epoch;
        const judged = { runtime: engine, encoder, config, training, validation };
        const verdict = await verdictOf({
          ...{ ...judged, weights: run.weights(epoch - 1), epoch, epochs: last.epoch },
        });
        return { verdict, earlyStop };
      },
      fit: (fitSignal) =>
        trainer.fit({
          ...watch,
          signal: fitSignal,
          onStep: reports.step,
          onEpoch: async (metrics) => {
            reports.epoch(metrics);
            run.metrics = trainer.progress.history;
            run.add(metrics.epoch - 1, await trainer.encoderState());
            // Only that device has memory of its own to lose.
            if (engine.device.name === "webgpu") kept.state = await trainer.state();
            await onCheckpoint(run);
          },
        }),
    };
  }
}

/** Of a training that begins. */
function keptOf(config: RunConfig, pictures: ImageDataset, training: ImageDataset, trainer: Trainer): Kept {
  const run = BrowserRun.of(config, pictures);
  const recorder = new MemoryRecorder(training, trainer, config.seed);
  run.recording = recorder;
  return { run, recorder, state: null };
}
