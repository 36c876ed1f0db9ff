import { lossByName } from "../../losses/index.ts";
import type { RunChoices } from "../recipes.ts";
import type { RunConfig } from "../runConfig.ts";
import type { DataSeen } from "./dataSeen.ts";
import { type Reason, yours } from "./reason.ts";

/** Classes are called unequal where the largest has so many times the pictures of the smallest. */
const unequal = 3;

/** Pictures of a class in a batch, at least: a few positives for each. */
const images = { least: 4, most: 16 };

/** Batches of an epoch, at least, as far as the pictures go. */
const leastBatches = 8;

/** Pictures in a batch, at least. */
const leastBatch = 16;

export interface ChosenBatches {
  readonly choices: Pick<RunChoices, "sampler" | "classes" | "imagesPerClass" | "batchSize">;
  /** Pairs or pictures of an epoch. */
  readonly perEpoch: number;
  readonly batchSize: number;
  readonly reason: Reason;
}

/**
 * How batches are drawn, and how large: as the recipe has it, smaller for few pictures so that an epoch has some steps, and
 * by classes where these are unequal, or so many that a random batch would hold hardly two of one.
 *
 * @param usual what the recipe and the given choices come to
 */
export function chooseBatches(seen: DataSeen, given: RunChoices, usual: RunConfig): ChosenBatches {
  const { sampler, classes, imagesPerClass, batchSize } = given;
  const what = "batches";
  const all = seen.training;
  const noun = usual.sampler.name === "pairs" ? "pairs" : "pictures";
  if (
    sampler !== undefined ||
    classes !== undefined ||
    imagesPerClass !== undefined ||
    batchSize !== undefined
  ) {
    const option =
      batchSize !== undefined
        ? "batch-size"
        : sampler !== undefined
          ? "sampler"
          : classes !== undefined
            ? "classes"
            : "images-per-class";
    return {
      choices: { sampler, classes, imagesPerClass, batchSize },
      perEpoch: all,
      batchSize: usual.batchSize,
      reason: { what, chosen: `of ${usual.batchSize} ${noun}`, why: yours(option) },
    };
  }
  const size = Math.min(usual.batchSize, Math.max(leastBatch, Math.floor(all / leastBatches)));
  const { name, ...options } = usual.loss;
  const present = seen.classes.filter(({ training }) => training > 0);
  if (lossByName(name, options).of === "labels" && present.length >= 2) {
    const counts = present.map(({ training }) => training);
    const [fewest, most] = [Math.min(...counts), Math.max(...counts)];
    const many = present.length > size / images.least;
    if (many || most >= unequal * fewest) {
      const inBatch = Math.max(2, Math.min(present.length, Math.floor(size / images.least)));
      const each = Math.max(images.least, Math.min(images.most, Math.floor(size / inBatch)));
      const why = many
        ? `of ${present.length} classes, a batch by lot would hold hardly two pictures of one`
        : `classes have ${fewest.toLocaleString("en")} to ${most.toLocaleString("en")} pictures, and each is to count the same`;
      const groups = counts.map((count) => Math.ceil(count / each));
      const batches = Math.max(Math.ceil(groups.reduce((sum, n) => sum + n, 0) / inBatch), ...groups);
      return {
        choices: { sampler: "classBalanced", classes: inBatch, imagesPerClass: each },
        perEpoch: batches * inBatch * each,
        batchSize: inBatch * each,
        reason: { what, chosen: `of ${inBatch} classes x ${each} pictures`, why },
      };
    }
  }
  const small = size < usual.batchSize;
  return {
    choices: { batchSize: size },
    perEpoch: all,
    batchSize: size,
    reason: {
      what,
      chosen: `of ${size} ${noun}`,
      why: small
        ? `so that an epoch of ${all.toLocaleString("en")} ${noun} has some steps`
        : "as the recipe has it",
    },
  };
}
