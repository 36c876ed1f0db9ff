import { describe, expect, it } from "vitest";
import { drawable, linearAxis, logAxis, nearestPoint, partOf } from "./curveScale.ts";

describe("linearAxis", () => {
  it.each([
    [0, 3, [0, 1, 2, 3]],
    [0.61, 0.97, [0.6, 0.7, 0.8, 0.9, 1]],
    [0, 1, [0, 0.5, 1]],
    [12, 12, [10, 15]],
    [0, 0, [0, 0.5]],
  ])("from %d to %d", (low, high, ticks) => {
    const axis = linearAxis(low, high);
    expect(axis.low).toBeLessThanOrEqual(low);
    expect(axis.high).toBeGreaterThanOrEqual(high);
    expect(axis.ticks).toEqual(ticks);
  });
});

describe("logAxis", () => {
  it.each([
    [0.12, 3.2, [0.1, 0.2, 0.5, 1, 2, 5]],
    [1, 1, [1, 2]],
    [0.0003, 40, [0.001, 0.01, 0.1, 1, 10]],
  ])("from %d to %d", (low, high, ticks) => {
    const axis = logAxis(low, high);
    expect(axis.low).toBeLessThanOrEqual(low);
    expect(axis.high).toBeGreaterThanOrEqual(high);
    expect(axis.ticks).toEqual(ticks);
  });
});

it("places values: by distance, or by ratio", () => {
  expect(partOf(3, { low: 1, high: 5, ticks: [] }, "linear")).toBe(0.5);
  expect(partOf(10, { low: 1, high: 100, ticks: [] }, "log")).toBeCloseTo(0.5, 12);
});

it("leaves out what cannot be drawn", () => {
  const points = [
    { x: 0, y: Number.NaN },
    { x: 1, y: 0 },
    { x: 2, y: 3 },
  ];
  expect(drawable(points, "linear").map(({ x }) => x)).toEqual([1, 2]);
  expect(drawable(points, "log").map(({ x }) => x)).toEqual([2]);
});

it("finds the nearest point, as a loop over all does", () => {
  const points = [0.1, 0.4, 0.5, 1.7, 2, 9].map((x) => ({ x, y: 0 }));
  for (let x = -1; x < 11; x += 0.037) {
    const found = points[nearestPoint(points, x)]!;
    const least = Math.min(...points.map((point) => Math.abs(point.x - x)));
    expect(Math.abs(found.x - x)).toBe(least);
  }
  expect(nearestPoint([], 1)).toBe(-1);
});
