import { describe, expect, it } from "vitest";
import { momentsOf, momentText, shownMoments } from "./moments.ts";

describe("momentsOf", () => {
  const arrays = {
    labels: Int32Array.of(0, 0, 1),
    steps: Uint32Array.of(0, 10),
    epochs: Float32Array.of(0, 1),
    losses: Float32Array.of(Number.NaN, 0.5),
    // Two moments of three rows in the plane; lengths do not matter.
    embeddings: Float32Array.of(2, 0, 1, 0, 3, 0, 1, 0, 1, 0, 0, 5),
  };

  it("lays all moments along the same axes", async () => {
    const { count, positions, steps, all } = await momentsOf({ head: { type: "recording" }, arrays });
    expect(count).toBe(3);
    expect(steps).toEqual([0, 10]);
    expect(positions.map(({ length }) => length)).toEqual([9, 9]);
    const place = (moment: number, row: number): number[] => [
      ...positions[moment]!.subarray(3 * row, 3 * row + 3),
    ];
    // What points one way lies in one place, at both moments.
    expect(place(0, 0)).toEqual(place(0, 2));
    expect(place(1, 0)).toEqual(place(0, 0));
    // The distance of unit vectors at right angles, as PCA keeps it.
    const distance = Math.hypot(...place(1, 2).map((value, axis) => value - place(1, 0)[axis]!));
    expect(distance).toBeCloseTo(Math.SQRT2, 5);
    expect(all).toHaveLength(18);
  });

  it("says that there is none", async () => {
    const { embeddings, ...rest } = arrays;
    expect(embeddings).toHaveLength(12);
    await expect(momentsOf({ head: { type: "recording" }, arrays: rest })).rejects.toThrow("no recording");
  });
});

describe("shownMoments", () => {
  it("has the first and the last, and more of the beginning", () => {
    expect(shownMoments(3, 6)).toEqual([0, 1, 2]);
    const shown = shownMoments(33, 6);
    expect(shown).toHaveLength(6);
    expect([shown[0], shown.at(-1)]).toEqual([0, 32]);
    const gaps = shown.slice(1).map((at, i) => at - shown[i]!);
    expect(gaps[0]!).toBeLessThan(gaps.at(-1)!);
  });
});

describe("momentText", () => {
  it("counts steps first and epochs later", () => {
    expect(momentText(0, 0)).toBe("before the first step");
    expect(momentText(1, 0.001)).toBe("after 1 step");
    expect(momentText(91, 0.14)).toBe("after 91 steps");
    expect(momentText(641, 1)).toBe("after 1.0 epochs");
  });
});
