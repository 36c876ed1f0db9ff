import { describe, expect, it } from "vitest";
import { classColours, darkClassColours } from "./classColours.ts";
import {
  contrast,
  difference,
  labOf,
  parseHex,
  type Rgb,
  type Vision,
  visions,
} from "./colourVision.fixture.ts";

function leastDifference(colours: readonly string[], vision: Vision): number {
  const labs = colours.map((colour) => labOf(parseHex(colour), vision));
  return Math.min(...labs.flatMap((lab, i) => labs.slice(0, i).map((other) => difference(lab, other))));
}

const plotlys = "#1f77b4 #ff7f0e #2ca02c #d62728 #9467bd #8c564b #e377c2 #7f7f7f #bcbd22 #17becf".split(" ");

describe("classColours", () => {
  it.each([
    ["normal", 25],
    ["deuteranopia", 18],
    ["protanopia", 18],
    ["tritanopia", 15],
  ] as const)("differ by CIEDE2000 as seen with %s vision by %i or more", (vision, least) => {
    for (const colours of [classColours, darkClassColours]) {
      expect(colours).toHaveLength(10);
      expect(leastDifference(colours, vision)).toBeGreaterThan(least);
    }
    // The measure does see what is confused: Plotly's own colours fail by far.
    expect(leastDifference(plotlys, vision)).toBeLessThan(least * 0.66);
  });

  it.each(["#ffffff", "#12161d"])("are visible on %s", (ground) => {
    for (const colour of classColours)
      expect(contrast(parseHex(colour), parseHex(ground))).toBeGreaterThan(1.5);
  });
});

describe("darkClassColours", () => {
  it("stand out from a dark ground by 3 to 1 or more, which some of the others do not", () => {
    const least = (colours: readonly string[]): number =>
      Math.min(...colours.map((colour) => contrast(parseHex(colour), parseHex("#0f1318"))));
    expect(least(darkClassColours)).toBeGreaterThanOrEqual(3);
    expect(least(classColours)).toBeLessThan(3);
  });
});

describe("the measures", () => {
  it("give the differences of Sharma, Wu and Dalal's test data", () => {
    const cases: readonly (readonly [Rgb, Rgb, number])[] = [
      [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
      [[50, -1, 2], [50, 0, 0], 2.3669],
      [[50, 2.5, 0], [73, 25, -18], 27.1492],
      [[60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644],
      [[2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082],
    ];
    for (const [a, b, expected] of cases) {
      expect(difference(a, b)).toBeCloseTo(expected, 4);
      expect(difference(b, a)).toBeCloseTo(expected, 4);
    }
  });

  it("leave grey as it is for every vision, and white at lightness 100", () => {
    for (const vision of visions) {
      const [l, a, b] = labOf([0.5, 0.5, 0.5], vision);
      expect(l).toBeCloseTo(53.39, 1);
      expect(Math.hypot(a, b)).toBeLessThan(0.1);
      expect(labOf([1, 1, 1], vision)[0]).toBeCloseTo(100, 3);
    }
    expect(contrast([0, 0, 0], [1, 1, 1])).toBeCloseTo(21, 6);
  });
});
