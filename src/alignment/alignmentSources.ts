import { type TensorData, tensorData } from "../base/index.ts";
import {
  columnOf,
  type Dataset,
  GroupedSampler,
  type Ports,
  presentRows,
  requirePorts,
  type VariedRows,
  type Vary,
} from "../data/index.ts";
import { aheadOfUse } from "../train/aheadOfUse.ts";
import type { BatchSource, MakeSources, Tower, TrainingBatch } from "../train/index.ts";
import { type AlignedPair, type Groups, groupsByLabel, pairedRows, requirePairs } from "./pairs.ts";

export interface AlignmentSourceOptions {
  /**
   * How training rows of a modality are varied, by its name; null for not at all. Default: as its column has them varied, which
   * also draws one of several captions or recordings; where the column has no way to, they are as they are.
   */
  readonly vary?: Readonly<Record<string, Vary | null>>;
  /** Which rows belong together. Default {@link groupsByLabel}. */
  readonly groups?: Groups;
  /**
   * Rows of a group that come into a batch together, where it has several. Default: 2 where a modality is paired with itself,
   * else 1, which is all rows in any order.
   */
  readonly perItem?: number;
}

/** The name under which an alignment is fed a port of a modality. */
export const alignedFeed = (modality: string, port: string): string => `${modality}.${port}`;

/** The name under which an alignment is fed which rows have a modality, `[batch]` of 1 and 0. */
export const presenceFeed = (modality: string): string => `${modality}.present`;

/** Rows of a group that come into a batch together, where nothing else is said. */
export function defaultPerItem(pairs: readonly AlignedPair[]): number {
  return pairs.some(({ between: [a, b] }) => a === b) ? 2 : 1;
}

/**
 * Batches of rows with all their modalities: each row that takes part in a pair once an epoch, see `GroupedSampler`; for
 * validation the same batches each time, of rows as they are.
 *
 * A row that lacks a modality is masked. Another row of the batch that has it stands in its place, so that batch statistics stay
 * those of real rows and no tower divides by a mask of zeros.
 *
 * @throws InputError when the data lacks a column that a tower takes, or no row takes part in a pair.
 */
export function alignmentSources(
  towers: readonly Tower[],
  pairs: readonly AlignedPair[],
  options: AlignmentSourceOptions = {},
): MakeSources {
  const { vary = {}, groups: groupsOf = groupsByLabel, perItem = defaultPerItem(pairs) } = options;
  return ({ training, validation }, { batchSize, seed }) => {
    const serve = (dataset: Dataset, varied: boolean): BatchSource => {
      const groups = groupsOf(dataset);
      const rows = pairedRows(dataset, groups, pairs);
      const ofRows = Int32Array.from(rows, (row) => groups[row]!);
      const sampler = new GroupedSampler(ofRows, { batchSize, perItem, seed });
      const senses = towers.map((tower) => senseOf(dataset, tower, varied ? vary : null, seed));
      const ahead = Math.max(1, ...senses.map((sense) => sense.ahead));
      return {
        unit: "items",
        count: rows.length,
        batchSize,
        batchCount: sampler.batchCount,
        encoded: towers.length,
        batches(epoch, startBatch) {
          const drawn = sampler.epochBatches(epoch);
          const makeBatch = async (batch: number): Promise<TrainingBatch> => {
            const places = drawn.subarray(batch * batchSize, (batch + 1) * batchSize);
            const chosen = places.map((place) => rows[place]!);
            const feeds = await Promise.all(senses.map(({ feeds }) => feeds(chosen, epoch, batch)));
            const ofGroups = Int32Array.from(places, (place) => ofRows[place]!);
            const size = chosen.length;
            return {
              size,
              feeds: {
                ...Object.fromEntries(feeds.flatMap((each) => Object.entries(each))),
                groups: { dtype: "int32", shape: [size], data: ofGroups },
              },
            };
          };
          return aheadOfUse(startBatch, sampler.batchCount, makeBatch, ahead);
        },
      };
    };
    requirePairs(training, groupsOf(training), pairs);
    const validated =
      validation.count > 0 &&
      pairedRows(validation, groupsOf(validation), pairs).length > 0 &&
      towers.every(({ modality }) => presentRows(columnOf(validation, modality))?.length !== 0);
    return { training: serve(training, true), validation: validated ? serve(validation, false) : null };
  };
}

/** One modality of a batch: its tower's ports, and which rows have it. */
interface Sense {
  readonly ahead: number;
  feeds(rows: Uint32Array, epoch: number, batch: number): Promise<Record<string, TensorData>>;
}

function senseOf(
  dataset: Dataset,
  { modality, ports }: Tower,
  vary: Readonly<Record<string, Vary | null>> | null,
  seed: number,
): Sense {
  const column = columnOf(dataset, modality);
  requirePorts(column, ports);
  const how = vary && (vary[modality] === undefined ? column.vary : vary[modality]);
  const asTheyAre: VariedRows = { ahead: 1, gather: (rows) => column.gather(rows) };
  const from = how ? how(column, seed) : asTheyAre;
  const anyRow = presentRows(column)?.[0] ?? 0;
  return {
    ahead: from.ahead,
    async feeds(rows, epoch, batch) {
      const there = rows.filter((row) => column.has(row));
      const standIn = (place: number): number => (there.length > 0 ? there[place % there.length]! : anyRow);
      const filled = rows.map((row, place) => (column.has(row) ? row : standIn(place)));
      const given: Ports = await from.gather(filled, epoch, batch);
      const present = Float32Array.from(rows, (row) => (column.has(row) ? 1 : 0));
      return {
        ...Object.fromEntries(ports.map(({ name }) => [alignedFeed(modality, name), given[name]!])),
        [presenceFeed(modality)]: tensorData("float32", [rows.length], present),
      };
    },
  };
}
