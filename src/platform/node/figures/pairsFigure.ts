import { InputError, Rng } from "../../../base/index.ts";
import { className, exampleTriplets, hasTriplets } from "../../../data/index.ts";
import {
  type AugmentOptions,
  augmentImages,
  type ImageDataset,
  pixelsAt,
} from "../../../modality/image/index.ts";
import type { Picture } from "../../../report/drawnPicture.ts";
import { drawPairsFigure, layOutPairsFigure, type PairsFigure } from "../../../report/pairsFigure.ts";
import { augmentOptions, type RunConfig } from "../../../runs/index.ts";
import { renderPng } from "./canvas.ts";

/** Options of {@link renderPairsFigure}. */
export interface PairsFigureOptions {
  readonly seed: number;
  /** Anchors to show. Default: 12, a dozen, which fill three rows. */
  readonly count?: number;
  /** How pictures are varied in training, of which two variations are shown where labels tell nothing. Default: not at all. */
  readonly augmentation?: RunConfig["augmentation"];
}

/**
 * A PNG image of anchors of all labels in turn, each with a positive and a negative drawn as in training; without labels, or
 * where they tell nothing (of one class, or no two pictures of one), of two variations of one picture beside another picture.
 *
 * @throws InputError when the data set has fewer than two pictures.
 * @throws CanvasError when the canvas is not installed.
 */
export async function renderPairsFigure(
  dataset: ImageDataset,
  { seed, count = 12, augmentation = null }: PairsFigureOptions,
): Promise<Uint8Array> {
  const figure =
    dataset.labelled !== false && hasTriplets(dataset.labels)
      ? pairsFigureOf(dataset, seed, count)
      : viewsFigureOf(dataset, seed, count, augmentation && augmentOptions(augmentation));
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

/** Two variations of each of some pictures, and another picture: what is alike where there are no labels. */
function viewsFigureOf(
  dataset: ImageDataset,
  seed: number,
  most: number,
  augmentation: AugmentOptions | null,
): PairsFigure {
  const rng = Rng.of(seed, "example-views");
  const order = rng.permutation(dataset.count);
  if (order.length < 2) {
    throw new InputError(`${dataset.name} has ${dataset.count} pictures, expected 2 or more to compare`);
  }
  const varied = (row: number, caption: string): Picture => {
    const picture = pictureOf(dataset, row, caption);
    if (!augmentation) return { ...picture, caption };
    const image = augmentImages(dataset, Uint32Array.of(row), rng, augmentation);
    return {
      ...picture,
      caption,
      pixels: Uint8Array.from(image, (value) => Math.round((value + 1) * 127.5)),
    };
  };
  return {
    title: "Pairs before training",
    subtitle:
      "Where labels tell nothing apart, two variations of one picture are alike, and any other picture is not. Training moves the two together, and away from all others.",
    triplets: Array.from({ length: Math.min(most, order.length) }, (_, i) => ({
      anchor: varied(order[i]!, "a variation"),
      positive: varied(order[i]!, "another"),
      negative: varied(order[(i + 1) % order.length]!, "another picture"),
    })),
  };
}

function pictureOf(dataset: ImageDataset, row: number, role: string): Picture {
  const { channels, height, width, labels } = dataset;
  const name = className(dataset, labels[row]!);
  return {
    pixels: pixelsAt(dataset, row),
    channels,
    height,
    width,
    caption: `${role} ${name}`,
  };
}
