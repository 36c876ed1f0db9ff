import fc from "fast-check";
import { describe, expect, it } from "vitest";
import golden from "../../test/golden/evaluation.json" with { type: "json" };
import { Rng } from "../base/index.ts";
import { pairSimilarity } from "./pairSimilarity.ts";
import { silhouette } from "./silhouette.ts";

const sets = fc.record({
  seed: fc.nat(),
  rows: fc.integer({ min: 2, max: 30 }),
  classes: fc.integer({ min: 2, max: 5 }),
  dim: fc.integer({ min: 1, max: 6 }),
});

/** Small integers, so that rows of zeros and equal rows occur. */
function draw({ seed, rows, classes, dim }: { seed: number; rows: number; classes: number; dim: number }): {
  matrix: Float32Array;
  labels: number[];
} {
  const rng = Rng.of(seed);
  return {
    matrix: Float32Array.from({ length: rows * dim }, () => rng.int(5) - 2),
    labels: Array.from({ length: rows }, () => rng.int(classes)),
  };
}

function cosine(matrix: Float32Array, dim: number, i: number, j: number): number {
  const x = Array.from(matrix.subarray(i * dim, (i + 1) * dim));
  const y = Array.from(matrix.subarray(j * dim, (j + 1) * dim));
  const norms = Math.hypot(...x) * Math.hypot(...y);
  return norms === 0 ? 0 : x.reduce((sum, value, k) => sum + value * y[k]!, 0) / norms;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function bruteForceSilhouette(matrix: Float32Array, labels: readonly number[], dim: number): number {
  const rows = [...labels.keys()];
  const meanDistance = (row: number, label: number): number =>
    mean(
      rows
        .filter((other) => other !== row && labels[other] === label)
        .map((other) => 1 - cosine(matrix, dim, row, other)),
    );
  return mean(
    rows.map((row) => {
      const own = labels[row]!;
      if (labels.filter((label) => label === own).length === 1) return 0;
      const others = [...new Set(labels)].filter((label) => label !== own);
      const a = meanDistance(row, own);
      const b = Math.min(...others.map((label) => meanDistance(row, label)));
      return Math.max(a, b) < 1e-12 ? 0 : (b - a) / Math.max(a, b);
    }),
  );
}

describe("silhouette", () => {
  it("equals scikit-learn's, with rows of zeros and rows alone in their class", async () => {
    const { matrix, labels, dim, silhouette: expected } = golden.odd;
    expect(await silhouette(Float32Array.from(matrix), labels, dim)).toBeCloseTo(expected, 12);
    const queries = Float32Array.from(golden.queries);
    expect(await silhouette(queries, golden.queryLabels, golden.dim)).toBeCloseTo(
      golden.across.silhouette,
      12,
    );
  });

  it("equals loops over all pairs", async () => {
    await fc.assert(
      fc.asyncProperty(sets, async (sizes) => {
        const { matrix, labels } = draw(sizes);
        fc.pre(new Set(labels).size > 1);
        expect(await silhouette(matrix, labels, sizes.dim)).toBeCloseTo(
          bruteForceSilhouette(matrix, labels, sizes.dim),
          10,
        );
      }),
    );
  });

  it("is 0, not noise, where an encoder has collapsed to one point", async () => {
    for (let seed = 0; seed < 20; seed++) {
      const rng = Rng.of(seed, "collapsed");
      const dim = 3 + seed;
      const row = Array.from({ length: dim }, () => rng.normal());
      const matrix = Float32Array.from({ length: 100 * dim }, (_, i) => row[i % dim]!);
      const labels = Array.from({ length: 100 }, (_, i) => i % 7);
      expect(await silhouette(matrix, labels, dim)).toBe(0);
    }
  });

  it("does not exist for one class", async () => {
    expect(await silhouette(Float32Array.of(1, 2, 3), [1, 1, 1], 1)).toBeNaN();
  });
});

describe("pairSimilarity", () => {
  it("equals the means of scikit-learn's similarity matrix", async () => {
    const { matrix, labels, dim, alike, unalike } = golden.odd;
    const odd = await pairSimilarity(Float32Array.from(matrix), labels, dim);
    expect(odd.alike).toBeCloseTo(alike, 12);
    expect(odd.unalike).toBeCloseTo(unalike, 12);
  });

  it("equals loops over all pairs, and is NaN where there is none", async () => {
    await fc.assert(
      fc.asyncProperty(sets, async (sizes) => {
        const { matrix, labels } = draw(sizes);
        const similarities: { alike: number[]; unalike: number[] } = { alike: [], unalike: [] };
        for (let i = 0; i < labels.length; i++) {
          for (let j = i + 1; j < labels.length; j++) {
            const kind = labels[i] === labels[j] ? "alike" : "unalike";
            similarities[kind].push(cosine(matrix, sizes.dim, i, j));
          }
        }
        const pairs = await pairSimilarity(matrix, labels, sizes.dim);
        for (const kind of ["alike", "unalike"] as const) {
          if (similarities[kind].length === 0) expect(pairs[kind]).toBeNaN();
          else expect(pairs[kind]).toBeCloseTo(mean(similarities[kind]), 10);
        }
      }),
    );
  });

  it("refuses labels that do not fit", async () => {
    await expect(pairSimilarity(new Float32Array(6), [1, 2], 2)).rejects.toThrow(
      /^the embeddings hold 6 numbers, expected 2 labels x dim 2 = 4$/,
    );
  });
});
