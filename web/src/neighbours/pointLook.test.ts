import { describe, expect, it } from "vitest";
import { colourOf, pointColours, pointShapes, stylesOf } from "./pointLook.ts";

const labels = Int32Array.of(7, 2, 7);

describe("pointColours", () => {
  it("gives each point its class's colour, faint but for those that are to stand out", () => {
    const colours = pointColours(labels, "light", 60, [2]);
    const hex = (row: number): string =>
      `#${[...colours.subarray(4 * row, 4 * row + 3)].map((part) => part.toString(16).padStart(2, "0")).join("")}`;
    expect([0, 1, 2].map(hex)).toEqual([7, 2, 7].map((label) => colourOf(labels, label, "light")));
    expect(hex(0)).not.toBe(hex(1));
    expect([0, 1, 2].map((row) => colours[4 * row + 3])).toEqual([60, 60, 255]);
  });

  it("takes other colours for the dark theme", () => {
    expect(pointColours(labels, "dark", 60)).not.toEqual(pointColours(labels, "light", 60));
    expect(colourOf(labels, 7, "dark")).not.toBe(colourOf(labels, 7, "light"));
  });

  it("takes no notice of rows that there are not", () => {
    expect(pointColours(labels, "light", 60, [9])).toHaveLength(12);
  });
});

describe("pointShapes", () => {
  it("are not needed for ten classes, and tell further ones apart", () => {
    expect(pointShapes(labels)).toBeNull();
    const twelve = Int32Array.from({ length: 12 }, (_, at) => at);
    expect([...pointShapes(twelve)!]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1]);
  });
});

describe("stylesOf", () => {
  it("is made once for an array", () => {
    for (const theme of ["light", "dark"] as const) {
      expect(stylesOf(labels, theme)).toBe(stylesOf(labels, theme));
    }
  });
});
