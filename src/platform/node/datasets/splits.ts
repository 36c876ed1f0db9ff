import type { ImageDataset } from "../../../modality/image/index.ts";
import { type DatasetSplit, type LoadDatasetOptions, loadDataset, MissingSplitError } from "./datasets.ts";

/**
 * The pictures of a split, or of all: train and then test. All of a source without a test split, such as a CSV, is its
 * train split.
 *
 * @param limitOf how many of a split's pictures to take, null for all
 * @param options how picture files are to be read
 * @throws InputError as `loadDataset` does.
 */
export async function loadSplits(
  source: string,
  split: DatasetSplit | "all",
  limitOf: (split: DatasetSplit) => number | null,
  options: Omit<LoadDatasetOptions, "split" | "limit" | "validationAsTest"> = {},
): Promise<readonly ImageDataset[]> {
  const load = (part: DatasetSplit): Promise<ImageDataset> => {
    const limit = limitOf(part);
    return loadDataset(source, {
      ...options,
      split: part,
      // All of a data set has its validation pictures in it already.
      validationAsTest: split !== "all",
      ...(limit === null ? {} : { limit }),
    });
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
