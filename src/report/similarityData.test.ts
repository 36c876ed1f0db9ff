import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { histogramBins, histogramEdges, histogramOf, similarityText } from "./similarityData.ts";
import { similarityColour, similarityStops } from "./similarityScale.ts";

describe("histogramOf", () => {
  it("counts each value in the bin whose edges hold it", () => {
    // None on an edge, which are multiples of 0.025: there rounding decides.
    const value = fc.integer({ min: -1000, max: 999 }).map((n) => n / 1000 + 0.0003);
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), (list) => {
        const values = Float32Array.from(list);
        const { shares, median } = histogramOf(values);
        expect(shares).toHaveLength(histogramBins);
        for (const [bin, share] of shares.entries()) {
          const [low, high] = [histogramEdges[bin]!, histogramEdges[bin + 1]!];
          const inside = values.filter((v) => v >= low && v < high);
          expect(share).toBeCloseTo(inside.length / values.length, 6);
        }
        const below = values.filter((v) => v < median).length;
        const above = values.filter((v) => v > median).length;
        expect(Math.max(below, above)).toBeLessThanOrEqual(values.length / 2);
      }),
    );
  });

  it("takes the middle of an even number, and says so when there is none", () => {
    expect(histogramOf(Float32Array.of(0.5, -0.5, 0.25, 0.75)).median).toBe(0.375);
    const none = histogramOf(new Float32Array());
    expect(none.median).toBeNaN();
    expect(none.shares.every((share) => share === 0)).toBe(true);
  });

  it("keeps what rounding put outside", () => {
    const { shares } = histogramOf(Float32Array.of(1.0000001, -1.0000001));
    expect([shares[0], shares.at(-1)]).toEqual([0.5, 0.5]);
  });
});

describe("similarityText", () => {
  it("has two digits and no minus before zero", () => {
    expect([-0.004, 0, 0.999, -0.126].map(similarityText)).toEqual(["0.00", "0.00", "1.00", "-0.13"]);
  });
});

describe("similarityColour", () => {
  it("is each stop's at its place, and between them in between", () => {
    for (const [at, hex] of similarityStops) {
      const colour = similarityColour(2 * at - 1);
      expect(`#${colour.map((value) => value.toString(16).padStart(2, "0")).join("")}`).toBe(hex);
    }
    expect(similarityColour(0.75)).toEqual([63, 136, 185]);
    expect(similarityColour(7)).toEqual(similarityColour(1));
  });
});
