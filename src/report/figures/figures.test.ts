import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Point3, seen } from "./pcaFigure.ts";
import { ticks, tickText } from "./ticks.ts";
import { fitInto } from "./umapFigure.ts";

describe("ticks", () => {
  it("are round numbers inside the range, evenly apart, about as many as asked for", () => {
    const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    fc.assert(
      fc.property(value, fc.double({ min: 1e-3, max: 1e6, noNaN: true }), (low, span) => {
        const high = low + span;
        const found = ticks(low, high, 5);
        expect(found.length).toBeGreaterThanOrEqual(1);
        expect(found.length).toBeLessThanOrEqual(7);
        for (const tick of found) {
          expect(tick).toBeGreaterThanOrEqual(low - span * 1e-6);
          expect(tick).toBeLessThanOrEqual(high + span * 1e-6);
        }
      }),
    );
    expect(ticks(0, 1, 5).map(tickText)).toEqual(["0", "0.2", "0.4", "0.6", "0.8", "1"]);
    expect(ticks(-0.3, 0.3, 3).map(tickText)).toEqual(["-0.2", "0", "0.2"]);
    expect(ticks(4, 4, 5)).toEqual([4]);
  });
});

describe("seen", () => {
  it("turns space without stretching it", () => {
    const part = fc.double({ min: -10, max: 10, noNaN: true });
    const point = fc.tuple(part, part, part);
    fc.assert(
      fc.property(point, point, (a, b) => {
        const distance = (p: Point3, q: Point3): number => Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
        expect(distance(seen(a), seen(b))).toBeCloseTo(distance(a, b), 9);
      }),
    );
    // The third axis points up, and the viewer is above.
    expect(seen([0, 0, 1])[0]).toBeCloseTo(0, 12);
    expect(seen([0, 0, 1])[1]).toBeGreaterThan(0.8);
    expect(seen([0, 0, 1])[2]).toBeGreaterThan(0);
  });
});

describe("fitInto", () => {
  it("keeps every point inside the box, to one scale, y upwards", () => {
    const box = { x: 100, y: 50, width: 400, height: 300 };
    const place = fitInto(Float32Array.of(-2, 1, 6, 3), box);
    const [left, low] = place(-2, 1);
    const [right, high] = place(6, 3);
    expect([left, right]).toEqual([120, 480]);
    expect(low - high).toBeCloseTo(((right - left) / 8) * 2, 9);
    expect((low + high) / 2).toBeCloseTo(200, 9);
  });
});
