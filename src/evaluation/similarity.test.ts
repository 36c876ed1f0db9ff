import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rng } from "../base/index.ts";
import { plainSimilarityBlocks } from "./plainSimilarity.ts";
import { blockRows } from "./similarity.ts";

describe("blockRows", () => {
  it("keeps a block within 8 MiB, and at 1 to 1024 rows", () => {
    expect(blockRows(200)).toBe(1024);
    for (const references of [20_000, 41_000, 70_000, 1_000_000]) {
      expect(blockRows(references) * references * 4).toBeLessThanOrEqual(2 ** 23);
      expect((blockRows(references) + 1) * references * 4).toBeGreaterThan(2 ** 23);
    }
    expect(blockRows(100_000_000)).toBe(1);
  });
});

describe("plainSimilarityBlocks", () => {
  it("gives the cosines of a block, the same to the bit however the blocks are cut", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 1, max: 12 }),
        async (seed, queryCount, referenceCount, dim) => {
          const rng = Rng.of(seed);
          const queries = Float32Array.from({ length: queryCount * dim }, () => rng.normal());
          const references = Float32Array.from({ length: referenceCount * dim }, () => rng.normal());
          references.fill(0, 0, dim);
          const blocks = plainSimilarityBlocks(queries, references, dim);
          const whole = await blocks(0, queryCount);
          for (let query = 0; query < queryCount; query++) {
            expect(await blocks(query, 1)).toEqual(
              whole.subarray(query * referenceCount, (query + 1) * referenceCount),
            );
            for (let reference = 0; reference < referenceCount; reference++) {
              const x = queries.subarray(query * dim, (query + 1) * dim);
              const y = references.subarray(reference * dim, (reference + 1) * dim);
              const dot = x.reduce((sum, value, k) => sum + value * y[k]!, 0);
              const cosine = reference === 0 ? 0 : dot / (Math.hypot(...x) * Math.hypot(...y));
              expect(whole[query * referenceCount + reference]).toBeCloseTo(cosine, 6);
            }
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  it("gives a row exactly 1 with itself and its multiples", async () => {
    const matrix = Float32Array.of(0.1, 0.7, -0.3, 0.2, 1.4, -0.6);
    expect(Array.from(await plainSimilarityBlocks(matrix, matrix, 3)(0, 2))).toEqual([1, 1, 1, 1]);
  });

  it("refuses queries it does not have and values that are not finite", async () => {
    const matrix = Float32Array.of(1, 2, 3, 4);
    const outside = plainSimilarityBlocks(matrix, matrix, 2)(1, 2);
    await expect(outside).rejects.toThrow(/^queries 1 to 2 were asked for, expected 0 to 1$/);
    const broken = plainSimilarityBlocks(matrix, matrix.with(3, Number.POSITIVE_INFINITY), 2)(0, 1);
    await expect(broken).rejects.toThrow(/^row 1 of the references holds Infinity at column 1/);
    expect(() => plainSimilarityBlocks(matrix, matrix, 3)).toThrow(/^queries hold 4 numbers, .* dim 3$/);
  });
});
