import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError, Rng } from "../base/index.ts";
import { GroupedSampler } from "./grouped.ts";

describe("GroupedSampler", () => {
  it("has every row once an epoch, and rows of a group in parts of the number asked for", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(99),
        (count, perItem, seed) => {
          const rng = Rng.of(seed, "groups");
          const groups = Int32Array.from({ length: count }, () => rng.int(Math.ceil(count / 4)));
          const sampler = new GroupedSampler(groups, { batchSize: 8, perItem, seed });
          expect(sampler.batchCount).toBe(Math.ceil(count / 8));
          const rows = sampler.epochBatches(3);
          expect([...rows].sort((a, b) => a - b)).toEqual([...groups.keys()]);
          expect(sampler.epochBatches(3)).toEqual(rows);
          // Parts are whole but for one of each group: no more ends of parts than there have to be.
          let runs = 0;
          for (const [at, row] of rows.entries())
            if (at === 0 || groups[row] !== groups[rows[at - 1]!]) runs++;
          const counts = new Map<number, number>();
          for (const group of groups) counts.set(group, (counts.get(group) ?? 0) + 1);
          const parts = [...counts.values()].reduce((sum, n) => sum + Math.ceil(n / perItem), 0);
          expect(runs).toBeLessThanOrEqual(parts);
        },
      ),
      { seed: 1, numRuns: 50 },
    );
  });

  it("is another order in each epoch and for each seed", () => {
    const groups = Int32Array.from({ length: 30 }, (_, row) => row % 10);
    const orders = [1, 2].flatMap((seed) => {
      const sampler = new GroupedSampler(groups, { batchSize: 10, perItem: 2, seed });
      return [0, 1].map((epoch) => sampler.epochBatches(epoch).join());
    });
    expect(new Set(orders).size).toBe(4);
  });

  it.each([
    [{ batchSize: 0 }, "a batch size of 0 cannot be used"],
    [{ perItem: 1.5 }, "a number of rows of each item in a batch of 1.5 cannot be used"],
    [{ groups: [] }, "there are no training rows"],
  ])("refuses %j", (given, message) => {
    const { groups, ...options } = { batchSize: 2, perItem: 1, seed: 1, groups: [1, 2], ...given };
    const make = () => new GroupedSampler(Int32Array.from(groups), options);
    expect(make).toThrow(InputError);
    expect(make).toThrow(message);
  });
});
