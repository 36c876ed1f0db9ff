import { join } from "node:path";
import { InputError, printable } from "../base/index.ts";
import type { RunFolder } from "../platform/node/run/runFolder.ts";
import { trainRun } from "../platform/node/run/trainRun.ts";
import type { RunConfig } from "../runs/index.ts";
import type { Runtime } from "../runtime/index.ts";
import type { TrainingHost, TrainingOutcome, TrainingReports, TrainRequest } from "../workspace/index.ts";
import type { Events } from "./events.ts";
import { runName } from "./openedRun.ts";
import { Problem, reasonOf } from "./problem.ts";
import { planTraining, resumePlan } from "./trainingPlan.ts";

export interface FolderTrainingOptions {
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
  readonly onBegin: () => void;
  readonly onEnd: () => Promise<void>;
}

/**
 * Trains in a run's folder. A pause saves the state there, and going on resumes from it, which is the same run bit for
 * bit; so a pause holds no memory, and nothing is lost when the server ends during one.
 */
export class FolderTraining implements TrainingHost {
  readonly prepared = false;
  readonly onBegin: () => void;
  readonly onEnd: () => Promise<void>;
  readonly publish: TrainingHost["publish"];
  readonly #options: FolderTrainingOptions;
  #folder: RunFolder | null = null;

  constructor(options: FolderTrainingOptions) {
    this.#options = options;
    this.onBegin = options.onBegin;
    this.onEnd = options.onEnd;
    this.publish = (head, arrays) => options.events.publish(head, arrays);
  }

  /** The folder of the training under way or last; null before its first step. */
  get folder(): RunFolder | null {
    return this.#folder;
  }

  refusal(reason: string): Problem {
    return new Problem(409, reason);
  }

  accept(): void {
    this.#folder = null;
  }

  async train(
    request: TrainRequest,
    reports: TrainingReports,
    signal: AbortSignal,
  ): Promise<TrainingOutcome | null> {
    const { runtime, runs, config: open, outside, onCheckpoint } = this.#options;
    const begun = this.#folder;
    const { config, guidance, data, folder } = begun
      ? await resumePlan(begun, signal, outside)
      : await planTraining(request, runs, open(), signal, outside);
    const engine = await runtime();
    if (signal.aborted) return null;
    const { complete, verdict, earlyStop } = await trainRun({
      config,
      ...(guidance ? { guidance } : {}),
      folder,
      runtime: engine,
      data,
      mode: begun ? "resume" : "new",
      signal,
      onNote: (text) => process.stderr.write(`${printable(text)}\n`),
      onBegin: () => {
        this.#folder = folder;
      },
      watch: (trainer, recorder) => reports.watch({ trainer, training: data.training, config, recorder }),
      onStep: reports.step,
      onEpoch: async (metrics) => {
        reports.epoch(metrics);
        await onCheckpoint(folder);
      },
    });
    return complete ? { verdict, earlyStop } : null;
  }

  reasonOf(error: unknown): string {
    const path = this.#folder?.path ?? join(this.#options.runs, "explorer");
    const reason = reasonOf(error, { path, name: runName(path) });
    // The state that was saved last is there; what a person reads is why it goes no further.
    return error instanceof InputError ? reason : `the training failed: ${reason}`;
  }
}
