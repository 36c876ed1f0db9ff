import type { ImageDataset } from "../../data/index.ts";
import { type DatasetSplit, loadDataset, MissingSplitError } from "./datasets.ts";

/**
 * The pictures of a split, or of all: train and then test. All of a source without a test split, such as a CSV, is its
 * train split.
 *
 * @param limitOf how many of a split's first pictures to take, null for all
 * @throws InputError as `loadDataset` does.
 */
export async function loadSplits(
  source: string,
  split: DatasetSplit | "all",
  limitOf: (split: DatasetSplit) => number | null,
): Promise<readonly ImageDataset[]> {
  const load = (part: DatasetSplit): Promise<ImageDataset> => {
    const limit = limitOf(part);
    return loadDataset(source, { split: part, ...(limit === null ? {} : { limit }) });
  };
  if (split !== "all") return [await load(split)];
  const train = await load("train");
  try {
    return [train, await load("test")];
  } catch (error) {
    if (!(error instanceof MissingSplitError)) throw error;
    return [train];
  }
}
