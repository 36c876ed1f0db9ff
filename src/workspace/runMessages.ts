import { InputError } from "../base/index.ts";
import { unitRows } from "../base/unitRows.ts";
import type { HardPairs } from "../neighbours/hardPairs.ts";
import type { Snapshot } from "../train/index.ts";
import type { PreviewsHead } from "./itemsProtocol.ts";
import type { Message } from "./message.ts";
import {
  type EmbeddingsHead,
  type HardPairsHead,
  longestShown,
  type MomentsHead,
  type RecordingHead,
} from "./protocol.ts";
import { previewsPart, type ShownRows } from "./shownRows.ts";
import { threeAxes } from "./space/threeAxes.ts";

/** What these rows are shown by. */
export async function previewsMessage(shown: ShownRows, rows: Uint32Array): Promise<Message> {
  const { head: part, arrays } = await previewsPart(shown, rows, longestShown);
  const paths = Array.from(rows, (row) => shown.path(row));
  const head: PreviewsHead = {
    ...{ type: "previews", count: rows.length, ...part },
    paths: paths.every((path) => path === null) ? null : paths.map((path) => path ?? ""),
  };
  return { head, arrays };
}

/** Embeddings `[count, dim]`, made unit length. */
export function embeddingsMessage(checkpoint: number, embeddings: Float32Array, dim: number): Message {
  const head: EmbeddingsHead = { type: "embeddings", checkpoint, count: embeddings.length / dim, dim };
  return { head, arrays: { embeddings: unitRows(embeddings, dim) } };
}

export function hardPairsMessage(checkpoint: number, { positives, negatives }: HardPairs): Message {
  const count = Math.min(positives.similarity.length, negatives.similarity.length);
  const head: HardPairsHead = { type: "hardPairs", checkpoint, count };
  return {
    head,
    arrays: {
      positives: positives.rows.slice(0, 2 * count),
      positiveSimilarity: positives.similarity.slice(0, count),
      negatives: negatives.rows.slice(0, 2 * count),
      negativeSimilarity: negatives.similarity.slice(0, count),
    },
  };
}

/**
 * What a run recorded of a sample.
 *
 * @param labels of the sample, `[count]`
 * @param snapshots one or more
 */
export function recordingMessage(labels: Int32Array, snapshots: readonly Snapshot[]): Message {
  const count = labels.length;
  const size = snapshots[0]!.embeddings.length;
  const embeddings = new Float32Array(snapshots.length * size);
  for (const [i, snapshot] of snapshots.entries()) embeddings.set(snapshot.embeddings, i * size);
  const head: RecordingHead = { type: "recording", count, dim: size / count, snapshots: snapshots.length };
  return {
    head,
    arrays: {
      labels,
      embeddings,
      steps: Uint32Array.from(snapshots, ({ step }) => step),
      epochs: Float32Array.from(snapshots, ({ epoch }) => epoch),
      losses: Float32Array.from(snapshots, (snapshot, i) => lossSince(snapshot, snapshots[i - 1])),
    },
  };
}

/**
 * What was recorded as it lay at each moment: embeddings of length one, along the principal components of all moments
 * together. Told by who has the recording, as a page would need a library for it.
 *
 * @param recording a message of `RecordingHead`
 * @throws InputError when it holds none.
 * @throws AbortedError when stopped by the signal.
 */
export async function momentsMessage({ arrays }: Message, signal?: AbortSignal): Promise<Message> {
  const { labels, embeddings, steps, epochs } = arrays;
  if (!(labels && embeddings instanceof Float32Array && steps && epochs) || embeddings.length === 0) {
    throw new InputError("the answer has no recording");
  }
  const dim = embeddings.length / (steps.length * labels.length);
  const { positions } = await threeAxes(unitRows(embeddings, dim), dim, null, signal);
  const head: MomentsHead = { type: "moments", count: labels.length, moments: steps.length };
  return { head, arrays: { labels, positions, steps, epochs } };
}

/** The mean loss from one snapshot to the next; NaN where nothing was trained in between. */
function lossSince({ pairs, lossSum }: Snapshot, before: Snapshot | undefined): number {
  const since = pairs - (before?.pairs ?? 0);
  return since > 0 ? (lossSum - (before?.lossSum ?? 0)) / since : Number.NaN;
}
