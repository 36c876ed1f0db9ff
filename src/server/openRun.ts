import { existsSync } from "node:fs";
import { join } from "node:path";
import { datasetOf, fingerprint, ImageColumn } from "../modality/image/index.ts";
import { readPlotInput } from "../platform/node/figures/plotInput.ts";
import { readTextOrExplain } from "../platform/node/files/files.ts";
import { parseRecordingIndex } from "../platform/node/run/recordingIndex.ts";
import { readRunEncoder } from "../platform/node/run/runEncoder.ts";
import { RunFolder } from "../platform/node/run/runFolder.ts";
import { withTrunkFeatures } from "../platform/node/trunk/trunkFeatures.ts";
import { describedTower, imageModel } from "../runs/index.ts";
import type { Runtime } from "../runtime/index.ts";
import {
  labelsTell,
  longestShown,
  type RunProgress,
  runInfo,
  type ShownRows,
  shownModalities,
  shownRows,
} from "../workspace/index.ts";
import { openAlignmentRun } from "./openAlignmentRun.ts";
import { type OpenRun, type PictureRun, runName, type Split } from "./openedRun.ts";
import type { OpenIndex } from "./openIndex.ts";

export interface OpenRunOptions {
  readonly runtime: () => Promise<Runtime>;
  /** Pictures that a run of pictures shows. Default `train`. */
  readonly split?: Split | undefined;
  /** The same run as it was read before, whose pictures need not be read again. */
  readonly known?: OpenRun | null;
  /** What may be searched in place of what it shows. */
  readonly index?: OpenIndex | null;
  /** Whether a table may name files out of its folder. Default false. */
  readonly outside?: boolean;
}

/**
 * Reads a run; null where no epoch of it has been finished.
 *
 * @throws InputError when the folder holds no run, or its data cannot be read.
 */
export async function openRun(path: string, options: OpenRunOptions): Promise<OpenRun | null> {
  const folder = new RunFolder(path);
  const alignment = await folder.readAlignment();
  const checkpoints = await folder.checkpointEpochs();
  if (checkpoints.length === 0) return alignment ? null : requireConfig(folder);
  const progress = async (shown: ShownRows): Promise<RunProgress> => ({
    name: runName(path),
    checkpoints,
    metrics: await folder.readMetrics(),
    count: shown.count,
    modalities: shownModalities(shown, longestShown),
    labelled: labelsTell(shown),
    classes: [...new Set(shown.labels)].sort((a, b) => a - b),
    classNames: shown.classes,
    index: (await options.index?.choiceFor(path, checkpoints)) ?? null,
    snapshots: await snapshotCount(path),
  });
  return alignment
    ? openAlignmentRun(folder, alignment, { ...options, progress })
    : openPictureRun(folder, { ...options, progress });
}

/** A folder that holds no run is not one without a finished epoch. */
async function requireConfig(folder: RunFolder): Promise<null> {
  await folder.readConfig();
  return null;
}

async function openPictureRun(
  folder: RunFolder,
  {
    split = "train",
    known = null,
    outside = false,
    progress,
  }: OpenRunOptions & { readonly progress: (shown: ShownRows) => Promise<RunProgress> },
): Promise<OpenRun> {
  const config = await folder.readConfig();
  const before =
    known?.pictures && JSON.stringify(known.pictures.config.data) === JSON.stringify(config.data)
      ? { dataset: known.pictures.dataset, shown: known.shown, fingerprint: known.fingerprint }
      : null;
  const dataset = before?.dataset ?? (await runPictures(folder, config, split, outside));
  const shown = before?.shown ?? shownRows(datasetOf(dataset));
  return {
    ...{ folder, shown, part: split, pictures: { config, dataset } },
    fingerprint: before?.fingerprint ?? fingerprint(dataset),
    info: runInfo(config, await progress(shown)),
    towers: async (checkpoint, options) => {
      const { encoder, weights } = await readRunEncoder(folder, config, checkpoint);
      const column = new ImageColumn(await withTrunkFeatures(encoder, dataset, options));
      return [{ tower: encoder, weights, column }];
    },
    imageModel: async (checkpoint) => {
      const kept = await folder.readImageModel(checkpoint);
      if (kept) return kept.onnx;
      const { encoder, weights } = await readRunEncoder(folder, config, checkpoint);
      const model = imageModel(encoder, config, weights, checkpoint);
      return (await describedTower(model.towers[0], model)).onnx;
    },
  };
}

async function runPictures(
  folder: RunFolder,
  config: PictureRun["config"],
  split: Split,
  outside: boolean,
): Promise<PictureRun["dataset"]> {
  const { dataset } = await readPlotInput(folder, config, { run: folder.path, split, outside });
  return dataset;
}

async function snapshotCount(path: string): Promise<number> {
  const file = join(path, "recording", "index.json");
  if (!existsSync(file)) return 0;
  const { snapshots } = parseRecordingIndex(await readTextOrExplain(file), file);
  return snapshots.length;
}
