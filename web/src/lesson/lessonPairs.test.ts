import { Rng } from "kindred";
import { describe, expect, it } from "vitest";
import { drawnPairs, pairLoss, rowSimilarity, samplesByClass } from "./lessonPairs.ts";

const labels = Int32Array.of(3, 1, 3, 1, 3, 2);

describe("samplesByClass", () => {
  it("has the first rows of each class, classes ascending", () => {
    expect(samplesByClass(labels, 2)).toEqual([
      { label: 1, rows: [1, 3] },
      { label: 2, rows: [5] },
      { label: 3, rows: [0, 2] },
    ]);
  });
});

describe("drawnPairs", () => {
  it("draws positives of one class and negatives of two, never a picture with itself", () => {
    for (const target of [0, 1] as const) {
      const pairs = drawnPairs(Int32Array.of(3, 1, 3, 1, 3), target, 40, Rng.of(1));
      expect(pairs).toHaveLength(40);
      for (const { anchor, other } of pairs) {
        expect(anchor).not.toBe(other);
        expect(labels[anchor] === labels[other]).toBe(target === 1);
      }
    }
  });

  it("is the same for the same seed", () => {
    expect(drawnPairs(labels, 0, 5, Rng.of(7))).toEqual(drawnPairs(labels, 0, 5, Rng.of(7)));
  });

  it("draws none where there are none", () => {
    expect(drawnPairs(Int32Array.of(1, 2, 3), 1, 4, Rng.of(1))).toEqual([]);
    expect(drawnPairs(Int32Array.of(1, 1, 1), 0, 4, Rng.of(1))).toEqual([]);
    expect(drawnPairs(Int32Array.of(1), 1, 4, Rng.of(1))).toEqual([]);
  });
});

describe("the loss of a pair", () => {
  it("is the squared distance of the cosine from what was said", () => {
    const embeddings = Float32Array.of(1, 0, 0.6, 0.8, -1, 0);
    expect(rowSimilarity(embeddings, 2, 0, 1)).toBeCloseTo(0.6, 6);
    expect(rowSimilarity(embeddings, 2, 0, 2)).toBe(-1);
    expect(pairLoss(0.6, 1)).toBeCloseTo(0.16, 10);
    expect(pairLoss(0.6, 0)).toBeCloseTo(0.36, 10);
    expect(pairLoss(1, 1)).toBe(0);
  });
});
