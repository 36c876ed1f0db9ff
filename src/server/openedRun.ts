import { basename } from "node:path";
import type { Preview } from "../data/index.ts";
import type { ImageDataset } from "../modality/image/index.ts";
import type { DatasetSplit } from "../platform/node/datasets/datasets.ts";
import type { RunFolder } from "../platform/node/run/runFolder.ts";
import type { RunConfig } from "../runs/index.ts";
import {
  type CheckpointTower,
  defaultCheckpoint,
  type EmbedOptions,
  type RunInfo,
  type ShownRows,
} from "../workspace/index.ts";
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

/** A run of pictures alone. */
export interface PictureRun {
  readonly config: RunConfig;
  /** Those that its space shows. */
  readonly dataset: ImageDataset;
}

/** A run that is looked at: what there is of it now, and what its space shows. */
export interface OpenRun {
  readonly folder: RunFolder;
  readonly info: RunInfo;
  readonly shown: ShownRows;
  /** Of which part of the data that is, such as `train`. */
  readonly part: string;
  /** Names what is shown, and what of its towers is in no checkpoint. */
  readonly fingerprint: string;
  /** Null for a run of several modalities. */
  readonly pictures: PictureRun | null;
  /** What embeds at a checkpoint, and all that is shown as that takes it, in the order of the rows. */
  towers(checkpoint: number, options: EmbedOptions): Promise<readonly CheckpointTower[]>;
  /** The ONNX model of its tower of pictures, by which the page embeds them. @throws Problem 409 where it has none. */
  imageModel(checkpoint: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Left out of a run whose towers take pictures alone, which the page embeds itself. */
  readonly embedQuery?: (question: TowerQuestion, signal: AbortSignal) => Promise<TowerAnswer>;
}

/** How a run's folder is called in messages. */
export function namesOf({ folder, info }: OpenRun): RunNames {
  return { path: folder.path, name: info.name };
}

/** The name of a run's folder. */
export function runName(path: string): string {
  return basename(path.replace(/[/\\]+$/, "")) || path;
}

/** The checkpoint asked for, or the run's default. */
export function checkpointIn({ info }: Pick<OpenRun, "info">, checkpoint: number | null): number {
  const { checkpoints } = info;
  if (checkpoint === null) return defaultCheckpoint(info)!;
  if (checkpoints.includes(checkpoint)) return checkpoint;
  throw new Problem(
    404,
    `checkpoint: received ${checkpoint}, expected one that there is: ${checkpoints.join(", ")}`,
  );
}

/** @throws Problem 409 */
export function takesNoPictures({ name }: Pick<RunInfo, "name">): Problem {
  return new Problem(409, `the run ${name} takes no pictures: ask it about something else`);
}
