import { describe, expect, it } from "vitest";
import { hardPairsOf } from "./hardPairs.ts";

const arrays = {
  positives: Uint32Array.of(1, 2, 5, 6),
  positiveSimilarity: Float32Array.of(-0.5, 0.25),
  negatives: Uint32Array.of(3, 4),
  negativeSimilarity: Float32Array.of(0.75),
};

describe("hardPairsOf", () => {
  it("takes the pairs apart", () => {
    expect(hardPairsOf({ head: { type: "hardPairs" }, arrays })).toEqual({
      positives: [
        { first: 1, second: 2, similarity: -0.5 },
        { first: 5, second: 6, similarity: 0.25 },
      ],
      negatives: [{ first: 3, second: 4, similarity: 0.75 }],
    });
  });

  it("says what an answer lacks", () => {
    const { negatives, ...rest } = arrays;
    expect(negatives).toHaveLength(2);
    expect(() => hardPairsOf({ head: { type: "hardPairs" }, arrays: rest })).toThrow("no negatives");
  });
});
