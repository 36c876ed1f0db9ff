import { InputError, Rng, type TensorData } from "../base/index.ts";
import {
  type BatchSampler,
  PairSampler,
  type Pairs,
  ShuffledSampler,
  validationPairs,
} from "../data/index.ts";
import { type PictureVariation, variationHere } from "../modality/image/augment/varyPictures.ts";
import {
  type AugmentOptions,
  augmentImages,
  exampleShapeIn,
  gatherImages,
  hasTriplets,
  type ImageDataset,
  PairLoader,
} from "../modality/image/index.ts";
import { aheadOfUse } from "./aheadOfUse.ts";
import { pairFeeds } from "./steps.ts";

/** What is counted: pairs where they are drawn before the encoder, pictures where it sees each once (or its views). */
export type Unit = "pairs" | "pictures";

/** Which pictures of the training set a batch shows, by row, for whoever looks on; the engine never sees it. */
export type BatchRows =
  | {
      readonly of: "pairs";
      /** `[size]` */
      readonly anchors: Uint32Array;
      /** `[size]` */
      readonly partners: Uint32Array;
      /** `[size]`: 1 where both are of one class, else 0. */
      readonly alike: Float32Array;
    }
  /** Each picture once. */
  | { readonly of: "labels"; readonly pictures: Uint32Array }
  /** Two views of each picture, the first of all and then the second of all: `[2 * size]`. */
  | { readonly of: "views"; readonly pictures: Uint32Array };

/** A batch ready for the engine; its arrays are new and own their memory, so they may be transferred. */
export interface TrainingBatch {
  /** Pairs or pictures in it. */
  readonly size: number;
  readonly feeds: Readonly<Record<string, TensorData>>;
  /** Not every source tells. */
  readonly rows?: BatchRows;
}

/** Where a training's batches come from: what an epoch is, and how it is served in steps. */
export interface BatchSource {
  readonly unit: Unit;
  /** Pairs or pictures of an epoch. */
  readonly count: number;
  /** Pairs or pictures in a batch; the last one of an epoch holds what is left. */
  readonly batchSize: number;
  /** Batches of an epoch. */
  readonly batchCount: number;
  /** Pictures that the encoder sees for each of the unit: 2 for a pair, 1 for a labelled picture, 2 for its views. */
  readonly encoded: number;
  /**
   * The batches of an epoch, both counted from 0. A function of the epoch, so that going on from `startBatch` gives
   * the same ones.
   */
  batches(epoch: number, startBatch: number): AsyncIterable<TrainingBatch>;
}

/** The batches of a training and of its validation; null without validation pictures that a loss can be taken of. */
export interface BatchSources {
  readonly training: BatchSource;
  /** Its epoch 0 is what the validation loss is taken of, each time. */
  readonly validation: BatchSource | null;
}

/** Makes the sources of a training. */
export type MakeSources = (
  data: { readonly training: ImageDataset; readonly validation: ImageDataset },
  options: { readonly batchSize: number; readonly seed: number; readonly variation?: PictureVariation },
) => BatchSources;

/** Batch sizes that a source's epochs consist of: one, or two where the last batch is shorter. */
export function batchSizesOf({ count, batchSize }: BatchSource): number[] {
  return [...new Set([Math.min(batchSize, count), count % batchSize || Math.min(batchSize, count)])];
}

function served(
  dataset: ImageDataset,
  count: number,
  batchSize: number,
  pairsOf: (epoch: number) => Pairs,
): BatchSource {
  const shape = exampleShapeIn(dataset);
  return {
    unit: "pairs",
    count,
    batchSize,
    batchCount: Math.ceil(count / batchSize),
    encoded: 2,
    async *batches(epoch, startBatch) {
      const pairs = pairsOf(epoch);
      let start = startBatch * batchSize;
      for await (const batch of new PairLoader(dataset, pairs, { batchSize, startBatch })) {
        const end = start + batch.size;
        const rows: BatchRows = {
          of: "pairs",
          anchors: pairs.anchor.subarray(start, end),
          partners: pairs.contrastive.subarray(start, end),
          alike: pairs.target.subarray(start, end),
        };
        start = end;
        yield { size: batch.size, feeds: pairFeeds(batch, shape), rows };
      }
    },
  };
}

/**
 * The lesson's batches: every picture is an anchor once an epoch, its partner alike or unalike by a coin's toss; and
 * for validation the same pairs each time, where its pictures have any. For a task of pairs.
 *
 * @throws InputError when no pairs can be drawn.
 */
export const pairSources: MakeSources = ({ training, validation }, { batchSize, seed }) => {
  const sampler = new PairSampler(training.labels, seed, training.classes);
  const fixed = hasTriplets(validation.labels)
    ? validationPairs(validation.labels, seed, validation.classes)
    : null;
  return {
    training: served(training, sampler.count, batchSize, (epoch) => sampler.epochPairs(epoch)),
    validation: fixed && served(validation, fixed.anchor.length, batchSize, () => fixed),
  };
};

export interface PictureSourceOptions {
  /** Where the pictures of a batch come from. */
  readonly sampler: BatchSampler;
  /** Seed of the variations. */
  readonly seed: number;
  /** Where they are made. Default: on this thread. */
  readonly variation?: PictureVariation;
}

/**
 * Labelled pictures in a sampler's batches, varied at random where `augmentation` is given. For a task of labels.
 *
 * The variation is drawn from a stream of the seed, the epoch and the batch.
 */
export function labelSource(
  dataset: ImageDataset,
  options: PictureSourceOptions & { readonly augmentation: AugmentOptions | null },
): BatchSource {
  const { augmentation, seed, variation = variationHere } = options;
  if (augmentation) requireAugmentation(dataset, augmentation);
  return pictureSource(options, 1, async (rows, epoch, batch) => {
    const images = augmentation
      ? await variation.vary({ pictures: dataset, rows, augmentation, seed, epoch, batch })
      : gatherImages(dataset, rows);
    const feeds: TrainingBatch["feeds"] = {
      images: imagesFeed(images, dataset, rows.length),
      labels: {
        dtype: "int32",
        shape: [rows.length],
        data: Int32Array.from(rows, (row) => dataset.labels[row]!),
      },
    };
    return { feeds, rows: { of: "labels", pictures: rows } };
  });
}

/** Two variations of each picture in a sampler's batches, without labels. For a task of views. */
export function viewSource(
  dataset: ImageDataset,
  options: PictureSourceOptions & { readonly augmentation: AugmentOptions },
): BatchSource {
  const { augmentation, seed, variation = variationHere } = options;
  requireAugmentation(dataset, augmentation);
  return pictureSource(options, 2, async (rows, epoch, batch) => {
    const twice = new Uint32Array(2 * rows.length);
    twice.set(rows);
    twice.set(rows, rows.length);
    const images = await variation.vary({ pictures: dataset, rows: twice, augmentation, seed, epoch, batch });
    const feeds = { images: imagesFeed(images, dataset, twice.length) };
    return { feeds, rows: { of: "views", pictures: twice } };
  });
}

/**
 * Sources of pictures in a new order each epoch, in batches of the training's size.
 *
 * @param of makes the batches of a part of the data
 */
export function shuffledSources(
  of: (dataset: ImageDataset, options: PictureSourceOptions, part: "training" | "validation") => BatchSource,
): MakeSources {
  return ({ training, validation }, { batchSize, seed, ...elsewhere }) => {
    const made = (dataset: ImageDataset, part: "training" | "validation"): BatchSource =>
      of(
        dataset,
        { sampler: new ShuffledSampler(dataset.count, { batchSize, seed }), seed, ...elsewhere },
        part,
      );
    return {
      training: made(training, "training"),
      validation: validation.count > 0 ? made(validation, "validation") : null,
    };
  };
}

function pictureSource(
  { sampler, variation = variationHere }: PictureSourceOptions,
  encoded: number,
  make: (rows: Uint32Array, epoch: number, batch: number) => Promise<Omit<TrainingBatch, "size">>,
): BatchSource {
  const { batchSize, batchCount } = sampler;
  return {
    unit: "pictures",
    count: sampler.epochBatches(0).length,
    batchSize,
    batchCount,
    encoded,
    batches(epoch, startBatch) {
      const rows = sampler.epochBatches(epoch);
      const makeBatch = async (batch: number): Promise<TrainingBatch> => {
        const chosen = rows.subarray(batch * batchSize, (batch + 1) * batchSize);
        return { size: chosen.length, ...(await make(chosen, epoch, batch)) };
      };
      return aheadOfUse(startBatch, batchCount, makeBatch, variation.ahead);
    },
  };
}

function imagesFeed(data: Float32Array<ArrayBuffer>, dataset: ImageDataset, count: number): TensorData {
  return { dtype: "float32", shape: [count, ...exampleShapeIn(dataset)], data };
}

/** Options out of range are to be met before the first batch. */
function requireAugmentation(dataset: ImageDataset, augmentation: AugmentOptions): void {
  if (dataset.count === 0)
    throw new InputError(`${dataset.name} has no pictures to vary, expected at least one`);
  augmentImages(dataset, new Uint32Array(0), Rng.of(0, "augmentation"), augmentation);
}
