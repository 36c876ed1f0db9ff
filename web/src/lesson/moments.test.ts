import { describe, expect, it } from "vitest";
import { momentsOf, momentText, shownMoments } from "./moments.ts";

describe("momentsOf", () => {
  const arrays = {
    labels: Int32Array.of(0, 0, 1),
    steps: Uint32Array.of(0, 10),
    epochs: Float32Array.of(0, 1),
    positions: Float32Array.from({ length: 18 }, (_, i) => i),
  };

  it("cuts the positions of all into those of each moment", () => {
    const { count, positions, steps, all } = momentsOf({ head: { type: "moments" }, arrays });
    expect([count, steps, all.length]).toEqual([3, [0, 10], 18]);
    expect(positions.map((moment) => [moment[0], moment.length])).toEqual([
      [0, 9],
      [9, 9],
    ]);
  });

  it("says that there are none", () => {
    const { positions: _, ...rest } = arrays;
    expect(() => momentsOf({ head: { type: "moments" }, arrays: rest })).toThrow("no moments");
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
