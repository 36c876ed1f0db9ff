import { InputError, type TensorData } from "../base/index.ts";
import {
  type BatchSampler,
  type Column,
  columnOf,
  type Dataset,
  hasTriplets,
  PairSampler,
  type Pairs,
  type Ports,
  presentRows,
  requirePorts,
  ShuffledSampler,
  type VariedRows,
  type Vary,
  validationPairs,
} from "../data/index.ts";
import { modalityNamed } from "../modality/modality.ts";
import { type Tower, towerOf } from "../modality/tower.ts";
import type { Encoder } from "../nn/index.ts";
import { aheadOfUse } from "./aheadOfUse.ts";

/** Which rows of the training set a batch shows, for whoever looks on; the engine never sees it. */
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
  /** Each row once. */
  | { readonly of: "labels"; readonly rows: Uint32Array }
  /** Two views of each row, the first of all and then the second of all: `[2 * size]`. */
  | { readonly of: "views"; readonly rows: Uint32Array };

/** A batch ready for the engine; its arrays are new and own their memory, so they may be transferred. */
export interface TrainingBatch {
  /** Pairs or rows in it. */
  readonly size: number;
  readonly feeds: Readonly<Record<string, TensorData>>;
  /** Not every source tells. */
  readonly rows?: BatchRows;
}

/** Where a training's batches come from: what an epoch is, and how it is served in steps. */
export interface BatchSource {
  /** What is counted: `pairs` where they are drawn before the tower, else what the modality calls its rows, such as `pictures`. */
  readonly unit: string;
  /** Pairs or rows of an epoch. */
  readonly count: number;
  /** Pairs or rows in a batch; the last one of an epoch holds what is left. */
  readonly batchSize: number;
  /** Batches of an epoch. */
  readonly batchCount: number;
  /** Rows that the tower sees for each of the unit: 2 for a pair, 1 for a labelled row, 2 for its views. */
  readonly encoded: number;
  /**
   * The batches of an epoch, both counted from 0. A function of the epoch, so that going on from `startBatch` gives
   * the same ones.
   */
  batches(epoch: number, startBatch: number): AsyncIterable<TrainingBatch>;
}

/** The batches of a training and of its validation; null without validation rows that a loss can be taken of. */
export interface BatchSources {
  readonly training: BatchSource;
  /** Its epoch 0 is what the validation loss is taken of, each time. */
  readonly validation: BatchSource | null;
}

/** What is trained on, and what is validated by. */
export interface TrainingData {
  readonly training: Dataset;
  /** May be empty: then no validation metrics are taken. */
  readonly validation: Dataset;
}

/** Makes the sources of a training. */
export type MakeSources = (
  data: TrainingData,
  options: { readonly batchSize: number; readonly seed: number },
) => BatchSources;

/** Batch sizes that a source's epochs consist of: one, or two where the last batch is shorter. */
export function batchSizesOf({ count, batchSize }: BatchSource): number[] {
  return [...new Set([Math.min(batchSize, count), count % batchSize || Math.min(batchSize, count)])];
}

/** The name under which a task of pairs is fed a port of its anchors or contrastives. */
export const pairFeed = (role: "anchor" | "contrastive", port: string): string => `${role}.${port}`;

/** A data set's column for a tower, and the rows of the data set at places among those that have it. */
function columnFor(dataset: Dataset, tower: Tower) {
  const column = columnOf(dataset, tower.modality);
  requirePorts(column, tower.ports);
  const present = presentRows(column);
  const rowsAt = (places: Uint32Array): Uint32Array =>
    present ? places.map((place) => present[place]!) : places;
  const labels = present ? Int32Array.from(present, (row) => dataset.labels[row]!) : dataset.labels;
  return { column, count: labels.length, labels, rowsAt };
}

/** What a tower takes of what was gathered, by the names of feeds. */
function feedsOf(
  { ports }: Tower,
  given: Ports,
  nameOf: (port: string) => string = (port) => port,
): Record<string, TensorData> {
  return Object.fromEntries(ports.map(({ name }) => [nameOf(name), given[name]!]));
}

/**
 * The lesson's batches: every row is an anchor once an epoch, its partner alike or unalike by a coin's toss; and
 * for validation the same pairs each time, where its rows have any. For a task of pairs. Rows that lack the tower's modality are
 * passed over.
 *
 * @throws InputError when no pairs can be drawn.
 */
export function pairSources(of: Tower | Encoder): MakeSources {
  const tower = towerOf(of);
  return ({ training, validation }, { batchSize, seed }) => {
    const trained = columnFor(training, tower);
    const sampler = new PairSampler(trained.labels, seed, training.classes);
    const serve = (
      { column, rowsAt }: ReturnType<typeof columnFor>,
      count: number,
      pairsOf: (epoch: number) => Pairs,
    ): BatchSource => ({
      unit: "pairs",
      count,
      batchSize,
      batchCount: Math.ceil(count / batchSize),
      encoded: 2,
      batches(epoch, startBatch) {
        const { anchor, contrastive, target } = pairsOf(epoch);
        return aheadOfUse(startBatch, this.batchCount, async (batch): Promise<TrainingBatch> => {
          const [start, end] = [batch * batchSize, (batch + 1) * batchSize];
          const anchors = rowsAt(anchor.subarray(start, end));
          const partners = rowsAt(contrastive.subarray(start, end));
          const size = anchors.length;
          return {
            size,
            feeds: {
              ...feedsOf(tower, await column.gather(anchors), (port) => pairFeed("anchor", port)),
              ...feedsOf(tower, await column.gather(partners), (port) => pairFeed("contrastive", port)),
              target: { dtype: "float32", shape: [size], data: target.slice(start, end) },
            },
            rows: { of: "pairs", anchors, partners, alike: target.subarray(start, end) },
          };
        });
      },
    });
    const held = validation.count > 0 ? columnFor(validation, tower) : null;
    const fixed =
      held && hasTriplets(held.labels) ? validationPairs(held.labels, seed, validation.classes) : null;
    return {
      training: serve(trained, sampler.count, (epoch) => sampler.epochPairs(epoch)),
      validation: held && fixed && serve(held, fixed.anchor.length, () => fixed),
    };
  };
}

export interface RowSourceOptions {
  /** Where the rows of a batch come from. */
  readonly sampler: BatchSampler;
  /** Seed of the variations. */
  readonly seed: number;
}

/**
 * Labelled rows in a sampler's batches, varied at random where `vary` is given. For a task of labels.
 *
 * @param vary null for rows as they are
 */
export function labelSource(
  dataset: Dataset,
  of: Tower | Encoder,
  options: RowSourceOptions & { readonly vary: Vary | null },
): BatchSource {
  const tower = towerOf(of);
  const { column } = columnFor(dataset, tower);
  const asTheyAre: VariedRows = { ahead: 1, gather: (rows) => column.gather(rows) };
  const from = options.vary?.(column, options.seed) ?? asTheyAre;
  return rowSource(tower, options, 1, from, (rows) => ({
    rows,
    feeds: {
      labels: {
        dtype: "int32",
        shape: [rows.length],
        data: Int32Array.from(rows, (row) => dataset.labels[row]!),
      },
    },
    told: { of: "labels", rows },
  }));
}

/**
 * Two variations of each row in a sampler's batches, without labels. For a task of views.
 *
 * @param vary default: as the column's modality has them varied
 * @throws InputError when nothing says how rows are varied.
 */
export function viewSource(
  dataset: Dataset,
  of: Tower | Encoder,
  options: RowSourceOptions & { readonly vary?: Vary | undefined },
): BatchSource {
  const tower = towerOf(of);
  const { column } = columnFor(dataset, tower);
  const vary = options.vary ?? varyOf(column);
  return rowSource(tower, options, 2, vary(column, options.seed), (rows) => {
    const twice = new Uint32Array(2 * rows.length);
    twice.set(rows);
    twice.set(rows, rows.length);
    return { rows: twice, feeds: {}, told: { of: "views", rows: twice } };
  });
}

function varyOf({ name, modality, vary }: Column): Vary {
  if (vary) return vary;
  throw new InputError(
    `views are variations of a row, and ${name} has no way to vary its ${modalityNamed(modality).items}: say how`,
  );
}

/**
 * Sources of rows in a new order each epoch, in batches of the training's size. Rows that lack the tower's modality are passed
 * over.
 *
 * @param make makes the batches of a part of the data
 */
export function shuffledSources(
  tower: Tower,
  make: (dataset: Dataset, options: RowSourceOptions, part: "training" | "validation") => BatchSource,
): MakeSources {
  return ({ training, validation }, { batchSize, seed }) => {
    const made = (dataset: Dataset, part: "training" | "validation"): BatchSource => {
      const { count, rowsAt } = columnFor(dataset, tower);
      const places = new ShuffledSampler(count, { batchSize, seed });
      const sampler: BatchSampler = {
        batchSize,
        batchCount: places.batchCount,
        epochBatches: (epoch) => rowsAt(places.epochBatches(epoch)),
      };
      return make(dataset, { sampler, seed }, part);
    };
    return {
      training: made(training, "training"),
      validation:
        validation.count > 0 && columnFor(validation, tower).count > 0
          ? made(validation, "validation")
          : null,
    };
  };
}

/** What a batch of rows is made of: the rows to gather, what else is fed, and what an onlooker is told. */
interface RowBatch {
  readonly rows: Uint32Array;
  readonly feeds: Readonly<Record<string, TensorData>>;
  readonly told: BatchRows;
}

function rowSource(
  tower: Tower,
  { sampler }: RowSourceOptions,
  encoded: number,
  from: VariedRows,
  batchOf: (rows: Uint32Array) => RowBatch,
): BatchSource {
  const { batchSize, batchCount } = sampler;
  return {
    unit: modalityNamed(tower.modality).items,
    count: sampler.epochBatches(0).length,
    batchSize,
    batchCount,
    encoded,
    batches(epoch, startBatch) {
      const drawn = sampler.epochBatches(epoch);
      const makeBatch = async (batch: number): Promise<TrainingBatch> => {
        const chosen = drawn.subarray(batch * batchSize, (batch + 1) * batchSize);
        const { rows, feeds, told } = batchOf(chosen);
        const given = await from.gather(rows, epoch, batch);
        return { size: chosen.length, feeds: { ...feedsOf(tower, given), ...feeds }, rows: told };
      };
      return aheadOfUse(startBatch, batchCount, makeBatch, from.ahead);
    },
  };
}
