import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rng } from "../base/index.ts";
import { plainSimilarityBlocks } from "./plainSimilarity.ts";
import { type ViewMetrics, viewMetrics } from "./viewMetrics.ts";

function metricsOf(x: number[][], y: number[][], rowsPerBlock?: number): Promise<ViewMetrics> {
  const dim = x[0]!.length;
  const blocks = plainSimilarityBlocks(Float32Array.from(x.flat()), Float32Array.from(y.flat()), dim);
  return viewMetrics(blocks, x.length, { rowsPerBlock });
}

/** The paper's two functions in float64, over rows scaled to length one. */
function byLoops(x: number[][], y: number[][]): ViewMetrics {
  const unit = (row: number[]): number[] => row.map((value) => value / Math.hypot(...row));
  const squared = (a: number[], b: number[]): number =>
    a.reduce((sum, value, k) => sum + (value - b[k]!) ** 2, 0);
  const [ux, uy] = [x.map(unit), y.map(unit)];
  const others = ux.flatMap((a, i) => uy.flatMap((b, j) => (i === j ? [] : Math.exp(-2 * squared(a, b)))));
  const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const own = ux.map((a, i) => squared(a, uy[i]!));
  const found = ux.map((a, i) => (uy.every((b, j) => j === i || squared(a, b) > own[i]!) ? 1 : 0));
  return { found: mean(found), alignment: mean(own), uniformity: Math.log(mean(others)) };
}

describe("viewMetrics", () => {
  it("is the paper's formulas in loops, however many rows a block has", async () => {
    const sizes = fc.record({
      count: fc.integer({ min: 2, max: 12 }),
      dim: fc.integer({ min: 2, max: 5 }),
      seed: fc.nat(),
      rowsPerBlock: fc.integer({ min: 1, max: 13 }),
    });
    await fc.assert(
      fc.asyncProperty(sizes, async ({ count, dim, seed, rowsPerBlock }) => {
        const rng = Rng.of(seed);
        const x = Array.from({ length: count }, () => Array.from({ length: dim }, () => rng.normal()));
        const y = x.map((row) => row.map((value) => value + 0.7 * rng.normal()));
        const received = await metricsOf(x, y, rowsPerBlock);
        const expected = byLoops(x, y);
        expect(received.found).toBe(expected.found);
        expect(received.alignment).toBeCloseTo(expected.alignment, 4);
        expect(received.uniformity).toBeCloseTo(expected.uniformity, 4);
      }),
    );
  });

  it("has its closed forms: all in one place, and opposite each other", async () => {
    const same = [
      [1, 2],
      [1, 2],
      [1, 2],
    ];
    expect(await metricsOf(same, same)).toEqual({
      found: 0,
      alignment: expect.closeTo(0, 6),
      uniformity: expect.closeTo(0, 6),
    });
    const opposite = [
      [3, 0],
      [-1, 0],
    ];
    expect(await metricsOf(opposite, opposite)).toEqual({
      found: 1,
      alignment: expect.closeTo(0, 6),
      uniformity: expect.closeTo(-8, 6),
    });
    const swapped = await metricsOf(opposite, opposite.toReversed());
    expect(swapped).toEqual({ found: 0, alignment: expect.closeTo(4, 6), uniformity: expect.closeTo(0, 6) });
  });

  it("refuses a single picture", async () => {
    await expect(metricsOf([[1, 2]], [[1, 2]])).rejects.toThrow(
      "1 pictures cannot be compared, expected at least 2",
    );
  });
});
