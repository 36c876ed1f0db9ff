import { describe, expect, it } from "vitest";
import { ClassBalancedSampler, PairSampler, ShuffledSampler, validationPairs } from "../data/index.ts";
import {
  compactEncoder,
  datasetOf,
  datasetsOf,
  gatherImages,
  type ImageDataset,
  variedPictures,
} from "../modality/image/index.ts";
import {
  type BatchSource,
  batchSizesOf,
  labelSource,
  pairSources,
  type TrainingBatch,
  viewSource,
} from "./source.ts";

const pictures = 23;
const pixels = 8 * 8;

/** Each picture has pixels of its own, and label = row mod 3. */
const dataset: ImageDataset = {
  name: "toy",
  count: pictures,
  channels: 1,
  height: 8,
  width: 8,
  pixels: Uint8Array.from({ length: pictures * pixels }, (_, i) => (i * 7 + Math.floor(i / pixels)) % 251),
  labels: Int32Array.from({ length: pictures }, (_, row) => row % 3),
};
const data = datasetOf(dataset);
const encoder = compactEncoder({ size: 8 });
const light = { shift: 1, rotation: 10, scale: 0.1 };
const shuffled = new ShuffledSampler(pictures, { batchSize: 5, seed: 4 });

async function all(source: BatchSource, epoch: number, startBatch = 0): Promise<TrainingBatch[]> {
  const batches: TrainingBatch[] = [];
  for await (const batch of source.batches(epoch, startBatch)) batches.push(batch);
  return batches;
}

const labelled = (augmentation: typeof light | null, seed = 4): BatchSource =>
  labelSource(data, encoder, {
    ...{ sampler: shuffled, seed },
    vary: augmentation && variedPictures(augmentation),
  });

describe("labelSource", () => {
  it("feeds the sampler's pictures as they are, with their labels", async () => {
    const batches = await all(labelled(null), 2);
    const rows = shuffled.epochBatches(2);
    expect(batches.map(({ size }) => size)).toEqual([5, 5, 5, 5, 3]);
    for (const [i, { size, feeds }] of batches.entries()) {
      const expected = rows.slice(5 * i, 5 * (i + 1));
      expect(feeds.images).toEqual({
        dtype: "float32",
        shape: [size, 1, 8, 8],
        data: gatherImages(dataset, expected),
      });
      expect(feeds.labels).toEqual({
        dtype: "int32",
        shape: [size],
        data: Int32Array.from(expected, (row) => row % 3),
      });
    }
  });

  it("counts pictures of an epoch in the sampler's batches", () => {
    const balanced = new ClassBalancedSampler(dataset.labels, { classes: 3, images: 4, seed: 1 });
    expect(labelled(null)).toMatchObject({
      unit: "pictures",
      count: 23,
      batchSize: 5,
      batchCount: 5,
      encoded: 1,
    });
    expect(batchSizesOf(labelled(null))).toEqual([5, 3]);
    const source = labelSource(data, encoder, { sampler: balanced, seed: 1, vary: null });
    expect(source).toMatchObject({ count: 24, batchSize: 12, batchCount: 2 });
    expect(batchSizesOf(source)).toEqual([12]);
    const few = new ShuffledSampler(3, { batchSize: 5, seed: 1 });
    expect(batchSizesOf(labelSource(data, encoder, { sampler: few, seed: 1, vary: null }))).toEqual([3]);
  });

  it("varies pictures by seed, epoch and batch, and gives the same bits from the middle of an epoch on", async () => {
    const whole = await all(labelled(light), 1);
    expect(await all(labelled(light), 1, 2)).toEqual(whole.slice(2));
    const plain = await all(labelled(null), 1);
    const other = await all(labelled(light, 5), 1);
    for (const [i, { feeds }] of whole.entries()) {
      expect(feeds.labels).toEqual(plain[i]!.feeds.labels);
      expect(feeds.images).not.toEqual(plain[i]!.feeds.images);
      expect(feeds.images).not.toEqual(other[i]!.feeds.images);
      for (const value of feeds.images!.data) expect(Math.abs(Number(value))).toBeLessThanOrEqual(1);
    }
    // The same pictures in two batches would else be varied alike.
    const same = {
      batchSize: 5,
      batchCount: 2,
      epochBatches: () => Uint32Array.of(1, 2, 3, 4, 5, 1, 2, 3, 4, 5),
    };
    const source = labelSource(data, encoder, { sampler: same, seed: 4, vary: variedPictures(light) });
    const [first, second] = await all(source, 0);
    const [later] = await all(source, 1);
    expect(first!.feeds.images).not.toEqual(second!.feeds.images);
    expect(first!.feeds.images).not.toEqual(later!.feeds.images);
  });

  it("refuses a variation out of range before any batch", () => {
    expect(() => labelled({ ...light, scale: 2 })).toThrow(/scale/);
  });
});

describe("viewSource", () => {
  it("feeds two variations of each picture, the first of all and then the second of all, and no labels", async () => {
    const source = viewSource(data, encoder, { sampler: shuffled, seed: 4, vary: variedPictures(light) });
    expect(source).toMatchObject({ unit: "pictures", count: 23, encoded: 2 });
    const batches = await all(source, 0);
    expect(await all(source, 0, 3)).toEqual(batches.slice(3));
    for (const { size, feeds } of batches) {
      expect(Object.keys(feeds)).toEqual(["images"]);
      expect(feeds.images!.shape).toEqual([2 * size, 1, 8, 8]);
      expect(feeds.images!.data.slice(0, size * pixels)).not.toEqual(feeds.images!.data.slice(size * pixels));
    }
    // With nothing to vary, both halves are the pictures themselves.
    const still = viewSource(data, encoder, { sampler: shuffled, seed: 4, vary: variedPictures({}) });
    const rows = shuffled.epochBatches(0).slice(0, 5);
    const plain = gatherImages(dataset, Uint32Array.of(...rows, ...rows));
    const [first] = await all(still, 0);
    for (const [i, value] of first!.feeds.images!.data.entries()) expect(value).toBeCloseTo(plain[i]!, 5);
  });
});

describe("pairSources", () => {
  it("serves the sampler's pairs of each epoch, and the same validation pairs each time", async () => {
    const validation = { ...dataset, name: "held out" };
    const sources = pairSources(encoder)(datasetsOf({ training: dataset, validation }), {
      batchSize: 6,
      seed: 9,
    });
    expect(sources.training).toMatchObject({
      unit: "pairs",
      count: 23,
      batchSize: 6,
      batchCount: 4,
      encoded: 2,
    });
    const drawn = new PairSampler(dataset.labels, 9).epochPairs(3);
    const held = validationPairs(validation.labels, 9);
    for (const [source, epoch, pairs] of [
      [sources.training, 3, drawn],
      [sources.validation!, 0, held],
    ] as const) {
      const batches = await all(source, epoch, 1);
      expect(batches).toHaveLength(3);
      for (const [i, { size, feeds }] of batches.entries()) {
        const part = <T>(column: { slice(start: number, end: number): T }): T =>
          column.slice(6 * (i + 1), 6 * (i + 2));
        const shape = [size, 1, 8, 8];
        expect(size).toBe(i < 2 ? 6 : 5);
        expect(feeds).toEqual({
          "anchor.images": { dtype: "float32", shape, data: gatherImages(dataset, part(pairs.anchor)) },
          "contrastive.images": {
            ...{ dtype: "float32", shape },
            data: gatherImages(dataset, part(pairs.contrastive)),
          },
          target: { dtype: "float32", shape: [size], data: part(pairs.target) },
        });
        // What may be given away: memory of its own, and all of it.
        const arrays = Object.values(feeds).map(({ data }) => data);
        expect(new Set(arrays.map(({ buffer }) => buffer)).size).toBe(3);
        for (const { buffer, byteLength } of arrays) expect(buffer.byteLength).toBe(byteLength);
      }
    }
  });

  it("has no validation without pictures for it", () => {
    const none = { ...dataset, count: 0, pixels: new Uint8Array(), labels: new Int32Array() };
    expect(
      pairSources(encoder)(datasetsOf({ training: dataset, validation: none }), { batchSize: 6, seed: 9 })
        .validation,
    ).toBeNull();
  });
});
