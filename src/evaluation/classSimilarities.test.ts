import { describe, expect, it } from "vitest";
import { InputError, Rng } from "../base/index.ts";
import { classSimilarities } from "./classSimilarities.ts";
import { pairSimilarity } from "./pairSimilarity.ts";
import { sampledSimilarities } from "./sampledSimilarities.ts";

const dim = 5;
const labels = Int32Array.from({ length: 60 }, (_, row) => [9, 2, 4, 2][row % 4]!);
const rng = Rng.of(3);
const matrix = Float32Array.from(
  { length: 60 * dim },
  (_, at) => rng.uniform(-1, 1) + (labels[Math.floor(at / dim)]! / 4) * (at % 2),
);

function cosine(a: number, b: number): number {
  const dot = (p: number, q: number): number => {
    let sum = 0;
    for (let k = 0; k < dim; k++) sum += matrix[p * dim + k]! * matrix[q * dim + k]!;
    return sum;
  };
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** All pairs of different rows with their labels' relation. */
function pairs(wanted: (a: number, b: number) => boolean): number[] {
  const found: number[] = [];
  for (let a = 0; a < 60; a++) {
    for (let b = 0; b < 60; b++) if (a !== b && wanted(labels[a]!, labels[b]!)) found.push(cosine(a, b));
  }
  return found;
}

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

describe("classSimilarities", () => {
  it("is the mean over all pairs of different rows, by plain loops", async () => {
    const { labels: classes, means } = await classSimilarities(matrix, labels, dim);
    expect(classes).toEqual([2, 4, 9]);
    for (const [i, one] of classes.entries()) {
      for (const [j, other] of classes.entries()) {
        const expected = mean(pairs((a, b) => a === one && b === other));
        expect(means[i * 3 + j]).toBeCloseTo(expected, 12);
      }
    }
  });

  it("has no mean within a class of one row", async () => {
    const { means } = await classSimilarities(Float32Array.of(1, 0, 0, 2), [5, 8], 2);
    expect([...means]).toEqual([Number.NaN, 0, 0, Number.NaN]);
  });
});

describe("sampledSimilarities", () => {
  it("draws both kinds of pairs uniformly, so that their means are those of all pairs", async () => {
    const { alike, unalike } = sampledSimilarities(matrix, labels, dim, 20_000, Rng.of(1));
    const exact = await pairSimilarity(matrix, labels, dim);
    // A standard error is 0.6 / sqrt(20,000) = 0.004.
    expect(Math.abs(mean(alike) - exact.alike)).toBeLessThan(0.015);
    expect(Math.abs(mean(unalike) - exact.unalike)).toBeLessThan(0.015);
    const all = new Set(pairs((a, b) => a === b).map((value) => value.toFixed(5)));
    expect(new Set(Array.from(alike, (value) => value.toFixed(5))).size).toBe(all.size);
    expect(alike.every((value) => all.has(value.toFixed(5)))).toBe(true);
  });

  it("is the same for the same seed", () => {
    const draw = (seed: number) => sampledSimilarities(matrix, labels, dim, 50, Rng.of(seed));
    expect(draw(4)).toEqual(draw(4));
    expect(draw(4)).not.toEqual(draw(5));
  });

  it("is empty where there are no such pairs, and refuses what does not fit", () => {
    const two = Float32Array.of(1, 0, 0, 1);
    expect(sampledSimilarities(two, [1, 1], 2, 9, Rng.of(1)).unalike).toHaveLength(0);
    expect(sampledSimilarities(two, [1, 2], 2, 9, Rng.of(1)).alike).toHaveLength(0);
    expect(() => sampledSimilarities(two, [1, 2, 3], 2, 9, Rng.of(1))).toThrow(InputError);
  });
});
