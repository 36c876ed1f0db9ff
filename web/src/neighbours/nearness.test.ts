import { describe, expect, it } from "vitest";
import { nearness } from "./nearness.ts";

const neighbour = (row: number) => ({ row, label: 0, similarity: 1, alike: true });

describe("nearness", () => {
  // A wide square of corners, a point in the middle, and points near it.
  const plane = (reach: number): Float32Array =>
    Float32Array.of(-1, -1, 1, -1, -1, 1, 1, 1, 0, 0, reach, 0, 0, reach, -reach, 0, 0.9, 0.9);
  const near = [5, 6, 7].map(neighbour);

  it("is the greater the nearer the neighbours lie, within bounds", () => {
    const far = nearness(plane(0.4), 4, near);
    expect(nearness(plane(0.2), 4, near)).toBeCloseTo(2 * far, 4);
    expect(nearness(plane(0.0001), 4, near)).toBe(10);
    expect(nearness(plane(0.95), 4, near)).toBe(1.5);
    expect(nearness(plane(0.4), 4, [])).toBe(10);
  });

  it("takes no notice of a neighbour on another island", () => {
    expect(nearness(plane(0.2), 4, [...near, neighbour(8)])).toBeCloseTo(nearness(plane(0.2), 4, near), 4);
  });
});
