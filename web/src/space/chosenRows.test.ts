import { styleClasses } from "kindred/workspace";
import { describe, expect, it } from "vitest";
import { pointLooks, wrongRows } from "../map/colouring.ts";
import { chosenSummary } from "./chosenRows.ts";

const labels = Int32Array.of(7, 7, 3, 3, 7);
const classes = styleClasses(labels);
const nearest = {
  k: 2,
  rows: Uint32Array.of(1, 2, 4, 0, 0, 3, 2, 0, 3, 0),
  similarity: new Float32Array(10),
};

describe("wrongRows", () => {
  it("looks at the nearest other picture only", () => {
    expect([...wrongRows(labels, nearest)]).toEqual([0, 0, 1, 0, 1]);
  });
});

describe("chosenSummary", () => {
  it("counts classes, the largest first, and those whose nearest is alike", () => {
    const summary = chosenSummary(Uint32Array.of(0, 2, 4), classes, wrongRows(labels, nearest));
    // Classes are in the order of their labels: 3, then 7.
    expect(summary.classes).toEqual([
      { place: 1, count: 2 },
      { place: 0, count: 1 },
    ]);
    expect(summary.accuracy).toBeCloseTo(1 / 3, 12);
    expect([...summary.examples]).toEqual([0, 2, 4]);
    expect(chosenSummary(Uint32Array.of(0), classes, null).accuracy).toBeNull();
  });
});

describe("pointLooks", () => {
  it("hides classes put away and brings what is wrong to the front", () => {
    const { colours, shapes } = pointLooks({
      by: "correctness",
      theme: "light",
      classes,
      shown: [false, true],
      modalities: [],
      away: new Set(),
      wrong: wrongRows(labels, nearest),
      drift: new Float32Array(5),
      chosen: null,
      right: [1, 2, 3],
      bad: [9, 8, 7],
    });
    expect([...colours.subarray(0, 3)]).toEqual([1, 2, 3]);
    expect([...colours.subarray(16, 20)]).toEqual([9, 8, 7, 255]);
    expect(colours[4 * 2 + 3]).toBe(0);
    expect([shapes[0], shapes[4]]).toEqual([0, 9]);
  });
});
