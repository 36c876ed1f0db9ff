import { describe, expect, it } from "vitest";
import { between, framed, framedPlace, frameOf } from "./frame.ts";

describe("frameOf", () => {
  it("holds the cloud but for its outliers, by the longest axis", () => {
    const positions = new Float32Array(2 * 1001);
    for (let i = 0; i <= 1000; i++) {
      positions[2 * i] = i / 100;
      positions[2 * i + 1] = 3;
    }
    positions[0] = -1e6;
    const { centre, radius } = frameOf(positions, 2, 1001);
    expect(centre[0]).toBeCloseTo(5, 1);
    expect(centre[1]).toBe(3);
    expect(radius).toBeCloseTo(5, 1);
  });

  it("has a radius where all points are one, or none", () => {
    expect(frameOf(Float32Array.of(2, 2, 2, 2), 2, 2)).toEqual({ centre: [2, 2, 0], radius: 1 });
    expect(frameOf(new Float32Array(0), 3, 0)).toEqual({ centre: [0, 0, 0], radius: 1 });
  });
});

describe("framed", () => {
  const frame = { centre: [1, 2, 3], radius: 2 } as const;

  it("moves and scales points of two and three dimensions", () => {
    expect([...framed(Float32Array.of(3, 2, 1, 4), 2, 2, frame)]).toEqual([1, 0, 0, 0, 1, 0]);
    expect([...framed(Float32Array.of(3, 2, 5), 3, 1, frame)]).toEqual([1, 0, 1]);
    expect(framedPlace({ x: 3, y: 2, z: 5 }, 3, frame)).toEqual([1, 0, 1]);
  });

  it("stops part of the way", () => {
    expect([...between(Float32Array.of(0, 4), Float32Array.of(2, 0), 0.25)]).toEqual([0.5, 3]);
  });
});
