import { describe, expect, it } from "vitest";
import { weightedVote } from "./weightedVote.ts";

describe("weightedVote", () => {
  it("gives each class the share of its neighbours' weights", () => {
    const shares = weightedVote([
      { label: 4, similarity: 0.9 },
      { label: 9, similarity: 0.83 },
      { label: 4, similarity: 0.76 },
    ]);
    // One temperature apart each: weights 1, 1/e and 1/e^2.
    const total = 1 + Math.exp(-1) + Math.exp(-2);
    expect(shares.map(({ label, count }) => [label, count])).toEqual([
      [4, 2],
      [9, 1],
    ]);
    expect(shares[0]!.share).toBeCloseTo((1 + Math.exp(-2)) / total, 10);
    expect(shares[1]!.share).toBeCloseTo(Math.exp(-1) / total, 10);
  });

  it("lets one near neighbour outweigh two far ones", () => {
    const [first] = weightedVote([
      { label: 1, similarity: 0.99 },
      { label: 7, similarity: 0.6 },
      { label: 7, similarity: 0.6 },
    ]);
    expect(first!.label).toBe(1);
  });

  it("is for the lower label where all is equal, and nothing without neighbours", () => {
    const tie = [
      { label: 8, similarity: 0.5 },
      { label: 3, similarity: 0.5 },
    ];
    expect(weightedVote(tie).map(({ label, share }) => [label, share])).toEqual([
      [3, 0.5],
      [8, 0.5],
    ]);
    expect(weightedVote([])).toEqual([]);
  });
});
