import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { KindredError } from "./errors.ts";
import { Rng } from "./rng.ts";

function words(rng: Rng, count = 8): number[] {
  return Array.from({ length: count }, () => rng.uint32());
}

/** Pearson's statistic of counts that should all be alike. */
function chiSquare(counts: readonly number[]): number {
  const expected = counts.reduce((a, b) => a + b, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

describe("Rng.of", () => {
  it("gives the same numbers for the same seed and keys", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.array(fc.oneof(fc.string(), fc.nat())), (seed, keys) => {
        expect(words(Rng.of(seed, ...keys))).toEqual(words(Rng.of(seed, ...keys)));
      }),
      { seed: 1 },
    );
  });

  it("never changes from version to version: runs are resumed by seed", () => {
    expect(words(Rng.of(1, "pairs", 3), 4)).toMatchInlineSnapshot(`
      [
        1834513720,
        2253136546,
        1542467483,
        2600634986,
      ]
    `);
  });

  it("gives other numbers for another seed, key, type of key, order or number of keys", () => {
    const streams = [
      Rng.of(1),
      Rng.of(2),
      Rng.of(1 + 2 ** 32),
      Rng.of(1, "a"),
      Rng.of(1, "b"),
      Rng.of(1, "a", "b"),
      Rng.of(1, "b", "a"),
      Rng.of(1, "ab"),
      Rng.of(1, 1),
      Rng.of(1, "1"),
      Rng.of(1, 11),
      Rng.of(1, 1, 1),
      Rng.of(1, ""),
    ].map((rng) => words(rng, 3).join());
    expect(new Set(streams).size).toBe(streams.length);
  });

  it("gives streams that are not correlated", () => {
    const [a, b] = [Rng.of(5, "epoch", 1), Rng.of(5, "epoch", 2)];
    const count = 20_000;
    let product = 0;
    for (let i = 0; i < count; i++) product += (a.float() - 0.5) * (b.float() - 0.5) * 12;
    // Its standard deviation is 1/sqrt(count) = 0.007.
    expect(Math.abs(product / count)).toBeLessThan(0.03);
  });

  it.each([-1, 1.5, 2 ** 53, Number.NaN])("refuses the seed %d", (seed) => {
    expect(() => Rng.of(seed)).toThrow(KindredError);
    expect(() => Rng.of(seed)).toThrow(/seed .* cannot be used, expected an integer from 0/);
  });
});

describe("int", () => {
  it.each([2, 3, 7, 10, 100])("is uniform over %d values (chi-square)", (n) => {
    const rng = Rng.of(9, "int", n);
    const counts = new Array<number>(n).fill(0);
    for (let i = 0; i < 1000 * n; i++) counts[rng.int(n)]!++;
    // Mean n - 1, variance 2 (n - 1): five standard deviations above.
    expect(chiSquare(counts)).toBeLessThan(n - 1 + 5 * Math.sqrt(2 * (n - 1)));
  });

  it("has no modulo bias where n is large: values below 2^32 - n would come twice as often", () => {
    const rng = Rng.of(10, "bias");
    const n = 3 * 2 ** 30;
    let low = 0;
    for (let i = 0; i < 30_000; i++) if (rng.int(n) < 2 ** 30) low++;
    // A third, not the half that `uint32() % n` gives; the standard deviation is 82.
    expect(Math.abs(low - 10_000)).toBeLessThan(400);
  });

  it("stays within its bounds, from 1 to 2^32", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 32 }), fc.nat(), (n, seed) => {
        const value = Rng.of(seed).int(n);
        expect(Number.isInteger(value) && value >= 0 && value < n).toBe(true);
      }),
      { seed: 2 },
    );
    for (const n of [0, -1, 1.5, 2 ** 32 + 1]) expect(() => Rng.of(1).int(n)).toThrow(/cannot be drawn/);
  });
});

describe("float, uniform and normal", () => {
  it("have their moments", () => {
    const rng = Rng.of(11, "moments");
    const count = 50_000;
    const moments = (draw: () => number): [number, number] => {
      const values = Array.from({ length: count }, draw);
      const mean = values.reduce((a, b) => a + b, 0) / count;
      return [mean, values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count];
    };
    const [uniformMean, uniformVariance] = moments(() => rng.uniform(-3, 1));
    expect(Math.abs(uniformMean + 1)).toBeLessThan(0.025);
    expect(Math.abs(uniformVariance - 16 / 12)).toBeLessThan(0.03);
    const [normalMean, normalVariance] = moments(() => rng.normal());
    expect(Math.abs(normalMean)).toBeLessThan(0.02);
    expect(Math.abs(normalVariance - 1)).toBeLessThan(0.03);
  });

  it("stay within their bounds", () => {
    const rng = Rng.of(12);
    for (let i = 0; i < 10_000; i++) {
      const value = rng.float();
      expect(value >= 0 && value < 1).toBe(true);
    }
  });
});

describe("permutation", () => {
  it("holds each number once", () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(), (n, seed) => {
        const order = Rng.of(seed).permutation(n);
        expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
      { seed: 3 },
    );
  });

  it("has each of the 24 orders of four equally often", () => {
    const rng = Rng.of(13, "orders");
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = rng.permutation(4).join();
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(chiSquare([...counts.values()])).toBeLessThan(23 + 5 * Math.sqrt(46));
  });
});

describe("fillDropoutMask", () => {
  it.each([0, 0.1, 0.3, 0.9])("drops a share of %d and scales the rest so that the mean stays", (drop) => {
    const mask = Rng.of(14, "mask").fillDropoutMask(new Float32Array(99_999), drop);
    const kept = Math.fround(1 / (1 - drop));
    const zeros = mask.filter((value) => value === 0).length;
    expect(mask.every((value) => value === 0 || value === kept)).toBe(true);
    expect(Math.abs(zeros / mask.length - drop)).toBeLessThan(0.006);
  });

  it("fills the last place of an odd length, and draws halves of a word apart", () => {
    const rng = Rng.of(15, "odd");
    let [last, both] = [0, 0];
    for (let i = 0; i < 4000; i++) {
      const mask = rng.fillDropoutMask(new Float32Array(3).fill(7), 0.5);
      if (mask[2] === 0) last++;
      if (mask[0] === 0 && mask[1] === 0) both++;
      expect(mask.includes(7)).toBe(false);
    }
    expect(Math.abs(last - 2000)).toBeLessThan(160);
    expect(Math.abs(both - 1000)).toBeLessThan(140);
  });

  it.each([-0.1, 1, Number.NaN])("refuses a probability of %d", (drop) => {
    expect(() => Rng.of(1).fillDropoutMask(new Float32Array(1), drop)).toThrow(/dropout probability/);
  });
});
