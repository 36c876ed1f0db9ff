import { describe, expect, it } from "vitest";
import { nearestPoint } from "./nearestPoint.ts";
import { pixelOf, pixelsOf, rowsInside } from "./projection.ts";

/** Column-major: x and y by 10 and moved by 5, y turned, and w = 2 - z. */
const matrix = [10, 0, 0, 0, 0, -10, 0, 0, 0, 0, 1, -1, 5, 5, 0, 2];
const all = (): boolean => true;

describe("pixelsOf", () => {
  it("multiplies by the matrix and divides by w", () => {
    const pixels = pixelsOf(matrix, Float32Array.of(1, 2, 0, 1, 2, 1));
    expect([...pixels]).toEqual([7.5, -7.5, 0, 15, -15, 1]);
    expect(pixelOf(matrix, 1, 2, 1)).toEqual([15, -15, 1]);
  });

  it("gives no pixel behind the viewer", () => {
    expect(pixelOf(matrix, 1, 2, 3)).toBeNull();
    expect(pixelsOf(matrix, Float32Array.of(1, 2, 3))[0]).toBeNaN();
  });
});

describe("rowsInside", () => {
  const pixels = Float32Array.of(5, 5, 0, 2, 8, 0, 9, 9, 0, 20, 5, 0, Number.NaN, 5, 0);

  it("takes the points within a polygon that is not convex, hidden ones left out", () => {
    // A square of 10 with a notch from the right that reaches to x = 4 between y = 3 and y = 7.
    const notched = [0, 0, 10, 0, 10, 3, 4, 3, 4, 7, 10, 7, 10, 10, 0, 10];
    expect([...rowsInside(pixels, notched, all)]).toEqual([1, 2]);
    expect([...rowsInside(pixels, [0, 0, 10, 0, 10, 10, 0, 10], all)]).toEqual([0, 1, 2]);
    expect([...rowsInside(pixels, [0, 0, 10, 0, 10, 10, 0, 10], (row) => row !== 1)]).toEqual([0, 2]);
  });
});

describe("nearestPoint", () => {
  const pixels = Float32Array.of(10, 10, 0.9, 12, 10, 0.1, 30, 10, 0);

  it("finds the nearest within reach, or the nearest to the viewer", () => {
    expect(nearestPoint(pixels, [10.5, 10], 4, all, false)).toBe(0);
    expect(nearestPoint(pixels, [10.5, 10], 4, all, true)).toBe(1);
    expect(nearestPoint(pixels, [10.5, 10], 4, (row) => row !== 0, false)).toBe(1);
    expect(nearestPoint(pixels, [20, 10], 4, all, false)).toBeNull();
  });
});
