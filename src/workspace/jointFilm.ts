import { InputError } from "../base/index.ts";
import { plainSimilarityBlocks, queryRanks } from "../evaluation/index.ts";
import { type Film, grouped } from "../report/film/index.ts";
import { jointPoints } from "../report/joint/jointPoints.ts";
import { type FilmOptions, type FilmRecording, type FilmWork, filmOf, prepareRecording } from "./film.ts";

/** Snapshots of the embeddings of several modalities, taken while they were aligned. */
export interface JointRecording {
  readonly dim: number;
  /** Which rows are embedded of each modality, the same at every snapshot. */
  readonly modalities: readonly { readonly modality: string; readonly labels: ArrayLike<number> }[];
  /** By label; without them classes are called by their numbers. */
  readonly classNames?: readonly string[] | null;
  readonly snapshots: readonly {
    readonly step: number;
    /** Epochs finished, with the part of the current one. */
    readonly epoch: number;
    /** Mean training loss since the snapshot before; null at the first. */
    readonly loss: number | null;
    /** `[rows, dim]` of each modality. */
    readonly embeddings: readonly Float32Array[];
  }[];
}

/**
 * The film of several modalities coming together: all are projected as one cloud, frame aligned with frame as in every film, a
 * marker tells the modality and a colour the class. The curve shows recall@1 across modalities, the mean of all directions.
 *
 * @throws InputError when there are fewer than two modalities or snapshots, or a snapshot's rows are not those of the labels.
 */
export async function jointFilmOf(recording: JointRecording, options: FilmOptions): Promise<Film> {
  const { dim, modalities, snapshots, classNames } = recording;
  if (modalities.length < 2 || snapshots.length < 2) {
    throw new InputError(
      `a film was asked for of ${modalities.length} modalities in ${snapshots.length} snapshots, expected two or more of both`,
    );
  }
  const labels = Int32Array.from(modalities.flatMap((one) => Array.from(one.labels)));
  const joined: FilmRecording = {
    count: labels.length,
    dim,
    labels,
    classNames: classNames ?? null,
    snapshots: snapshots.map(({ embeddings, ...moment }, index) => ({
      ...moment,
      embeddings: joinedRows(recording, embeddings, index),
    })),
  };
  const prepared = await prepareRecording(joined, { signal: options.signal });
  const film = await filmOf(prepared, options);
  const recalls: number[] = [];
  for (const { embeddings } of snapshots) recalls.push(await recallAcross(recording, embeddings, options));
  const { modalities: marks, modalityOf } = jointPoints(modalities, classNames);
  const rows = marks.map(({ name, count }) => `${name} ${grouped(count)}`).join(", ");
  const senses = ["", "", "Two", "Three", "Four", "Five"][modalities.length];
  return {
    ...film,
    title: `${senses} modalities come together`,
    subtitle: `${rows}; ${film.path.dims === 3 ? "PCA" : "UMAP"} of ${dim} dimensions to ${film.path.dims}`,
    footnote: `Recall@1: rows whose nearest row of another modality, by cosine in all ${dim} dimensions, is of their class; the mean of all directions.`,
    marks: {
      names: marks.map(({ name }) => name),
      symbols: marks.map(({ symbol }) => symbol),
      of: modalityOf,
    },
    accuracyName: "Recall@1 across",
    moments: film.moments.map((moment, at) => ({ ...moment, accuracy: recalls[at]! })),
  };
}

function joinedRows(
  { dim, modalities }: JointRecording,
  embeddings: readonly Float32Array[],
  snapshot: number,
): Float32Array {
  const total = modalities.reduce((sum, { labels }) => sum + labels.length, 0);
  const all = new Float32Array(total * dim);
  let at = 0;
  for (const [index, { modality, labels }] of modalities.entries()) {
    const rows = embeddings[index];
    if (rows?.length !== labels.length * dim) {
      throw new InputError(
        `snapshot ${snapshot} holds ${rows?.length ?? 0} numbers of ${modality}, expected ${labels.length} rows x dim ${dim} = ${labels.length * dim}`,
      );
    }
    all.set(rows, at);
    at += rows.length;
  }
  return all;
}

/** The mean over all ordered pairs of modalities of the share of queries whose nearest row is of their label. */
async function recallAcross(
  { dim, modalities }: JointRecording,
  embeddings: readonly Float32Array[],
  { signal }: FilmWork,
): Promise<number> {
  const shares: number[] = [];
  for (const [a, from] of modalities.entries()) {
    for (const [b, to] of modalities.entries()) {
      if (a === b) continue;
      const blocks = plainSimilarityBlocks(embeddings[a]!, embeddings[b]!, dim, { signal });
      const { firstRank } = await queryRanks(blocks, from.labels, to.labels, { signal });
      if (firstRank.length > 0) shares.push(firstRank.filter((rank) => rank === 1).length / firstRank.length);
    }
  }
  return shares.length === 0 ? 0 : shares.reduce((sum, share) => sum + share, 0) / shares.length;
}
