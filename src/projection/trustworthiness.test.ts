import { describe, expect, it } from "vitest";
import golden from "../../test/golden/umap.json" with { type: "json" };
import { trustworthiness } from "./trustworthiness.ts";

const points = Float32Array.from(golden.points);
const pca = Float32Array.from(golden.pca);

/** The rows that are at a place of their own: equals have no defined rank in scikit-learn. */
function distinct(rows: Float32Array, dim: number): Float32Array {
  return Float32Array.from(golden.distinct.flatMap((row) => [...rows.subarray(row * dim, (row + 1) * dim)]));
}

describe("trustworthiness", () => {
  it.each(golden.trustworthiness)("equals scikit-learn's, $metric, k $k", ({ metric, k, value }) => {
    const options = { k, metric: metric === "cosine" ? "cosine" : "euclidean" } as const;
    const own = trustworthiness(distinct(points, golden.dim), golden.dim, distinct(pca, 2), options);
    expect(Math.abs(own - value)).toBeLessThan(1e-6);
  });

  it("is 1 for a map that is the space", () => {
    expect(trustworthiness(pca, 2, pca, { k: 7 })).toBe(1);
  });

  it("refuses what cannot be ranked", () => {
    const broken = points.slice();
    broken[7 * golden.dim + 2] = Number.NaN;
    expect(() => trustworthiness(broken, golden.dim, pca)).toThrow(
      /^row 7 of the embeddings holds NaN in column 2, expected finite numbers$/,
    );
    expect(() => trustworthiness(points, golden.dim, pca, { k: 90 })).toThrow(
      /^k is 90, expected an integer from 1 to below half of the 180 points$/,
    );
    expect(() => trustworthiness(points, 5, pca)).toThrow(/do not fit/);
  });
});
