import { afterEach, describe, expect, it } from "vitest";
import { Rng } from "../../../base/index.ts";
import { ShuffledSampler } from "../../../data/index.ts";
import {
  augmentationOf,
  compactEncoder,
  datasetOf,
  type ImageDataset,
  type PictureVariation,
  variationHere,
  variedPictures,
} from "../../../modality/image/index.ts";
import { type BatchSource, viewSource } from "../../../train/index.ts";
import { VariationThreads } from "./variationThreads.ts";

const rng = Rng.of(3, "pictures");
const each = 3 * 16 * 16;
const dataset: ImageDataset = {
  name: "drawn",
  count: 40,
  channels: 3,
  height: 16,
  width: 16,
  pixels: Uint8Array.from({ length: 40 * each }, () => rng.int(256)),
  labels: new Int32Array(40),
};
const augmentation = { ...augmentationOf("photo", 64), ...augmentationOf("digits", 16) };

const encoder = compactEncoder({ channels: 3, size: 16 });

const batchOf = (rows: number[], batch: number) => ({
  pictures: dataset,
  rows: Uint32Array.from(rows),
  augmentation,
  ...{ seed: 4, epoch: 2, batch },
});

let threads: VariationThreads | undefined;
afterEach(() => threads?.dispose());

async function feedsOf(variation: PictureVariation, startBatch = 0): Promise<ArrayLike<unknown>[]> {
  const sampler = new ShuffledSampler(40, { batchSize: 6, seed: 4 });
  const source: BatchSource = viewSource(datasetOf(dataset), encoder, {
    ...{ sampler, seed: 4 },
    vary: variedPictures(augmentation, variation),
  });
  const feeds: ArrayLike<unknown>[] = [];
  for await (const { feeds: given } of source.batches(1, startBatch)) feeds.push(given.images!.data);
  return feeds;
}

describe("VariationThreads", () => {
  it("varies bit for bit as on one thread, a picture that comes twice too", async () => {
    threads = new VariationThreads({ threads: 2, longest: 0 });
    const asked = [[7], [5, 39, 5, 0], [1, 2], [38, 38]].map((rows, batch) => batchOf(rows, batch));
    for (const batch of asked) {
      const expected = await variationHere.vary(batch);
      expect(await threads.vary(batch)).toEqual(expected);
    }
    // The first was varied here, to learn how long it takes.
    expect(threads.started).toBe(2);
    // The pixels themselves were not given away.
    expect(dataset.pixels).toHaveLength(40 * each);
  });

  it("keeps short work on this thread", async () => {
    threads = new VariationThreads({ threads: 2, longest: 60_000 });
    for (let batch = 0; batch < 3; batch++) await threads.vary(batchOf([batch], batch));
    expect(threads.started).toBe(0);
  });

  it("serves the same batches in the same order, from the middle of an epoch too", async () => {
    threads = new VariationThreads({ threads: 3, longest: 0 });
    const expected = await feedsOf(variationHere);
    expect(expected).toHaveLength(7);
    expect(await feedsOf(threads)).toEqual(expected);
    expect(await feedsOf(threads, 4)).toEqual(expected.slice(4));
  });

  it("hands on why a batch cannot be varied, and goes on with others", async () => {
    threads = new VariationThreads({ threads: 1, longest: 0 });
    await threads.vary(batchOf([0], 0));
    const wrong = { ...batchOf([1], 1), augmentation: { scale: 2 } };
    await expect(threads.vary(wrong)).rejects.toThrow(
      "pictures could not be varied: augmentation's scale 2 cannot be used, expected a share of 0 or more and below 1",
    );
    expect(await threads.vary(batchOf([1], 1))).toEqual(await variationHere.vary(batchOf([1], 1)));
  });

  it("leaves nobody waiting when it is ended", async () => {
    threads = new VariationThreads({ threads: 1, longest: 0 });
    await threads.vary(batchOf([0], 0));
    const waiting = threads.vary(batchOf([1], 1));
    const settled = expect(waiting).rejects.toThrow("pictures were still being varied when that was ended");
    await threads.dispose();
    await settled;
  });
});
