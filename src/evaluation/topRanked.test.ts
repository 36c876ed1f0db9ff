import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rng } from "../base/index.ts";
import { TopRanked } from "./topRanked.ts";

function fullSort(row: Float32Array, k: number): number[] {
  return [...row.keys()].sort((a, b) => row[b]! - row[a]! || a - b).slice(0, k);
}

/** Rows that are hard in different ways: how values are spread decides how the buckets fill. */
const spreads: Record<string, (rng: Rng) => number> = {
  even: (rng) => rng.uniform(-1, 1),
  crowded: (rng) => 1 - 1e-6 * rng.float(),
  "one far outlier among equals": (rng) => (rng.int(200) === 0 ? -1 : 0.5 + 1e-7 * rng.int(3)),
  "few values": (rng) => rng.int(5) / 4 - 0.5,
  "zeros of both signs": (rng) => (rng.int(2) === 0 ? 0 : -0),
  "many magnitudes": (rng) => (rng.int(2) === 0 ? -1 : 1) * 2 ** -rng.int(149),
};

describe("TopRanked", () => {
  it.each(Object.keys(spreads))("ranks as a full sort does: %s", (name) => {
    const top = new TopRanked(500);
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 500 }),
        (seed, length, k) => {
          const rng = Rng.of(seed);
          const row = Float32Array.from({ length }, () => spreads[name]!(rng));
          const count = Math.min(k, length);
          // The same selector for all rows: what an earlier row left behind must not matter.
          top.select(row, count);
          const expected = fullSort(row, count);
          expect(Array.from(top.indices.subarray(0, count))).toEqual(expected);
          expect(Array.from(top.values.subarray(0, count))).toEqual(expected.map((index) => row[index]!));
        },
      ),
    );
  });

  it("refuses more than there are", () => {
    expect(() => new TopRanked(4).select(new Float32Array(3), 4)).toThrow(/^the best 4 of 3 similarities/);
    expect(() => new TopRanked(2).select(new Float32Array(3), 1)).toThrow(/a selector of 2/);
  });
});
