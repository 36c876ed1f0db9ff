import { InputError } from "../../../base/index.ts";
import { columnOf, type Dataset } from "../../../data/index.ts";
import type { PictureVariation } from "../../../modality/image/index.ts";
import { type AlignmentConfig, alignmentParts, type ModelContents } from "../../../runs/index.ts";
import type { Runtime } from "../../../runtime/index.ts";
import {
  type EarlyStop,
  type EpochMetrics,
  type FitOptions,
  Trainer,
  type TrainerOptions,
} from "../../../train/index.ts";
import { inRunFolder } from "../run/inRunFolder.ts";
import type { RunFolder } from "../run/runFolder.ts";
import { VariationThreads } from "../variation/variationThreads.ts";
import type { AlignmentData } from "./alignmentData.ts";
import { type AlignedState, requireOneLength, type SenseTower } from "./senseTower.ts";

export interface TrainAlignmentOptions extends Pick<FitOptions, "onStep" | "onEpoch" | "signal"> {
  readonly config: AlignmentConfig;
  readonly folder: RunFolder;
  readonly runtime: Runtime;
  readonly data: AlignmentData;
  /** In the configuration's order. */
  readonly towers: readonly SenseTower[];
  readonly mode: "new" | "replace" | "resume";
  /** Called as a locked tower embeds its rows. */
  readonly onLocked?: (modality: string, done: number, total: number) => void;
  /** Called when all input has been checked and the folder is ready, before the first step. */
  readonly onBegin?: () => void;
}

export interface TrainAlignmentResult {
  readonly history: readonly EpochMetrics[];
  /** Whether the last epoch was finished, or training stopped early. */
  readonly complete: boolean;
  readonly steps: number;
  readonly earlyStop: EarlyStop | null;
}

/**
 * Trains the towers of several modalities in a run's folder, from the beginning or from where it stopped, as `trainRun` does one of pictures.
 *
 * @throws InputError when the data has changed, towers do not fit together, or the folder holds something else.
 */
export async function trainAlignment(options: TrainAlignmentOptions): Promise<TrainAlignmentResult> {
  const { config, towers, mode, data, signal } = options;
  requireOneLength(towers);
  if (data.fingerprint !== config.data.fingerprint) {
    throw new InputError(
      `${config.data.source} has changed since the run was begun (fingerprint ${data.fingerprint}, was ${config.data.fingerprint}): bring the old data back, or begin a new run`,
    );
  }
  return inRunFolder(options.folder.path, async (folder, lock, progress) => {
    const variation = new VariationThreads();
    let trainer: Trainer | null = null;
    try {
      const resume = mode === "resume" ? await folder.readState() : null;
      if (resume && resume.progress.epoch > config.epochs) {
        throw new InputError(
          `--epochs ${config.epochs} is fewer than the ${resume.progress.epoch} that the run in ${folder.path} has finished: ask for more, or leave it out`,
        );
      }
      trainer = await alignmentTrainer(
        options,
        variation,
        resume ? { resume, resumeName: folder.stateFile } : {},
      );
      const made = trainer;
      await made.prepare();
      if (mode === "resume") await folder.continue(config);
      else {
        await lock.take();
        await folder.begin(config, { force: mode === "replace" });
        progress.begun = true;
      }
      options.onBegin?.();
      const history = await made.fit({
        ...(signal ? { signal } : {}),
        onStep: (report) => {
          progress.steps++;
          lock.requireHeld();
          options.onStep?.(report);
        },
        onEpoch: async (metrics) => {
          const weights = await made.encoderState();
          await folder.writeEpoch(weights, await made.state(), (epoch) =>
            alignedModel(config, towers, weights, epoch),
          );
          await options.onEpoch?.(metrics);
        },
      });
      if (!made.finished) await folder.writeState(await made.state());
      return { history, complete: made.finished, steps: progress.steps, earlyStop: made.earlyStop };
    } finally {
      await trainer?.dispose();
      await variation.dispose();
    }
  });
}

/**
 * A trainer for a configuration's towers and rows; what locked towers make of these is made now.
 *
 * @param variation where pictures are varied
 */
export async function alignmentTrainer(
  options: Pick<TrainAlignmentOptions, "config" | "runtime" | "towers" | "data" | "onLocked" | "signal">,
  variation: PictureVariation,
  start: Pick<TrainerOptions, "resume" | "resumeName"> = {},
): Promise<Trainer> {
  const { config, runtime, towers } = options;
  const trained = towers.map((tower) => tower.trained);
  const { epochs, patience, batchSize, seed } = config;
  return Trainer.create({
    ...{ runtime, epochs, patience, batchSize, seed },
    ...alignmentParts(config, trained, variation),
    ...(await trainedSets(options)),
    ...start,
  });
}

/** The model of an alignment: a tower of each modality. */
export function alignedModel(
  { data: { classes } }: AlignmentConfig,
  towers: readonly SenseTower[],
  state: AlignedState,
  epoch: number | null,
): ModelContents {
  return { towers: towers.map((tower) => tower.model(state)), epoch, classes };
}

/** The rows as the towers are trained on them: of locked ones the embeddings, made once. */
async function trainedSets({
  data,
  towers,
  onLocked,
  signal,
}: Pick<TrainAlignmentOptions, "data" | "towers" | "onLocked" | "signal">) {
  const made = async (dataset: Dataset): Promise<Dataset> => {
    const columns = new Map(dataset.columns);
    for (const { modality, column } of towers) {
      columns.set(
        modality,
        await column(columnOf(dataset, modality), {
          ...(signal ? { signal } : {}),
          onProgress: (done, total) => onLocked?.(modality, done, total),
        }),
      );
    }
    return { ...dataset, columns };
  };
  return { training: await made(data.training), validation: await made(data.validation) };
}
