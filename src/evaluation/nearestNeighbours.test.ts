import { describe, expect, it } from "vitest";
import golden from "../../test/golden/evaluation.json" with { type: "json" };
import { InputError } from "../base/index.ts";
import { nearestNeighbours } from "./nearestNeighbours.ts";
import { plainSimilarityBlocks } from "./plainSimilarity.ts";

const queries = Float32Array.from(golden.queries);
const references = Float32Array.from(golden.references);

describe("nearestNeighbours", () => {
  it("finds the neighbours that scikit-learn finds, with their similarities", async () => {
    const blocks = plainSimilarityBlocks(queries, references, golden.dim);
    const found = await nearestNeighbours(blocks, 60, 200, 10, { rowsPerBlock: 13 });
    expect(Array.from(found.indices)).toEqual(golden.nearest10);
    for (const [i, similarity] of golden.similarities10.entries()) {
      expect(found.similarities[i]).toBeCloseTo(similarity, 6);
    }
  });

  it("ranks all references where k is their number", async () => {
    const blocks = plainSimilarityBlocks(queries, references, golden.dim);
    const { indices, similarities } = await nearestNeighbours(blocks, 60, 200, 200);
    for (let query = 0; query < 60; query++) {
      const row = indices.subarray(query * 200, (query + 1) * 200);
      expect(Array.from(row.subarray(0, 10))).toEqual(golden.nearest10.slice(query * 10, query * 10 + 10));
      expect(new Set(row).size).toBe(200);
      for (let i = query * 200 + 1; i < (query + 1) * 200; i++) {
        expect(similarities[i]!).toBeLessThanOrEqual(similarities[i - 1]!);
      }
    }
  });

  it("leaves a row out of its own neighbours, but not its double", async () => {
    // Rows 0 and 2 are the same direction; row 3 is the opposite of all.
    const matrix = Float32Array.of(1, 1, 0, 1, 2, 2, -1, -1);
    const blocks = plainSimilarityBlocks(matrix, matrix, 2);
    const { indices } = await nearestNeighbours(blocks, 4, 4, 3, { selfIndex: (query) => query });
    expect(Array.from(indices)).toEqual([2, 1, 3, 0, 2, 3, 0, 1, 3, 1, 0, 2]);
  });

  it("takes the lower index where similarities are equal", async () => {
    const blocks = async () => Float32Array.of(0.5, 0.9, 0.5, 0.9, 0.5);
    const { indices } = await nearestNeighbours(blocks, 1, 5, 4);
    expect(Array.from(indices)).toEqual([1, 3, 0, 2]);
  });

  it("refuses a k that is not there", async () => {
    const blocks = plainSimilarityBlocks(references, references, golden.dim);
    for (const k of [0, 201, 1.5]) {
      await expect(nearestNeighbours(blocks, 200, 200, k)).rejects.toThrow(
        new InputError(
          `k is ${k}, expected an integer from 1 to the 200 references that each query can be compared with`,
        ),
      );
    }
    const withoutSelf = nearestNeighbours(blocks, 200, 200, 200, { selfIndex: (query) => query });
    await expect(withoutSelf).rejects.toThrow(/from 1 to the 199 references/);
  });
});
