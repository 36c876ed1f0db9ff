import { Pacer } from "../base/pacer.ts";
import { unitRows } from "../base/unitRows.ts";
import {
  type Neighbours as NearestRows,
  nearestNeighbours,
  plainSimilarityBlocks,
} from "../evaluation/index.ts";
import type { Neighbours } from "../projection/index.ts";
import { styleClasses } from "../report/classStyles.ts";
import { type Film, type FilmPath, grouped, pcaPath, umapPath } from "../report/film/index.ts";

export const filmViews = ["pca", "umap"] as const;
export type FilmView = (typeof filmViews)[number];

/** Points in a neighbourhood of UMAP, the point itself among them; umap-learn's default. */
const mostNeighbours = 15;

/** Snapshots of a sample's embeddings, taken while a run trained. */
export interface FilmRecording {
  readonly count: number;
  readonly dim: number;
  /** `[count]` */
  readonly labels: Int32Array;
  /** By label; without them classes are called by their numbers. */
  readonly classNames?: readonly string[] | null;
  readonly snapshots: readonly {
    readonly step: number;
    /** Epochs finished, with the part of the current one. */
    readonly epoch: number;
    /** Mean training loss since the snapshot before; null at the first. */
    readonly loss: number | null;
    /** `[count, dim]` */
    readonly embeddings: Float32Array;
  }[];
}

/** What is worked out of a recording once, for films of every view. */
export interface PreparedRecording {
  readonly recording: FilmRecording;
  /** `[count, dim]` of each snapshot, rows of unit length, since the loss sees directions only. */
  readonly unit: readonly Float32Array[];
  /** The nearest other points by cosine similarity, of each snapshot. */
  readonly nearest: readonly NearestRows[];
  /** Part of the points whose nearest other point is of their class, of each snapshot. */
  readonly accuracies: readonly number[];
}

export interface FilmWork {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** @throws InputError when an embedding is not finite. */
export async function prepareRecording(
  recording: FilmRecording,
  { signal, onProgress }: FilmWork = {},
): Promise<PreparedRecording> {
  const { count, dim, labels, snapshots } = recording;
  const k = Math.min(mostNeighbours, count) - 1;
  const pacer = new Pacer(signal);
  const unit: Float32Array[] = [];
  const nearest: NearestRows[] = [];
  const accuracies: number[] = [];
  for (const { embeddings } of snapshots) {
    await pacer.pause();
    const rows = unitRows(embeddings, dim);
    const blocks = plainSimilarityBlocks(rows, rows, dim, { signal });
    const found = await nearestNeighbours(blocks, count, count, k, { selfIndex: (query) => query, signal });
    const hits = labels.filter((label, i) => labels[found.indices[i * k]!] === label).length;
    unit.push(rows);
    nearest.push(found);
    accuracies.push(hits / count);
    onProgress?.(unit.length, snapshots.length);
  }
  return { recording, unit, nearest, accuracies };
}

export interface FilmOptions extends FilmWork {
  readonly view: FilmView;
  readonly seconds: number;
  readonly fps: number;
  /** Of the layouts of UMAP. */
  readonly seed: number;
}

/** The film of a recording: the same recording, options and seed give the same frames. */
export async function filmOf(prepared: PreparedRecording, options: FilmOptions): Promise<Film> {
  const { recording, accuracies } = prepared;
  const { view, seconds, fps } = options;
  const { styles, of } = styleClasses(recording.labels, "light", recording.classNames);
  const tells = styles.length > 1;
  const moments = recording.snapshots.map(({ step, epoch, loss }, i) => ({
    step,
    epoch,
    loss,
    accuracy: tells ? accuracies[i]! : null,
  }));
  const pictures = grouped(recording.count);
  const projected: Readonly<Record<FilmView, string>> = {
    pca: `PCA of ${recording.dim} dimensions to 3, the same axes throughout`,
    umap: `UMAP of ${recording.dim} dimensions to 2, each map begun from the one before`,
  };
  return {
    title: "How embeddings organise themselves",
    subtitle: `${pictures} training pictures, ${projected[view]}`,
    footnote: tells
      ? `1-NN accuracy: pictures whose nearest other one of the ${pictures}, by cosine in all ${recording.dim} dimensions, is of their class.`
      : "Pictures without labels: what comes to lie together, the encoder finds alike.",
    path: await pathOf(prepared, options),
    classOf: of,
    // Of one class there is nothing to tell: pictures without labels are all of class 0.
    classes: tells ? styles.map(({ name }) => name) : [],
    colours: styles.map(({ colour }) => colour),
    symbols: styles.map(({ symbol }) => symbol),
    moments,
    epochs: trainedEpochs(recording),
    frames: Math.max(2, Math.round(seconds * fps)),
    fps,
  };
}

/** Epochs that a recording covers, the last one perhaps in part. */
export function trainedEpochs({ snapshots }: FilmRecording): number {
  return Math.max(1, Math.ceil(snapshots.at(-1)!.epoch));
}

function pathOf(prepared: PreparedRecording, options: FilmOptions): Promise<FilmPath> {
  const { recording, unit, nearest } = prepared;
  const { view, seed, signal, onProgress } = options;
  const series = { count: recording.count, dim: recording.dim, snapshots: unit };
  const work = { signal, ...(onProgress ? { onProgress } : {}) };
  if (view === "pca") return pcaPath(series, work);
  return umapPath(series, {
    ...work,
    seed,
    neighbours: (i) => neighboursWithSelf(nearest[i]!, recording.count),
  });
}

/** As UMAP wants them: by distance `1 - cosine`, each point its own first neighbour. */
async function neighboursWithSelf(
  { indices, similarities }: NearestRows,
  count: number,
): Promise<Neighbours> {
  const others = indices.length / count;
  const k = others + 1;
  const all = { count, k, indices: new Uint32Array(count * k), distances: new Float32Array(count * k) };
  for (let row = 0; row < count; row++) {
    all.indices[row * k] = row;
    for (let rank = 0; rank < others; rank++) {
      all.indices[row * k + rank + 1] = indices[row * others + rank]!;
      // Rounding can bring a similarity a hair above 1.
      all.distances[row * k + rank + 1] = Math.max(0, 1 - similarities[row * others + rank]!);
    }
  }
  return all;
}
