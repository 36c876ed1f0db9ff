import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lots, stratifiedDraw, stratifiedQuotas } from "./stratified.ts";

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const counts = fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 8 });

describe("stratifiedQuotas", () => {
  it("keeps to the proportions, by hand", () => {
    expect(stratifiedQuotas([50, 30, 20], 10)).toEqual([5, 3, 2]);
    // 53 : 24 : 23 of 7, the textbook's example of the method.
    expect(stratifiedQuotas([53, 24, 23], 7)).toEqual([3, 2, 2]);
    expect(stratifiedQuotas([100, 1], 5)).toEqual([5, 0]);
    expect(stratifiedQuotas([100, 1], 5, { least: () => 1 })).toEqual([4, 1]);
    expect(stratifiedQuotas([3, 3], 5, { most: (count) => count - 2 })).toEqual([3, 2]);
  });

  it("gives n in all, never more than there are, and its least to each where that fits", () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 0, max: 500 }), (of, asked) => {
        const quotas = stratifiedQuotas(of, asked, { least: (count) => (count >= 4 ? 1 : 0) });
        expect(sum(quotas)).toBe(Math.min(asked, sum(of)));
        const large = of.filter((count) => count >= 4).length;
        for (const [i, quota] of quotas.entries()) {
          expect(quota).toBeLessThanOrEqual(of[i]!);
          if (asked >= large && of[i]! >= 4) expect(quota).toBeGreaterThanOrEqual(1);
        }
      }),
    );
  });

  it("is within one of each share where nothing binds and there are two strata", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 90 }),
        fc.nat(180),
        (a, b, asked) => {
          const n = Math.min(asked, a + b);
          const share = (n * a) / (a + b);
          expect(Math.abs(stratifiedQuotas([a, b], n)[0]! - share)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});

describe("stratifiedDraw", () => {
  it("draws the least lots of each stratum", () => {
    const drawn = stratifiedDraw([0, 1, 0, 1, 0, 1], Uint32Array.of(5, 9, 1, 2, 3, 7), 4);
    expect(drawn).toEqual([false, false, true, true, true, true]);
  });

  it("changes little with an item more: those drawn of other strata stay, of its own at most one goes", () => {
    fc.assert(
      fc.property(fc.integer({ min: 8, max: 40 }), fc.nat(1000), (count, seed) => {
        const names = Array.from({ length: count }, (_, i) => `${i}.jpg`);
        const strata = names.map((_, i) => i % 2);
        const draw = (size: number): Set<string> => {
          const some = names.slice(0, size);
          const drawn = stratifiedDraw(strata.slice(0, size), lots(seed, "draw", some), 4);
          return new Set(some.filter((_, i) => drawn[i]));
        };
        const [before, after] = [draw(count - 1), draw(count)];
        expect([...before].filter((name) => !after.has(name)).length).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("lots", () => {
  it("hang on seed, purpose and name, and not on the place", () => {
    const names = ["a", "b", "c"];
    const [a, b, c] = lots(1, "order", names);
    expect([...lots(1, "order", ["c", "a", "b"])]).toEqual([c, a, b]);
    expect([...lots(2, "order", names)]).not.toEqual([a, b, c]);
    expect([...lots(1, "limit", names)]).not.toEqual([a, b, c]);
  });
});
