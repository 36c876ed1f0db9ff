import { Rng } from "../base/index.ts";
import type { Column } from "../data/column.ts";
import { LabelIndex } from "../data/labelIndex.ts";

/** Embeddings of the sample at one step of the training. */
export interface Snapshot {
  /** Optimizer steps finished: 0 is untrained. */
  readonly step: number;
  /** Epochs finished, with the part of the current one: 1.5 is half way through the second. */
  readonly epoch: number;
  /** Pairs trained on since step 0; rows where those are counted. */
  readonly pairs: number;
  /** Sum of the losses of all these, so that two snapshots give the mean loss between them. */
  readonly lossSum: number;
  /** `[sample, dim]`, row by row. */
  readonly embeddings: Float32Array;
  /** Those of the other modalities, by modality: `[rows, dim]` of the rows of their column that have it, in ascending order. */
  readonly others?: ReadonlyMap<string, Float32Array>;
  /** Seconds that embedding them took. */
  readonly seconds?: number;
}

/** What the trainer hands its snapshots to. */
export interface Recorder {
  /** Rows to embed, in a modality that a tower embeds. */
  readonly sample: Column;
  /** The same or other rows in further modalities. Default: none. */
  readonly others?: readonly Column[];
  /** Whether a snapshot is to be taken after so many steps; a function of the step alone, so that a resumed run agrees. */
  due(step: number): boolean;
  take(snapshot: Snapshot): Promise<void>;
}

/** Pictures in the sample: enough to see ten clusters form, few enough to embed in some tenths of a second. */
export const sampleSize = 1000;

/** What the sample of a shorter run is a multiple of: pictures that are embedded in one go, so that none is wasted. */
const samplePart = 256;

/** Early snapshots, and those at the ends of one or two epochs: most of what a short run records. */
const fewestSnapshots = 10;

/**
 * Pictures embedded for each one trained on where a run is short. With the compact encoder, embedding takes 0.28 of
 * the time of training (55 against 195 microseconds on two cores), so this is 1.8 % of it.
 */
const mostEmbedded = 0.065;

/**
 * Pictures to record of a run that trains on so many in all: 1,000 where ten snapshots of them cost less than 2 % of
 * the training, which is from 154,000 on; else 512 or 256.
 *
 * @param trained epochs, by the pictures that the encoder sees in each
 */
export function recordingSize(trained: number): number {
  const affordable = (mostEmbedded * trained) / fewestSnapshots;
  if (affordable >= sampleSize) return sampleSize;
  return Math.min(2, Math.max(1, Math.floor(affordable / samplePart))) * samplePart;
}

/** Step of the first snapshot after the untrained one, and by how much each of the next early ones is later. */
const firstStep = 16;
const growth = 2.5;

/**
 * Pictures embedded for each picture that the encoder is trained on, in the long run; a pair is two. Embedding one
 * takes 0.13 to 0.18 of a training pair's time (measured on two cores: no gradients, and one picture instead of two),
 * so this costs 1.0 to 1.5 % of the training.
 */
const embeddedPerTrained = 0.04;

/**
 * The rows of a data set to record: `size` of them, as many of each class as there can be, in ascending order.
 *
 * Rare classes give all they have, and the others fill up in equal parts. Drawn from the stream `recording` of the seed.
 *
 * @param labels `[count]`
 * @param size default 1,000
 */
export function recordingRows(labels: Int32Array, seed: number, size = sampleSize): Uint32Array {
  const index = new LabelIndex(labels);
  const rng = Rng.of(seed, "recording");
  const smallestFirst = index.classes
    .map(({ count }, place) => ({ count, place }))
    .sort((a, b) => a.count - b.count || a.place - b.place);
  const chosen: number[] = [];
  let left = Math.min(size, labels.length);
  for (const [done, { count, place }] of smallestFirst.entries()) {
    const quota = Math.min(count, Math.floor(left / (smallestFirst.length - done)));
    const rows = index.rowsOf(place);
    for (const at of rng.permutation(count).subarray(0, quota)) chosen.push(rows[at]!);
    left -= quota;
  }
  return Uint32Array.from(chosen).sort();
}

/** What the steps of a recording follow from; the number of epochs is not among it, as a resumed run may change it. */
export interface RecordingPlan {
  /** Pictures in the sample. */
  readonly sample: number;
  /** Pictures that the encoder is trained on in a step. */
  readonly rowsPerStep: number;
  /** Batches of an epoch. */
  readonly batches: number;
}

/**
 * When to take a snapshot: untrained (step 0); at 16, 40, 100, 250 and so on, as most of the order comes about early;
 * and from the end of the first epoch on as often as 0.04 embedded pictures for each trained one allow, evenly over an
 * epoch and always at its end. Short epochs get one at the end of every so many only.
 */
export function recordingSchedule({
  sample,
  rowsPerStep,
  batches,
}: RecordingPlan): (step: number) => boolean {
  const interval = Math.max(1, Math.ceil(sample / (embeddedPerTrained * rowsPerStep)));
  const perEpoch = Math.floor(batches / interval);
  const period = perEpoch > 0 ? batches : Math.ceil(interval / batches) * batches;
  const early = new Set<number>();
  // Not right before the first regular one.
  for (let step = firstStep; step < period / 1.5; step *= growth) early.add(Math.round(step));
  const within = new Set([0]);
  for (let i = 1; i < perEpoch; i++) within.add(Math.round((i * batches) / perEpoch));
  return (step) => early.has(step) || step === 0 || (step >= period && within.has(step % period));
}
