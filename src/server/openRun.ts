import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import type { Preview } from "../data/index.ts";
import { datasetOf, fingerprint, type ImageDataset } from "../modality/image/index.ts";
import type { DatasetSplit } from "../platform/node/datasets/datasets.ts";
import { readPlotInput } from "../platform/node/figures/plotInput.ts";
import { readTextOrExplain } from "../platform/node/files/files.ts";
import { parseRecordingIndex } from "../platform/node/run/recordingIndex.ts";
import { RunFolder } from "../platform/node/run/runFolder.ts";
import type { RunConfig } from "../runs/index.ts";
import {
  defaultCheckpoint,
  labelsTell,
  longestShown,
  type RunInfo,
  runInfo,
  type ShownRows,
  shownModalities,
  shownRows,
} from "../workspace/index.ts";
import type { OpenIndex } from "./openIndex.ts";
import { Problem, type RunNames } from "./problem.ts";

export type Split = DatasetSplit | "all";

/** What is asked of a run's tower that the page cannot embed itself. */
export interface TowerQuestion {
  readonly modality: string;
  readonly checkpoint: number;
  /** Text in UTF-8, or a file. */
  readonly content: Uint8Array;
  /** As the page says, such as `text/plain` or `audio/wav`; empty for an unknown one. */
  readonly mediaType: string;
}

/** Where a tower puts what was asked. */
export interface TowerAnswer {
  readonly embedding: Float32Array;
  /** What the tower took, to be shown; null for nothing. */
  readonly preview: Preview | null;
  /** What was left out of it, one line; null for nothing. */
  readonly note: string | null;
}

/** A run that is looked at: what there is of it now, and what its space shows. */
export interface OpenRun {
  readonly folder: RunFolder;
  readonly config: RunConfig;
  readonly info: RunInfo;
  readonly pictures: ImageDataset;
  readonly shown: ShownRows;
  /** Left out of a run whose towers take pictures alone, which the page embeds itself. */
  readonly embedQuery?: (question: TowerQuestion, signal: AbortSignal) => Promise<TowerAnswer>;
  readonly fingerprint: string;
}

/**
 * Reads a run; null where no epoch of it has been finished.
 *
 * @param index what may be searched in place of its pictures
 * @param outside whether a table may name pictures out of its folder. Default false
 * @param known the same run as it was read before, whose pictures need not be read again
 * @throws InputError when the folder holds no run, or its pictures cannot be read.
 */
export async function openRun(
  path: string,
  split: Split,
  known: OpenRun | null,
  index: OpenIndex | null,
  outside = false,
): Promise<OpenRun | null> {
  const folder = new RunFolder(path);
  const config = await folder.readConfig();
  const checkpoints = await folder.checkpointEpochs();
  if (checkpoints.length === 0) return null;
  const same = known !== null && JSON.stringify(known.config.data) === JSON.stringify(config.data);
  const pictures = same ? known.pictures : await runPictures(folder, config, split, outside);
  const shown = same ? known.shown : shownRows(datasetOf(pictures));
  const { count, labels, classes } = shown;
  return {
    folder,
    config,
    pictures,
    shown,
    fingerprint: same ? known.fingerprint : fingerprint(pictures),
    info: runInfo(config, {
      name: runName(path),
      checkpoints,
      metrics: await folder.readMetrics(),
      count,
      modalities: shownModalities(shown, longestShown),
      labelled: labelsTell(shown),
      classes: [...new Set(labels)].sort((a, b) => a - b),
      classNames: classes,
      index: (await index?.choiceFor(path, checkpoints)) ?? null,
      snapshots: await snapshotCount(path),
    }),
  };
}

/** How a run's folder is called in messages. */
export function namesOf({ folder, info }: OpenRun): RunNames {
  return { path: folder.path, name: info.name };
}

/** The name of a run's folder. */
export function runName(path: string): string {
  return basename(path.replace(/[/\\]+$/, "")) || path;
}

async function runPictures(
  folder: RunFolder,
  config: RunConfig,
  split: Split,
  outside: boolean,
): Promise<ImageDataset> {
  const { dataset } = await readPlotInput(folder, config, { run: folder.path, split, outside });
  return dataset;
}

/** The checkpoint asked for, or the run's default. */
export function checkpointIn({ info }: OpenRun, checkpoint: number | null): number {
  const { checkpoints } = info;
  if (checkpoint === null) return defaultCheckpoint(info)!;
  if (checkpoints.includes(checkpoint)) return checkpoint;
  throw new Problem(
    404,
    `checkpoint: received ${checkpoint}, expected one that there is: ${checkpoints.join(", ")}`,
  );
}

async function snapshotCount(path: string): Promise<number> {
  const file = join(path, "recording", "index.json");
  if (!existsSync(file)) return 0;
  const { snapshots } = parseRecordingIndex(await readTextOrExplain(file), file);
  return snapshots.length;
}
