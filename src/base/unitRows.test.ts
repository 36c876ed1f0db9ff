import { describe, expect, it } from "vitest";
import { InputError } from "./index.ts";
import { unitRows } from "./unitRows.ts";

describe("unitRows", () => {
  it("makes rows of unit length, leaves zeros, and does not touch its input", () => {
    const matrix = Float32Array.of(3, 4, 0, 0, -5, 0, 1e-30, 1e-30, 3e38, 3e38);
    const copy = matrix.slice();
    const half = Math.fround(Math.SQRT1_2);
    const units = [Math.fround(0.6), Math.fround(0.8), 0, 0, -1, 0, half, half, half, half];
    expect(Array.from(unitRows(matrix, 2))).toEqual(units);
    expect(matrix).toEqual(copy);
  });

  it("refuses what is not finite and what does not fit", () => {
    expect(() => unitRows(Float32Array.of(1, 2, 3, Number.NaN), 2)).toThrow(
      new InputError(
        "row 1 of the embeddings holds NaN at column 1, expected finite numbers: the encoder that made them may have diverged",
      ),
    );
    expect(() => unitRows(new Float32Array(5), 2, "queries")).toThrow(
      /^the queries hold 5 numbers, expected rows of dim 2$/,
    );
  });
});
