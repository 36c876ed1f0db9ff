import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { KindredError } from "../../base/index.ts";
import { PairSampler, type Pairs } from "../../data/pairs.ts";
import type { ImageDataset } from "./imageDataset.ts";
import { assembleBatch, type PairBatch, PairLoader, type PairLoaderOptions } from "./loader.ts";

/** Images of 1 x 2: row `i` has the pixels `i` and `255 - i`, and the label `i % 3`. */
function numbered(count: number): ImageDataset {
  return {
    name: "toy",
    count,
    channels: 1,
    height: 1,
    width: 2,
    pixels: Uint8Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? i / 2 : 255 - (i - 1) / 2)),
    labels: Int32Array.from({ length: count }, (_, i) => i % 3),
  };
}

async function collect(
  dataset: ImageDataset,
  pairs: Pairs,
  options: PairLoaderOptions,
): Promise<PairBatch[]> {
  const batches: PairBatch[] = [];
  for await (const batch of new PairLoader(dataset, pairs, options)) batches.push(batch);
  return batches;
}

const scaled = (rows: Iterable<number>): number[] =>
  Array.from(rows).flatMap((row) => [Math.fround(row / 127.5 - 1), Math.fround((255 - row) / 127.5 - 1)]);

/** As many turns of the event loop as all that may be prepared ahead takes: a batch is prepared in each. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setTimeout(resolve, 0));
}

afterEach(() => {
  vi.useRealTimers();
});

describe("PairLoader", () => {
  it("serves the pairs in their order, the last partial batch included, from any batch on", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 6, max: 60 }),
        fc.integer({ min: 1, max: 70 }),
        fc.nat(3),
        fc.nat(99),
        async (count, batchSize, prefetch, epoch) => {
          const dataset = numbered(count);
          const pairs = new PairSampler(dataset.labels, 1).epochPairs(epoch);
          const batchCount = Math.ceil(count / batchSize);
          const startBatch = epoch % (batchCount + 1);
          const batches = await collect(dataset, pairs, { batchSize, startBatch, prefetch });
          expect(batches.length).toBe(batchCount - startBatch);
          for (const [i, batch] of batches.entries()) {
            const start = (startBatch + i) * batchSize;
            const end = Math.min(start + batchSize, count);
            expect(batch.size).toBe(end - start);
            expect([...batch.anchor]).toEqual(scaled(pairs.anchor.slice(start, end)));
            expect([...batch.contrastive]).toEqual(scaled(pairs.contrastive.slice(start, end)));
            expect(batch.target).toEqual(pairs.target.slice(start, end));
            expect(batch.label).toEqual(pairs.label.slice(start, end));
            expect(batch).toEqual(assembleBatch(dataset, pairs, start, end));
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it.each([0, 1, 3])("has %i batches ready while the consumer awaits", async (prefetch) => {
    const dataset = numbered(30);
    const pairs = new PairSampler(dataset.labels, 1).epochPairs(0);
    const original = await collect(dataset, pairs, { batchSize: 5 });
    const batches: PairBatch[] = [];
    for await (const batch of new PairLoader(dataset, pairs, { batchSize: 5, prefetch })) {
      if (batches.length === 0) {
        await turns();
        // Batches assembled from here on show it.
        dataset.pixels.fill(0);
      }
      batches.push(batch);
    }
    const kept = batches.map((batch, i) =>
      batch.anchor.every((value, at) => value === original[i]!.anchor[at]),
    );
    expect(kept).toEqual(Array.from({ length: 6 }, (_, i) => i <= prefetch));
  });

  it("serves arrays that may be transferred away, each of its own memory", async () => {
    const dataset = numbered(12);
    const pairs = new PairSampler(dataset.labels, 1).epochPairs(0);
    const moved: number[] = [];
    for await (const batch of new PairLoader(dataset, pairs, { batchSize: 5 })) {
      const arrays = [batch.anchor, batch.contrastive, batch.target, batch.label];
      expect(new Set(arrays.map(({ buffer }) => buffer)).size).toBe(4);
      for (const { buffer, byteLength } of arrays) expect(buffer.byteLength).toBe(byteLength);
      await turns();
      moved.push(...structuredClone(batch.anchor, { transfer: arrays.map(({ buffer }) => buffer) }));
    }
    expect(moved).toEqual(scaled(pairs.anchor));
    expect(pairs.target.length).toBe(12);
  });

  it("leaves no timer behind when its consumer stops early", async () => {
    vi.useFakeTimers();
    const dataset = numbered(12);
    const pairs = new PairSampler(dataset.labels, 1).epochPairs(0);
    for await (const _ of new PairLoader(dataset, pairs, { batchSize: 2 })) {
      expect(vi.getTimerCount()).toBe(1);
      break;
    }
    expect(vi.getTimerCount()).toBe(0);
  });

  it("refuses sizes that make no sense and rows that are not there", () => {
    const dataset = numbered(12);
    const pairs = new PairSampler(dataset.labels, 1).epochPairs(0);
    const make = (options: PairLoaderOptions) => () => new PairLoader(dataset, pairs, options);
    expect(make({ batchSize: 0 })).toThrow(KindredError);
    expect(make({ batchSize: 0 })).toThrow("batch size 0 cannot be used, expected an integer of 1 or more");
    expect(make({ batchSize: 2.5 })).toThrow("batch size 2.5");
    expect(make({ batchSize: 5, startBatch: 4 })).toThrow(
      "start batch 4 cannot be used, expected an integer of 0 to 3",
    );
    expect(make({ batchSize: 5, prefetch: -1 })).toThrow("prefetch -1");
    expect(() => new PairLoader(numbered(11), pairs, { batchSize: 5 })).toThrow("row 11 is not in toy");
    expect(() => new PairLoader(dataset, pairs, { batchSize: 5 }).batch(3)).toThrow("batch 3 cannot be used");
  });
});
