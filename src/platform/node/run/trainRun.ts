import { InputError, type TensorData } from "../../../base/index.ts";
import {
  datasetsOf,
  fingerprint,
  type ImageDataset,
  requirePictureSize,
  splitValidation,
} from "../../../modality/image/index.ts";
import type { Encoder } from "../../../nn/index.ts";
import {
  configuredParts,
  fittedWeights,
  type Guidance,
  imageModel,
  type RunConfig,
  readWeightsFile,
  usualValidation,
  type Verdict,
  verdictOf,
} from "../../../runs/index.ts";
import type { Runtime } from "../../../runtime/index.ts";
import {
  type EarlyStop,
  type EpochMetrics,
  type FitOptions,
  recordingSize,
  sampleSize,
  Trainer,
} from "../../../train/index.ts";
import { type LoadDatasetOptions, readDataset } from "../datasets/datasets.ts";
import { readFileOrExplain } from "../files/files.ts";
import type { PictureReport } from "../pictures/pictureReport.ts";
import { withTrunk } from "../trunk/trunk.ts";
import { withTrunkFeatures } from "../trunk/trunkFeatures.ts";
import { VariationThreads } from "../variation/variationThreads.ts";
import { inRunFolder, type RunProgress } from "./inRunFolder.ts";
import { RunRecorder } from "./recording.ts";
import { dataOptionsOf } from "./runData.ts";
import { runFigures } from "./runFigures.ts";
import type { RunFolder } from "./runFolder.ts";
import type { RunLock } from "./runLock.ts";

/** The images of a run. */
export interface ConfiguredData {
  readonly training: ImageDataset;
  readonly validation: ImageDataset;
  readonly fingerprint: string;
  /** What there is to say about picture files; null of other data. */
  readonly report?: PictureReport | null;
}

/** What a new run's data is told beside its configuration. */
export interface ConfiguredDataOptions
  extends Pick<
    LoadDatasetOptions,
    "preprocessing" | "strict" | "onPictures" | "onNote" | "outside" | "signal"
  > {
  /**
   * Pictures to keep for validation, or `usual` for as many as suit their number. Default: the configuration's number; of
   * picture files, what suits them.
   */
  readonly validation?: number | "usual";
}

/**
 * The training and validation images that a configuration names.
 *
 * @throws InputError when they are not those that the configuration has the fingerprint of, or so many were to be kept for
 * validation of data that has set some aside itself.
 */
export async function configuredData(
  config: RunConfig,
  options: ConfiguredDataOptions = {},
): Promise<ConfiguredData> {
  const { source, limit, validation: configured, fingerprint: begunWith } = config.data;
  const { validation: named, preprocessing = {}, ...rest } = options;
  const asked = named === "usual" ? undefined : named;
  const { dataset, validation, ownValidation, report } = await readDataset(source, {
    preprocessing,
    ...(asked === undefined ? {} : { validation: asked }),
    ...dataOptionsOf(config, source),
    ...(limit === null ? {} : { limit }),
    ...rest,
  });
  const received = fingerprint(dataset);
  if (begunWith !== null && begunWith !== received) {
    throw new InputError(
      `${source} has changed since the run was begun (fingerprint ${received}, was ${begunWith}): bring the old data back, or begin a new run`,
    );
  }
  if (begunWith === null && ownValidation && asked !== undefined && asked !== validation) {
    const over = report?.passedOver.map(({ path }) => `${path}/`) ?? [];
    const beside = over.length > 0 ? ` (passed over: ${over.slice(0, 3).join(", ")})` : "";
    throw new InputError(
      `${asked} pictures were to be kept for validation, but ${source} has set ${validation} aside itself${beside}: leave --validation out`,
    );
  }
  return {
    ...splitValidation(
      dataset,
      validation ?? asked ?? (named === "usual" ? usualValidation(dataset.count) : configured),
    ),
    fingerprint: received,
    report,
  };
}

export interface TrainRunOptions extends Omit<FitOptions, "record" | "onBatch"> {
  readonly config: RunConfig;
  readonly folder: RunFolder;
  readonly runtime: Runtime;
  readonly data: ConfiguredData;
  readonly mode: "new" | "replace" | "resume";
  /** What was seen of the data and chosen for it, to be kept with a new run. */
  readonly guidance?: Guidance;
  /** Called with pictures that the encoder's trunk has made features of, and how many there are. */
  readonly onFeatures?: (done: number, total: number) => void;
  /** Called with what was done to the weights of `init` so that they fit, in plain words. */
  readonly onInit?: (notes: readonly string[]) => void;
  /** Called with what the user should know and nothing fails by. Default: a warning of the process. */
  readonly onNote?: (text: string) => void;
  /** Called when all input has been checked and the folder is ready, before the first step. */
  readonly onBegin?: () => void;
  /**
   * Lets someone look on; called once, before the first step. The recorder that it returns takes the place of the run's
   * own (null where none is asked for), to which it must hand on what that one is due.
   */
  readonly watch?: (trainer: Trainer, recorder: RunRecorder | null) => RunWatch;
}

/** What looks on while a run trains. */
export type RunWatch = Pick<FitOptions, "record" | "onBatch">;

export interface TrainRunResult {
  readonly history: readonly EpochMetrics[];
  /** Whether the last epoch was finished, or training stopped early. */
  readonly complete: boolean;
  /** Steps of this call; none where a run was over before. */
  readonly steps: number;
  /** Why it ended before its last epoch; null where it did not. */
  readonly earlyStop: EarlyStop | null;
  /** What the training came to; null where it is not over, or nothing can tell. */
  readonly verdict: Verdict | null;
  /** Seconds of this call spent recording embeddings, which the epochs' seconds do not contain. */
  readonly recordingSeconds: number;
}

/**
 * Trains a run in its folder, from the beginning or from where it stopped. All input is checked before the folder
 * is touched, a new run that fails before its first step leaves nothing there, and a stop by the signal saves the state in
 * the middle of the epoch. Only one process at a time can train a run, see `RunLock`.
 */
export async function trainRun(options: TrainRunOptions): Promise<TrainRunResult> {
  return inRunFolder(options.folder.path, (folder, lock, progress) =>
    trainLocked({ ...options, folder, beforeWrite: () => lock.requireHeld() }, lock, progress),
  );
}

/** What trains under a lock, and is asked whether it still may before each write. */
interface LockedOptions extends TrainRunOptions {
  readonly beforeWrite: () => void;
}

async function trainLocked(
  options: LockedOptions,
  lock: RunLock,
  progress: RunProgress,
): Promise<TrainRunResult> {
  const { config, folder, runtime, mode } = options;
  const variation = new VariationThreads();
  const { encoder: configured, ...parts } = configuredParts(config, variation);
  // Where a run is replaced, its folder holds another's encoder.
  const encoder = await withTrunk(
    configured,
    config.towers.image,
    mode === "resume" ? folder.path : undefined,
  );
  const data = await dataWithFeatures(encoder, options);
  const resume = mode === "resume" ? await folder.readState() : null;
  if (resume && resume.progress.epoch > config.epochs) {
    throw new InputError(
      `--epochs ${config.epochs} is fewer than the ${resume.progress.epoch} that the run in ${folder.path} has finished: ask for more, or leave it out`,
    );
  }
  const initial = config.init !== null && !resume ? await initialWeights(encoder, options) : undefined;
  const trainer = await Trainer.create({
    runtime,
    ...parts,
    ...datasetsOf(data),
    epochs: config.epochs,
    patience: config.patience,
    batchSize: config.batchSize,
    seed: config.seed,
    ...(initial ? { initial } : {}),
    ...(resume ? { resume, resumeName: folder.stateFile } : {}),
  });
  try {
    const openRecorder = async (): Promise<RunRecorder | null> =>
      config.record ? runRecorder({ ...options, data }, trainer, encoder.dim) : null;
    const figures = await runFigures({
      ...{ config, training: data.training, guidance: options.guidance },
      pictures: { ...options.data, source: config.data.source },
      onNote: options.onNote ?? ((text) => process.emitWarning(text)),
    });
    await trainer.prepare();
    let recorder: RunRecorder | null;
    if (mode === "resume") {
      // Refuses a recording that it cannot go on with before anything is written.
      recorder = await openRecorder();
      await folder.continue(config);
    } else {
      await lock.take();
      await folder.begin(config, { force: mode === "replace" });
      progress.begun = true;
      if (options.guidance) await folder.writeGuidance(options.guidance);
      if (data.report && data.report.skipped.length > 0) await folder.writeSkipped(data.report.skipped);
      recorder = await openRecorder();
    }
    options.onBegin?.();
    for (const [name, png] of figures) await folder.writeFigure(name, png);
    const watch = options.watch?.(trainer, recorder);
    const history = await trainer.fit({
      ...options,
      ...(recorder ? { record: recorder } : {}),
      ...watch,
      onStep: (report) => {
        progress.steps++;
        // Long before the epoch ends, whose work would be lost.
        lock.requireHeld();
        options.onStep?.(report);
      },
      onEpoch: async (metrics) => {
        // Before the state, so that a resumed run finds every snapshot from before it.
        await recorder?.flush();
        const weights = await trainer.encoderState();
        // With its trunk it is large, so that it is written once, after the last epoch.
        const modelOf = encoder.trunk ? null : (epoch: number) => imageModel(encoder, config, weights, epoch);
        await folder.writeEpoch(weights, await trainer.state(), modelOf);
        await options.onEpoch?.(metrics);
      },
    });
    await recorder?.flush();
    const complete = trainer.finished;
    if (!complete) await folder.writeState(await trainer.state());
    if (encoder.trunk) {
      const { weights, epoch } = await chosenWeights(folder, trainer);
      await folder.writeModel(imageModel(encoder, config, weights, epoch));
    }
    const { earlyStop, recordingSeconds } = trainer;
    const verdict = complete ? await writeVerdict(encoder, { ...options, data }, trainer) : null;
    return { history, complete, steps: progress.steps, earlyStop, verdict, recordingSeconds };
  } finally {
    await trainer.dispose();
    await variation.dispose();
  }
}

/** The weights of the best epoch where one is told, else as they are now; with their epoch, counted from 0, or null within one. */
async function chosenWeights(
  folder: RunFolder,
  trainer: Trainer,
): Promise<{ readonly weights: ReadonlyMap<string, TensorData>; readonly epoch: number | null }> {
  if (trainer.progress.history.at(-1)?.best != null) return folder.readWeights();
  const { epoch, batch } = trainer.progress;
  // In the middle of an epoch they are those of no checkpoint.
  return { weights: await trainer.encoderState(), epoch: batch === 0 && epoch > 0 ? epoch - 1 : null };
}

async function writeVerdict(
  encoder: Encoder,
  { config, folder, runtime, data: { training, validation } }: TrainRunOptions,
  trainer: Trainer,
): Promise<Verdict | null> {
  const last = trainer.progress.history.at(-1)!;
  const { weights } = await chosenWeights(folder, trainer);
  const verdict = await verdictOf({
    ...{ runtime, encoder, config, training, validation, weights },
    ...{ epoch: last.best ?? last.epoch, epochs: last.epoch },
  });
  if (verdict) await folder.writeVerdict(verdict);
  return verdict;
}

/** The pictures, and what the encoder's trunk makes of them where it has one. */
async function dataWithFeatures(
  encoder: Encoder,
  { data, signal, onFeatures }: TrainRunOptions,
): Promise<ConfiguredData> {
  if (!encoder.trunk) return data;
  const { training, validation } = data;
  for (const part of [training, validation]) requirePictureSize(part, encoder.inputShape);
  const total = training.count + validation.count;
  const made = (part: ImageDataset, before: number): Promise<ImageDataset> =>
    withTrunkFeatures(encoder, part, {
      ...(signal ? { signal } : {}),
      onProgress: (done) => onFeatures?.(before + done, total),
    });
  return { ...data, training: await made(training, 0), validation: await made(validation, training.count) };
}

function runRecorder(
  { config, folder, data, watch, beforeWrite }: LockedOptions,
  { batches, rowsPerStep, progress }: Trainer,
  dim: number,
): Promise<RunRecorder> {
  const { seed, epochs } = config;
  const path = folder.recordingPath;
  // Who looks on embeds the sample far more often than the recording does: then it costs nothing to have all of it.
  const size = watch ? sampleSize : recordingSize(epochs * batches * rowsPerStep);
  return RunRecorder.open(
    { path, training: data.training, rowsPerStep, batches, dim, seed, size, beforeWrite },
    progress.step,
  );
}

/** The weights that a run begins with, of its `init`. */
async function initialWeights(
  encoder: Encoder,
  { config, onInit }: TrainRunOptions,
): Promise<Map<string, TensorData>> {
  const file = config.init!;
  const expected = new Map(encoder.state.map((spec) => [spec.name, spec]));
  const read = readWeightsFile(await readFileOrExplain(file), file);
  const { weights, notes } = fittedWeights(expected, read, file);
  onInit?.(notes);
  return weights;
}
