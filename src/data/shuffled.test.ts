import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../base/index.ts";
import { ShuffledSampler } from "./shuffled.ts";

describe("ShuffledSampler", () => {
  it("draws every image once an epoch, the same for the same seed and epoch", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        fc.nat(99),
        (count, batchSize, seed, epoch) => {
          const sampler = new ShuffledSampler(count, { batchSize, seed });
          const rows = sampler.epochBatches(epoch);
          expect([...rows.toSorted()]).toEqual(Array.from({ length: count }, (_, i) => i));
          expect(sampler.batchSize).toBe(batchSize);
          expect((sampler.batchCount - 1) * batchSize).toBeLessThan(count);
          expect(sampler.batchCount * batchSize).toBeGreaterThanOrEqual(count);
          expect(new ShuffledSampler(count, { batchSize, seed }).epochBatches(epoch)).toEqual(rows);
        },
      ),
    );
  });

  it("draws another order for another epoch or seed, each place equally likely", () => {
    const sampler = new ShuffledSampler(4, { batchSize: 2, seed: 1 });
    const places = Array.from({ length: 4 }, () => [0, 0, 0, 0]);
    const epochs = 8000;
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (const [place, row] of sampler.epochBatches(epoch).entries()) places[row]![place]!++;
    }
    const sigma = Math.sqrt(epochs * 0.25 * 0.75);
    for (const count of places.flat()) expect(Math.abs(count - epochs / 4)).toBeLessThan(4.5 * sigma);
    const [a, b] = [1, 2].map((seed) => new ShuffledSampler(100, { batchSize: 8, seed }).epochBatches(0));
    expect(a).not.toEqual(b);
  });

  it.each([
    [10, 0, "batch size 0 cannot be used, expected an integer of 1 or more"],
    [10, 2.5, "batch size 2.5 cannot be used"],
    [0, 4, "there are no training images"],
  ])("refuses %d images in batches of %d in one line", (count, batchSize, message) => {
    expect(() => new ShuffledSampler(count, { batchSize, seed: 1 })).toThrow(InputError);
    expect(() => new ShuffledSampler(count, { batchSize, seed: 1 })).toThrow(message);
  });
});
