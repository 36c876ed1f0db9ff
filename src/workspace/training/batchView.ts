import type { TensorData } from "../../base/index.ts";
import { unitRows } from "../../base/unitRows.ts";
import { thumbnails } from "../../modality/image/fit/thumbnails.ts";
import { type ImageDataset, pickImages } from "../../modality/image/index.ts";
import { pairFeed, type TrainingBatch } from "../../train/index.ts";
import { longestInBatch } from "../protocol.ts";
import { type BatchCandidates, chosenTrios } from "./batchTrios.ts";
import type { BatchMessage } from "./liveMap.ts";

/** Anchors that are shown of a batch. */
export const anchorsShown = 8;

/**
 * Shows some anchors of the batch trained on last, as the encoder was given them (varied, where they are varied), each
 * with its positive and its negative.
 */
export class BatchView {
  readonly #training: ImageDataset;
  /** Of the batch seen last, `[pictures, channels * height * width]` in -1 to 1; kept from batch to batch. */
  #values = new Float32Array(0);
  #seen: {
    readonly step: number;
    readonly rows: Uint32Array;
    readonly candidates: BatchCandidates;
  } | null = null;

  /** @param training what the rows of batches count in */
  constructor(training: ImageDataset) {
    this.#training = training;
  }

  /** To be called with each batch before it is trained on, see `FitOptions.onBatch`; copies its pictures, which takes some microseconds. */
  readonly onBatch = (step: number, { feeds, rows }: TrainingBatch): void => {
    if (!rows) return;
    // A frozen trunk's features are no pictures; those are looked up when they are shown.
    if (!this.#training.features) {
      this.#copy(
        rows.of === "pairs"
          ? [feeds[pairFeed("anchor", "images")]!, feeds[pairFeed("contrastive", "images")]!]
          : [feeds.images!],
      );
    }
    const of = rows.of === "pairs" ? joined(rows.anchors, rows.partners) : rows.rows;
    const labels = Int32Array.from(of, (row) => this.#training.labels[row]!);
    const candidates: BatchCandidates =
      rows.of === "pairs" ? { of: rows.of, labels, alike: rows.alike } : { of: rows.of, labels };
    this.#seen = { step, rows: of, candidates };
  };

  /**
   * The batch seen last, or null before the first.
   *
   * @param embed embeds pictures with the encoder as it is now, to `[count, dim]`; no step must be under way
   */
  async show(embed: (pictures: ImageDataset) => Promise<Float32Array>): Promise<BatchMessage | null> {
    if (!this.#seen) return null;
    const { step, candidates, rows } = this.#seen;
    const { labels } = candidates;
    const pictures = this.#training.features ? pickImages(this.#training, rows) : this.#varied(labels);
    const embeddings = await embed(pictures);
    const dim = embeddings.length / labels.length;
    const trios = chosenTrios(candidates, unitRows(embeddings, dim), dim, anchorsShown);
    const count = trios.length;
    const small = thumbnails(pictures, longestInBatch);
    const size = small.channels * small.height * small.width;
    const shown = {
      pictures: new Uint8Array(3 * count * size),
      labels: new Int32Array(3 * count).fill(-1),
      similarity: new Float32Array(2 * count).fill(Number.NaN),
    };
    for (const [i, { anchor, positive, negative }] of trios.entries()) {
      for (const [part, at] of [anchor, positive?.at, negative?.at].entries()) {
        if (at === undefined) continue;
        shown.pictures.set(small.pixels.subarray(at * size, (at + 1) * size), (part * count + i) * size);
        shown.labels[part * count + i] = labels[at]!;
      }
      if (positive) shown.similarity[i] = positive.similarity;
      if (negative) shown.similarity[count + i] = negative.similarity;
    }
    return {
      head: {
        type: "batch",
        step,
        count,
        width: small.width,
        height: small.height,
        channels: small.channels,
      },
      arrays: shown,
    };
  }

  /** The pictures as the encoder was given them. */
  #varied(labels: Int32Array): ImageDataset {
    const { channels, height, width } = this.#training;
    const pixels = new Uint8Array(labels.length * channels * height * width);
    for (let i = 0; i < pixels.length; i++) pixels[i] = Math.round((this.#values[i]! + 1) * 127.5);
    return { name: "the current batch", count: labels.length, channels, height, width, pixels, labels };
  }

  #copy(pictures: readonly TensorData[]): void {
    const size = pictures.reduce((sum, { data }) => sum + data.length, 0);
    if (this.#values.length < size) this.#values = new Float32Array(size);
    let at = 0;
    for (const { data } of pictures) {
      this.#values.set(data as Float32Array, at);
      at += data.length;
    }
  }
}

function joined(a: Uint32Array, b: Uint32Array): Uint32Array {
  const both = new Uint32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
