import { InputError, KindredError, type TensorData } from "../base/index.ts";
import { type Column, columnOf, presentRows, requirePorts } from "../data/index.ts";
import type { Schedule } from "../optim/index.ts";
import type { Program, Runtime, Store, Values } from "../runtime/index.ts";
import { bestEpoch, type EarlyStop, epochsWaited, firstCounted, requirePatience } from "./earlyStopping.ts";
import { Embedder, type EmbedOptions } from "./embed.ts";
import { trainingGraph } from "./graphs.ts";
import type { EpochMetrics } from "./metrics.ts";
import { Rate } from "./rate.ts";
import type { Recorder } from "./recording.ts";
import {
  type BatchSources,
  batchSizesOf,
  type MakeSources,
  type TrainingBatch,
  type TrainingData,
} from "./source.ts";
import { type Start, startingState, towersState } from "./startingState.ts";
import { randomFeeds, scalarFeeds } from "./steps.ts";
import type { TaskMetrics } from "./task.ts";
import type { TrainingProgress, TrainingState } from "./trainingState.ts";
import { nearestNeighbourAccuracy, referenceRows, type ValidationAccuracy } from "./validationAccuracy.ts";
import { ValidationLoss } from "./validationLoss.ts";

/** Steps handed to the runtime ahead of the one whose loss is awaited, so that it never waits for a batch. */
const stepsInFlight = 2;

export interface TrainerOptions
  extends TrainingData,
    Pick<Start, "task" | "optimizer" | "initial" | "resume" | "resumeName"> {
  readonly runtime: Runtime;
  readonly schedule: Schedule;
  /** What the task's batches are made by. Default: the task's own. */
  readonly sources?: MakeSources;
  /** Passes over the training rows, at most. */
  readonly epochs: number;
  /**
   * Epochs without a better one (see `bestEpoch`) after which training stops, counted from where the schedule can show what
   * it has (see `firstCounted`). Default 0: it does not, and the MAP@R of the validation rows is not taken.
   */
  readonly patience?: number;
  /** Pairs or rows in a step. Default 64. */
  readonly batchSize?: number;
  /** Seed of everything random. Default 1. */
  readonly seed?: number;
}

/** Where training is, after a step. */
export interface StepReport {
  readonly epoch: number;
  /** Batches finished in the epoch, and in all of it. */
  readonly batch: number;
  readonly batches: number;
  /** Mean loss of the epoch so far. */
  readonly loss: number;
  /** Of `unit`. */
  readonly perSecond: number;
  /** What is counted, see `BatchSource`. */
  readonly unit: string;
  /** Seconds until the run's last step, at the rate so far. */
  readonly secondsLeft: number;
}

export interface FitOptions {
  readonly onStep?: (report: StepReport) => void;
  /** Called after each epoch, before the next begins; training waits for it. */
  readonly onEpoch?: (metrics: EpochMetrics) => void | Promise<void>;
  /** Takes snapshots of a sample's embeddings on the way; training itself stays the same, bit for bit. */
  readonly record?: Recorder;
  /**
   * Called with each batch right before it is trained on; `step` counts from 1. What is wanted of its feeds must be
   * copied at once: they are given away. Its step has ended by the next snapshot.
   */
  readonly onBatch?: (step: number, batch: TrainingBatch) => void;
  /** Stops after the steps under way; the state then holds all that was done. */
  readonly signal?: AbortSignal;
}

type Settled = Required<Omit<TrainerOptions, keyof Start | "sources">> &
  Omit<Start, "initial" | "resume" | "resumeName">;

/** Trains a task on batches of a source; makes its runtime's programs once and keeps all state in one store. */
export class Trainer {
  readonly #options: Settled;
  readonly #store: Store;
  readonly #sources: BatchSources;
  /** By modality; that of the task's first tower comes first. */
  readonly #embedders: ReadonlyMap<string, Embedder>;
  readonly #steps = new Map<number, { graph: ReturnType<typeof trainingGraph>; program: Program }>();
  /** Null where there is nothing that it could be taken on. */
  readonly #validationLoss: ValidationLoss | null;
  /** Training rows that neighbours of the validation rows are looked for among; null until they are needed. */
  #references: Uint32Array | null = null;
  #progress: TrainingProgress;
  #recordingSeconds = 0;

  private constructor(
    options: Settled,
    sources: BatchSources,
    store: Store,
    embedders: ReadonlyMap<string, Embedder>,
    progress: TrainingProgress,
  ) {
    this.#options = options;
    this.#store = store;
    this.#sources = sources;
    const { runtime, task } = options;
    this.#validationLoss = sources.validation ? new ValidationLoss(runtime, task, sources.validation) : null;
    this.#embedders = embedders;
    this.#progress = progress;
  }

  /**
   * @throws InputError when the data does not give what the towers take, when no batches can be drawn, when there is
   * patience but nothing to validate by, or when the initial or resumed tensors do not fit the task.
   */
  static async create(given: TrainerOptions): Promise<Trainer> {
    const { sources: make = given.task.sources, batchSize = 64, seed = 1, patience = 0, ...rest } = given;
    const options = { ...rest, batchSize, seed, patience };
    const { task, runtime, training, validation } = options;
    requirePatience(patience, validation);
    for (const { modality, ports } of task.towers.values()) {
      requirePorts(columnOf(training, modality), ports);
    }
    if (!(Number.isInteger(batchSize) && batchSize >= 2)) {
      throw new InputError(`batch size ${batchSize} cannot be used, expected an integer of 2 or more`);
    }
    const sources = make({ training, validation }, { batchSize, seed });
    const values = startingState({ ...given, seed });
    const progress: TrainingProgress = given.resume?.progress ?? {
      epoch: 0,
      batch: 0,
      step: 0,
      lossSum: 0,
      seconds: 0,
      seed,
      history: [],
    };
    const store = await runtime.createStore(values);
    const embedders = new Map<string, Embedder>();
    for (const [modality, tower] of task.towers) {
      embedders.set(modality, await Embedder.create(runtime, tower));
    }
    return new Trainer(options, sources, store, embedders, progress);
  }

  get progress(): TrainingProgress {
    return this.#progress;
  }

  /**
   * `[count, dim]`: rows embedded by the tower of their modality, as it is now; no step must be under way.
   *
   * @throws InputError when the task has no such tower, or the column does not give what it takes.
   */
  async embed(column: Column, options: EmbedOptions = {}): Promise<Float32Array> {
    const embedder = this.#embedders.get(column.modality);
    if (embedder) return embedder.embed(column, this.#store, options);
    const known = [...this.#embedders.keys()].join(", ");
    throw new InputError(
      `${column.name} is of modality ${column.modality}, and the task has towers of ${known}: give one of these`,
    );
  }

  /** Seconds spent on snapshots, which no rate and no epoch's seconds contain. */
  get recordingSeconds(): number {
    return this.#recordingSeconds;
  }

  /** Batches of an epoch. */
  get batches(): number {
    return this.#sources.training.batchCount;
  }

  /** Rows that the towers see in a step. */
  get rowsPerStep(): number {
    const { batchSize, encoded } = this.#sources.training;
    return batchSize * encoded;
  }

  /** A copy of everything that a later run needs to go on from here. */
  async state(): Promise<TrainingState> {
    return { tensors: await this.#store.read(), progress: this.#progress };
  }

  /** The towers' state alone, without optimizer slots and what else the task trains. */
  async encoderState(): Promise<Map<string, TensorData>> {
    return this.#store.read(towersState(this.#options.task).map(({ name }) => name));
  }

  /** Whether the last epoch is done, or no better one has come for as many as there is patience for. */
  get finished(): boolean {
    return this.#progress.epoch >= this.#options.epochs || this.earlyStop !== null;
  }

  /** Why training ends before its last epoch; null where it does not. */
  get earlyStop(): EarlyStop | null {
    const { epochs, patience, schedule } = this.#options;
    const { epoch, history } = this.#progress;
    if (patience === 0 || epoch >= epochs) return null;
    const from = firstCounted(schedule, epochs, this.batches);
    return epochsWaited(history, from) >= patience ? { epoch, of: epochs, patience, from } : null;
  }

  /** Compiles the steps, which {@link fit} does otherwise: what cannot be computed fails here, before anything is trained. */
  async prepare(): Promise<void> {
    const { optimizer, runtime, task } = this.#options;
    for (const size of batchSizesOf(this.#sources.training)) {
      if (this.#steps.has(size)) continue;
      const graph = trainingGraph(task, optimizer, size);
      this.#steps.set(size, { graph, program: await runtime.compile(graph) });
    }
  }

  /** Trains until it is finished, or until the signal; returns the metrics of all epochs so far. */
  async fit(fit: FitOptions = {}): Promise<readonly EpochMetrics[]> {
    while (!this.finished && !fit.signal?.aborted) {
      await this.#trainEpoch(fit);
      if (this.#progress.batch < this.batches) break;
      const metrics = await this.#finishEpoch();
      await fit.onEpoch?.(metrics);
    }
    // Due or not, a film should end where the training does.
    if (fit.record && this.finished) await this.#record(fit.record);
    return this.#progress.history;
  }

  async dispose(): Promise<void> {
    for (const { program } of this.#steps.values()) await program.dispose();
    await this.#validationLoss?.dispose();
    for (const embedder of this.#embedders.values()) await embedder.dispose();
    await this.#store.dispose();
  }

  async #trainEpoch({ onStep, onBatch, signal, record }: FitOptions): Promise<void> {
    const { seed, optimizer } = this.#options;
    const { epoch, batch: startBatch } = this.#progress;
    const source = this.#sources.training;
    // Compiling is no part of the rate that is reported.
    await this.prepare();
    const rate = new Rate(this.#progress.seconds);
    const inFlight: { readonly size: number; readonly result: Promise<Values> }[] = [];
    const settle = async (): Promise<void> => {
      const { size, result } = inFlight.shift()!;
      const loss = lossOf(await result, this.#progress.step + 1);
      const { lossSum, batch, step } = this.#progress;
      rate.add(size);
      const next = {
        lossSum: lossSum + loss * size,
        batch: batch + 1,
        step: step + 1,
        seconds: rate.seconds,
      };
      this.#progress = { ...this.#progress, ...next };
      onStep?.(this.#report(rate, next));
    };
    let step = this.#progress.step;
    try {
      for await (const batch of source.batches(epoch, startBatch)) {
        if (signal?.aborted) break;
        if (record?.due(step)) {
          while (inFlight.length > 0) await settle();
          rate.leaveOut(await this.#record(record));
        }
        const { graph, program } = this.#steps.get(batch.size)!;
        const feeds = {
          ...batch.feeds,
          ...randomFeeds(graph, seed, step),
          ...scalarFeeds(graph, optimizer, step + 1, this.#learningRate(step)),
        };
        onBatch?.(step + 1, batch);
        const result = program.run(feeds, { store: this.#store, transfer: true });
        // Its failure is met where it is awaited; until then it must not count as unhandled.
        result.catch(() => undefined);
        inFlight.push({ size: batch.size, result });
        step++;
        if (inFlight.length >= stepsInFlight) await settle();
      }
    } finally {
      while (inFlight.length > 0) await settle();
    }
  }

  /** A snapshot of the state as it is, no step being under way; returns the seconds that it took. */
  async #record(record: Recorder): Promise<number> {
    const begin = performance.now();
    const { epoch, batch, step, lossSum, history } = this.#progress;
    const { count } = this.#sources.training;
    const embedPresent = (column: Column): Promise<Float32Array> => {
      const rows = presentRows(column);
      return this.embed(column, rows ? { rows } : {});
    };
    const embeddings = await embedPresent(record.sample);
    const others = new Map<string, Float32Array>();
    for (const column of record.others ?? []) others.set(column.modality, await embedPresent(column));
    await record.take({
      step,
      epoch: epoch + batch / this.batches,
      pairs: epoch * count + this.#examplesIn(batch),
      lossSum: history.reduce((sum, { trainLoss }) => sum + trainLoss * count, 0) + lossSum,
      embeddings,
      ...(record.others ? { others } : {}),
      seconds: (performance.now() - begin) / 1000,
    });
    const seconds = (performance.now() - begin) / 1000;
    this.#recordingSeconds += seconds;
    return seconds;
  }

  /** Pairs or rows in so many batches of an epoch. */
  #examplesIn(batches: number): number {
    const { count, batchSize } = this.#sources.training;
    return Math.min(batches * batchSize, count);
  }

  #learningRate(step: number): number {
    const { schedule, epochs } = this.#options;
    return schedule.at({ epoch: this.#progress.epoch, step, totalSteps: epochs * this.batches });
  }

  #report(rate: Rate, { lossSum, batch }: { lossSum: number; batch: number }): StepReport {
    const { count, unit } = this.#sources.training;
    const { epoch } = this.#progress;
    const done = this.#examplesIn(batch);
    const left = (this.#options.epochs - epoch) * count - done;
    return {
      epoch: epoch + 1,
      batch,
      batches: this.batches,
      loss: lossSum / done,
      perSecond: rate.perSecond,
      unit,
      secondsLeft: left / rate.perSecond,
    };
  }

  async #finishEpoch(): Promise<EpochMetrics> {
    const { epoch, lossSum, seconds, step, history } = this.#progress;
    const { count, unit } = this.#sources.training;
    const accuracy = await this.#validationAccuracy();
    const compared = {
      epoch: epoch + 1,
      valLoss: (await this.#validationLoss?.of(this.#store)) ?? null,
      mapAtR: accuracy?.mapAtR ?? null,
      ...(await this.#taskMetrics()),
    };
    const metrics: EpochMetrics = {
      ...compared,
      trainLoss: lossSum / count,
      lr: this.#learningRate(step - 1),
      knn1: accuracy?.knn1 ?? null,
      knnReferences: accuracy?.references ?? 0,
      best: this.#options.patience > 0 ? bestEpoch([...history, compared]) : null,
      seconds,
      perSecond: count / seconds,
      unit,
    };
    this.#progress = {
      ...this.#progress,
      epoch: epoch + 1,
      batch: 0,
      lossSum: 0,
      seconds: 0,
      history: [...history, metrics],
    };
    return metrics;
  }

  async #validationAccuracy(): Promise<ValidationAccuracy | null> {
    const { task, training, validation, patience, seed } = this.#options;
    if (task.measure || validation.count === 0 || validation.labelled === false) return null;
    const [embedder] = this.#embedders.values();
    const known = columnOf(training, embedder!.tower.modality);
    this.#references ??= referenceRows(training.labels, seed, presentRows(known));
    const data = { training, validation };
    return nearestNeighbourAccuracy(embedder!, this.#store, data, this.#references, patience > 0);
  }

  async #taskMetrics(): Promise<TaskMetrics> {
    const { task, training, validation, seed } = this.#options;
    const { measure } = task;
    if (!measure) return {};
    return measure({
      ...{ training, validation, seed },
      embed: (column, options) => this.embed(column, options),
      read: (names) => this.#store.read(names),
    });
  }
}

function lossOf(values: Values, step: number): number {
  const loss = Number(values.loss!.data[0]);
  if (Number.isFinite(loss)) return loss;
  throw new KindredError(`the loss became ${loss} at step ${step}: lower the learning rate (--lr)`);
}
