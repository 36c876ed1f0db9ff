import { Rng, type TensorData } from "../base/index.ts";
import { classCounts, hasTriplets } from "../data/index.ts";
import {
  augmentationOf,
  datasetOf,
  ImageColumn,
  type ImageDataset,
  pickImages,
  viewPolicy,
} from "../modality/image/index.ts";
import { type Encoder, initialState } from "../nn/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { evaluateEncoder, evaluateViews } from "../train/index.ts";
import { augmentOptions } from "./augmentationConfig.ts";
import { evaluateFeatures, evaluatePixels, evaluatePixelViews, variedTwice } from "./pictureBaselines.ts";
import type { RunConfig } from "./runConfig.ts";
import type { Found, Verdict } from "./verdictFile.ts";

/** Pictures that are looked for, and looked for among: so many are embedded in a second or so. */
const most = { queries: 500, references: 2000 };

/** Of what lies between the best baseline and 1, the share from which on a training was worth it. */
const worthwhile = 0.2;

/** Baselines above this leave little to be found. */
const nearlyAll = 0.9;

/** A training that is over. */
export interface Trained {
  readonly runtime: Runtime;
  readonly encoder: Encoder;
  readonly config: RunConfig;
  readonly training: ImageDataset;
  readonly validation: ImageDataset;
  /** The weights that are taken where no checkpoint is named, and the epoch that they are of, from 1. */
  readonly weights: ReadonlyMap<string, TensorData>;
  readonly epoch: number;
  /** Epochs that were trained, fewer than asked for where it stopped early. */
  readonly epochs: number;
}

type Measured = Pick<
  Verdict,
  "by" | "pictures" | "of" | "references" | "encoder" | "untrained" | "pixels" | "chance"
> & {
  readonly trunk?: Found;
};

/**
 * What a training came to: how many of up to 500 validation pictures find their class among up to 2,000 training pictures, by the
 * encoder, by the same one untrained, by the pixels, by a frozen trunk alone, and by chance. Where labels tell nothing, two
 * variations of a picture are to find each other. Null where neither can be told: there are labels, but no validation picture
 * of a class that was trained on.
 *
 * The level is `worse` where the encoder's MAP@R is below that of the best of the others, or its 1-NN accuracy by more than two
 * standard errors; `little` where it closes less than a fifth of the gap between their MAP@R and 1, or finds no more by 1-NN
 * accuracy though they leave more than a tenth; else, and where the encoder finds all, `learned`.
 */
export async function verdictOf(trained: Trained): Promise<Verdict | null> {
  const { training, validation, epoch } = trained;
  const labelled = training.labelled !== false && hasTriplets(training.labels);
  const measured = labelled
    ? await byLabels(trained)
    : await byVariations(trained, validation.count > 1 ? "validation" : "training");
  if (!measured) return null;
  const level = levelOf(measured);
  const advice = level === "learned" ? null : adviceOf(trained, level);
  return { version: 1, level, epoch, ...measured, advice };
}

async function byLabels({ runtime, encoder, config, weights, ...data }: Trained): Promise<Measured | null> {
  const known = classCounts(data.training.labels);
  const references = spread(data.training, most.references);
  const queries = spread(data.validation, most.queries);
  if (queries.labelled === false || !queries.labels.some((label) => references.labels.includes(label)))
    return null;
  const sets = { queries, references };
  const datasets = { queries: datasetOf(queries), references: datasetOf(references) };
  const trunk = await evaluateFeatures(runtime, sets);
  const hits = queries.labels.reduce((sum, label) => sum + (known.get(label) ?? 0) / data.training.count, 0);
  return {
    ...{ by: "labels", of: "validation", pictures: queries.count, references: references.count },
    encoder: found(await evaluateEncoder(runtime, encoder, weights, datasets)),
    untrained: found(await evaluateEncoder(runtime, encoder, untrainedState(encoder, config), datasets)),
    pixels: found(await evaluatePixels(runtime, sets)),
    ...(trunk ? { trunk: found(trunk) } : {}),
    chance: hits / queries.count,
  };
}

async function byVariations(
  { runtime, encoder, config, weights, ...data }: Trained,
  of: Measured["of"],
): Promise<Measured> {
  const pictures = spread(data[of], most.queries);
  const { channels, height, count } = pictures;
  const augmentation = config.augmentation
    ? augmentOptions(config.augmentation)
    : augmentationOf(viewPolicy(channels, height), height);
  const views = variedTwice(pictures, augmentation, config.seed);
  const columns = [new ImageColumn(views[0]), new ImageColumn(views[1])] as const;
  const only = (knn1: number): Found => ({ knn1, knn10: null, mapAtR: null });
  return {
    ...{ by: "variations", of, pictures: count, references: count, chance: 1 / count },
    encoder: only((await evaluateViews(runtime, encoder, weights, columns)).found),
    untrained: only((await evaluateViews(runtime, encoder, untrainedState(encoder, config), columns)).found),
    pixels: only((await evaluatePixelViews(runtime, views)).found),
  };
}

function untrainedState(encoder: Encoder, { seed }: RunConfig): ReadonlyMap<string, TensorData> {
  return initialState(encoder, (name) => Rng.of(seed, "initial", name));
}

/** So many pictures, evenly from the first to the last, since a file may be sorted. */
function spread(dataset: ImageDataset, count: number): ImageDataset {
  if (dataset.count <= count) return dataset;
  return pickImages(
    dataset,
    Uint32Array.from({ length: count }, (_, i) => Math.floor((i * dataset.count) / count)),
  );
}

function found({ knn1, knn10, mapAtR }: { knn1: number; knn10: number; mapAtR: number }): Found {
  return { knn1, knn10, mapAtR };
}

/** All that the encoder is compared with. */
function others({ untrained, pixels, trunk }: Measured): readonly Found[] {
  return [untrained, pixels, ...(trunk ? [trunk] : [])];
}

function levelOf(measured: Measured): Verdict["level"] {
  const { encoder, pictures, chance } = measured;
  const knn1 = Math.max(chance, ...others(measured).map((other) => other.knn1));
  const error = Math.sqrt((knn1 * (1 - knn1)) / pictures);
  const gap = (value: number, base: number): number =>
    base < 1 ? (value - base) / (1 - base) : value - base;
  const mapAtR = Math.max(...others(measured).map((other) => other.mapAtR ?? 0));
  const closed = encoder.mapAtR === null ? gap(encoder.knn1, knn1) : gap(encoder.mapAtR, mapAtR);
  if (encoder.knn1 < knn1 - 2 * error || (encoder.mapAtR !== null && closed < 0)) return "worse";
  // An encoder that finds all has no more to learn, though it may have found all before.
  if (encoder.mapAtR === 1) return "learned";
  // Where nearly all is found without it, there is no more to be found.
  if (encoder.mapAtR === null && knn1 > nearlyAll) return "learned";
  return closed < worthwhile || (encoder.knn1 <= knn1 && knn1 <= nearlyAll) ? "little" : "learned";
}

/** Steps below which a training is short, and about as many as small sets want. */
const steps = { short: 300, wanted: 1000 };

/** Training pictures that are few. */
const few = 1000;

function adviceOf({ config, training, epochs }: Trained, level: Verdict["level"]): string {
  const perEpoch = Math.max(1, Math.ceil(training.count / config.batchSize));
  if (epochs < config.epochs) return "go on with it to the last epoch (--resume --patience 0)";
  if (epochs * perEpoch < steps.short) {
    return `train it longer (--epochs ${Math.ceil(steps.wanted / perEpoch)}, or leave that to --recipe auto)`;
  }
  if (level === "worse") return "try a lower learning rate (--lr), another --seed, or --recipe auto";
  if (training.count < few) return "add pictures, or begin with a pretrained model (--trunk)";
  return "train it longer (--epochs), or try another --encoder or --loss";
}
