import type { ImageDataset } from "../../data/dataset.ts";
import { exampleTriplets } from "../../data/triplets.ts";
import {
  drawPairsFigure,
  layOutPairsFigure,
  type PairsFigure,
  type Picture,
} from "../../report/pairsFigure.ts";
import { renderPng } from "./canvas.ts";

/** Options of {@link renderPairsFigure}. */
export interface PairsFigureOptions {
  readonly seed: number;
  /** Anchors to show. Default: 12, a dozen, which fill three rows. */
  readonly count?: number;
}

/**
 * A PNG image of anchors of all labels in turn, each with a positive and a negative drawn as in training.
 *
 * @throws InputError when the data set has no anchor with both a positive and a negative.
 * @throws KindredError when the canvas is not installed.
 */
export async function renderPairsFigure(
  dataset: ImageDataset,
  { seed, count = 12 }: PairsFigureOptions,
): Promise<Uint8Array> {
  const figure = pairsFigureOf(dataset, seed, count);
  const { width, height } = layOutPairsFigure(figure);
  return renderPng(width, height, (context) => drawPairsFigure(context, figure));
}

function pairsFigureOf(dataset: ImageDataset, seed: number, count: number): PairsFigure {
  const triplets = exampleTriplets(dataset.labels, count, seed).map(({ anchor, positive, negative }) => ({
    anchor: pictureOf(dataset, anchor, "anchor"),
    positive: pictureOf(dataset, positive, "positive"),
    negative: pictureOf(dataset, negative, "negative"),
  }));
  return {
    title: "Pairs before training",
    subtitle:
      "A positive has the label of its anchor, a negative has another. Training moves an anchor towards its positives and away from its negatives.",
    triplets,
  };
}

function pictureOf(dataset: ImageDataset, row: number, role: string): Picture {
  const { channels, height, width, pixels, labels } = dataset;
  const each = channels * height * width;
  return {
    pixels: pixels.subarray(row * each, (row + 1) * each),
    channels,
    height,
    width,
    caption: `${role} ${labels[row]}`,
  };
}
