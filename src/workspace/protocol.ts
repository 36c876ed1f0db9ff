import type { PictureSize } from "../modality/image/fit/thumbnails.ts";

export type { PictureSize } from "../modality/image/fit/thumbnails.ts";

import type { RecipeChoice, Verdict } from "../runs/index.ts";
import type { EarlyStop, EpochMetrics } from "../train/index.ts";
import type { IndexChoice, PreviewsPart, RunModality, ShownModality } from "./itemsProtocol.ts";

/**
 * What the explorer's page and whoever trains for it (the local server, or a worker of the page itself) say to each
 * other. Heads are JSON; arrays travel beside them, see `message.ts`. Rows count what a space shows, from 0: all items that have the first
 * modality in the order of the data set, then those that have the second, and so on.
 */

/** A choice with the words that a person reads. */
export interface Choice<Name extends string = string> {
  readonly name: Name;
  readonly title: string;
  /** One sentence. */
  readonly about: string;
}

/** Pictures that can be trained on. */
export interface DatasetChoice extends Choice {
  /** How many there are; null where that is not known yet. */
  readonly count: number | null;
  /** Whether they have labels; without, only what needs none can learn from them. */
  readonly labelled: boolean;
  /** Names of the classes by label; null for numbers. */
  readonly classNames: readonly string[] | null;
}

/** A recipe or a loss. */
export interface MethodChoice<Name extends string = string> extends Choice<Name> {
  /** Whether it learns from labels. */
  readonly needsLabels: boolean;
}

/** What can be asked of a training. */
export interface TrainRequest {
  /** The name of one of {@link Hello.datasets}. */
  readonly data: string;
  readonly recipe: RecipeChoice;
  /** One of {@link Hello.losses}; null for the recipe's own. */
  readonly loss: string | null;
  /** Null for as many as the recipe has, or as suit the pictures. */
  readonly epochs: number | null;
  /** Only the first so many pictures; null for all. */
  readonly limit: number | null;
  readonly seed: number;
}

/** The page's first question answered. */
export interface Hello {
  /** Kindred's version. */
  readonly version: string;
  /** What computes, in words, such as `cpu (2 threads, ONNX Runtime 1.30.0)` or `WebGPU (...)`. */
  readonly device: string;
  readonly datasets: readonly DatasetChoice[];
  readonly recipes: readonly MethodChoice<RecipeChoice>[];
  readonly losses: readonly MethodChoice[];
  readonly defaults: TrainRequest;
  readonly training: TrainingStatus;
  /** The run that is open, or null where none has a finished epoch. */
  readonly run: RunInfo | null;
}

export type TrainingPhase =
  | "idle"
  | "preparing"
  | "running"
  | "pausing"
  | "paused"
  | "stopping"
  | "stopped"
  | "done"
  | "failed";

/** Where the training is. */
export interface TrainingStatus {
  readonly phase: TrainingPhase;
  /** What is being trained, or was last; null before the first. */
  readonly request: TrainRequest | null;
  /** Why it failed, or was paused though nobody asked for it, one line; null otherwise. */
  readonly reason: string | null;
  /** What it came to; only where it is done. */
  readonly outcome?: TrainingOutcome;
}

/** What a training that is done came to. */
export interface TrainingOutcome {
  /** Beside what there is without it; null where nothing can tell. */
  readonly verdict: Verdict | null;
  /** Why it ended before its last epoch; null where it did not. */
  readonly earlyStop: EarlyStop | null;
}

/** A run that can be looked at. */
export interface RunInfo {
  /** Its folder's name, or a name given in the browser. */
  readonly name: string;
  readonly data: string;
  readonly recipe: string;
  readonly loss: string;
  /** Epochs asked for. */
  readonly epochs: number;
  /** Checkpoints there are, by epoch counted from 0, in ascending order. */
  readonly checkpoints: readonly number[];
  /** The checkpoint that patience keeps as the best, see {@link defaultCheckpoint}; null where it keeps none. */
  readonly best: number | null;
  readonly metrics: readonly EpochMetrics[];
  readonly parameters: number;
  /** Of its encoder; null where they cannot be told. */
  readonly layers: readonly LayerRow[] | null;
  readonly dim: number;
  /** In the order of the rows. */
  readonly modalities: readonly RunModality[];
  /** Rows that its space shows: those of all modalities. */
  readonly count: number;
  /** Whether labels mean anything here: pictures have them, and of more than one class. */
  readonly labelled: boolean;
  readonly classes: readonly number[];
  /** By label; null where classes are called by their numbers. */
  readonly classNames: readonly string[] | null;
  /** What is searched in place of its own pictures; null for these. */
  readonly index: IndexChoice | null;
  /** Snapshots recorded while it trained; 0 for none, then there is no film. */
  readonly snapshots: number;
}

/** The checkpoint that is taken where none is named, as by all commands: the best one where patience keeps one, else the last. */
export function defaultCheckpoint({
  best,
  checkpoints,
}: Pick<RunInfo, "best" | "checkpoints">): number | null {
  return best ?? checkpoints.at(-1) ?? null;
}

/** A layer, or some that belong together. */
export interface LayerRow {
  readonly name: string;
  /** Shape of what it gives for one picture, such as `32 x 13 x 13`. */
  readonly output: string;
  /** Trained numbers. */
  readonly parameters: number;
}

/** A step of the training, sent at most some times a second. */
export interface StepHead {
  readonly type: "step";
  readonly step: number;
  /** Epochs finished with the part of the current one, and those asked for. */
  readonly epoch: number;
  readonly epochs: number;
  /** Mean loss since the step message before. */
  readonly loss: number;
  readonly perSecond: number;
  readonly unit: string;
  readonly secondsLeft: number;
}

/**
 * The fixed sample that the live map shows. Arrays: `labels` int32 `[count]`, and those of {@link PreviewsPart}, pictures at most
 * {@link longestSampled} a side.
 */
export interface SampleHead extends PreviewsPart {
  readonly type: "sample";
  readonly count: number;
  /** In the order of its rows. */
  readonly modalities: readonly ShownModality[];
  /** As of a {@link RunInfo}. */
  readonly labelled: boolean;
  readonly classNames: readonly string[] | null;
}

/**
 * The sample as the encoder sees it now. Arrays: `positions` float32 `[count, 3]`, the first three principal
 * components, turned so that they lie as near as can be to those of the map before.
 */
export interface MapHead {
  readonly type: "map";
  readonly step: number;
  readonly epoch: number;
  /** Leave-one-out 1-NN accuracy of the sample, by cosine; null without labels. */
  readonly knn1: number | null;
  /** Mean loss since the map before; null at the first. */
  readonly loss: number | null;
}

/**
 * Some anchors of the batch just trained on, each with a positive and a negative of the same batch (the least similar
 * alike and the most similar unalike picture, where there are several). Arrays: `pictures` uint8
 * `[3, count, channels, height, width]` (anchors, positives, negatives; zeros where there is none), `labels` int32
 * `[3, count]` (-1 where there is none), `similarity` float32 `[2, count]`, the cosine similarity of anchor and
 * positive, and of anchor and negative, as the encoder sees them now (NaN where there is none).
 */
export interface BatchHead extends PictureSize {
  readonly type: "batch";
  readonly step: number;
  readonly count: number;
}

export interface StatusHead {
  readonly type: "status";
  readonly training: TrainingStatus;
}

export interface EpochHead {
  readonly type: "epoch";
  readonly metrics: EpochMetrics;
}

/** The open run is another, or has another checkpoint. */
export interface RunHead {
  readonly type: "run";
  readonly run: RunInfo | null;
}

/** Sent when nothing else is, so that a page notices a server that is gone. No arrays. */
export interface BeatHead {
  readonly type: "beat";
}

/**
 * What {@link Message.head} of the event stream can be. A new listener first gets `status`, `run`, and, where there is a
 * training, `sample`, all `epoch`s, all `step`s and `map`s so far (thinned out evenly to at most 400 and 60), and the
 * last `batch`.
 */
export type EventHead =
  | StatusHead
  | RunHead
  | SampleHead
  | StepHead
  | MapHead
  | BatchHead
  | EpochHead
  | BeatHead;

/** How far the space is. */
export interface SpaceProgressHead {
  readonly type: "progress";
  /** For people: `embedding pictures`, `nearest neighbours`, `laying out the map`. */
  readonly doing: string;
  /** 0 to 1. */
  readonly part: number;
}

/**
 * All pictures in the space of a checkpoint. Arrays: `labels` int32 `[count]`, `pca` float32 `[count, 3]` (aligned with the
 * default checkpoint's by a rotation), `mean` float32 `[dim]` and `components` float32 `[3, dim]` so that
 * `pca = (embedding - mean) componentsᵀ` holds for rows of unit length, `drift` float32 `[count]`, the cosine
 * distance between a picture's embedding here and at the checkpoint before (zeros at the first).
 */
export interface PointsHead {
  readonly type: "points";
  readonly checkpoint: number;
  readonly count: number;
  readonly dim: number;
  /** Part of the variance that each of the three components explains. */
  readonly explained: readonly number[];
}

/** Arrays: `rows` uint32 `[count, k]` and `similarity` float32 `[count, k]`, the nearest other pictures by cosine similarity, nearest first. */
export interface NeighboursHead {
  readonly type: "neighbours";
  readonly checkpoint: number;
  readonly k: number;
  /** Part of the pictures whose nearest other one is of their class; null without labels. */
  readonly knn1: number | null;
}

/** Arrays: `umap` float32 `[count, 2]`, rotated to lie as near as can be to the default checkpoint's. */
export interface UmapHead {
  readonly type: "umap";
  readonly checkpoint: number;
}

/**
 * Messages of one answer: `progress` in between; then `points`, `neighbours`, `umap`, each once, in this order, as soon as it is
 * there; and `end`. `failed` in place of the rest when something goes wrong.
 */
export type SpaceHead =
  | SpaceProgressHead
  | PointsHead
  | NeighboursHead
  | UmapHead
  | { readonly type: "end" }
  | { readonly type: "failed"; readonly reason: string };

/**
 * Pairs of the whole set that say the most: arrays `positives` uint32 `[count, 2]` (pictures of one class least like
 * each other, each picture at most once) with `positiveSimilarity` float32 `[count]`, and `negatives` `[count, 2]` (of two
 * classes and most alike) with `negativeSimilarity`.
 */
export interface HardPairsHead {
  readonly type: "hardPairs";
  readonly checkpoint: number;
  readonly count: number;
}

/**
 * What a run recorded while it trained. Arrays: `labels` int32 `[count]`, `embeddings` float32
 * `[snapshots, count, dim]`, `steps` uint32, `epochs` float32 and `losses` float32 (NaN for none), each `[snapshots]`.
 */
export interface RecordingHead {
  readonly type: "recording";
  readonly count: number;
  readonly dim: number;
  readonly snapshots: number;
}

/**
 * A recording as it lay at each of its snapshots, along the same axes at all of them. Arrays: `labels` int32 `[count]`,
 * `positions` float32 `[moments, count, 3]`, `steps` uint32 and `epochs` float32, each `[moments]`.
 */
export interface MomentsHead {
  readonly type: "moments";
  readonly count: number;
  readonly moments: number;
}

/** Arrays: `embeddings` float32 `[count, dim]`, rows of unit length. */
export interface EmbeddingsHead {
  readonly type: "embeddings";
  readonly checkpoint: number;
  readonly count: number;
  readonly dim: number;
}

/** A picture file as the open run's encoder takes it. Arrays: `pixels` uint8 `[channels, height, width]`. */
export interface FittedHead extends PictureSize {
  readonly type: "fitted";
}

/** Pixels of the longer side of a picture that is shown, on the live map's sample and in a batch: larger ones are made smaller. */
export const longestShown = 128;
export const longestSampled = 48;
export const longestInBatch = 96;
/** Bytes of a picture file from outside. */
export const mostPictureBytes = 10 * 2 ** 20;
/** Nearest neighbours that the space tells of each picture. */
export const neighboursShown = 12;
