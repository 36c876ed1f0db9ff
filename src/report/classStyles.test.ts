import { describe, expect, it } from "vitest";
import { styleClasses } from "./classStyles.ts";
import { markerFor } from "./plotPoints.ts";

describe("styleClasses", () => {
  it("numbers classes by ascending label, and counts them", () => {
    const { styles, of } = styleClasses(Int32Array.of(7, 3, 7, 40, 3, 7));
    expect(styles.map(({ label, count }) => [label, count])).toEqual([
      [3, 2],
      [7, 3],
      [40, 1],
    ]);
    expect([...of]).toEqual([1, 0, 1, 2, 0, 1]);
  });

  it("tells fifty classes apart by colour or marker", () => {
    const { styles } = styleClasses(Int32Array.from({ length: 50 }, (_, i) => i));
    expect(new Set(styles.map(({ colour, symbol }) => colour + symbol)).size).toBe(50);
    expect(new Set(styles.slice(0, 10).map(({ symbol }) => symbol))).toEqual(new Set(["circle"]));
    expect(new Set(styles.slice(0, 10).map(({ colour }) => colour)).size).toBe(10);
  });
});

describe("styleClasses on a dark ground", () => {
  it("differs in colours only", () => {
    const labels = Int32Array.from({ length: 30 }, (_, i) => i % 25);
    const light = styleClasses(labels);
    const dark = styleClasses(labels, "dark");
    expect(dark.of).toEqual(light.of);
    expect(dark.styles.map(({ symbol }) => symbol)).toEqual(light.styles.map(({ symbol }) => symbol));
    expect(dark.styles.map(({ colour }) => colour)).not.toEqual(light.styles.map(({ colour }) => colour));
    expect(new Set(dark.styles.map(({ colour, symbol }) => colour + symbol)).size).toBe(25);
  });
});

describe("markerFor", () => {
  it("draws fewer points larger, and many in space with few vertices", () => {
    const { styles } = styleClasses(Int32Array.of(1, 2));
    const sizes = [10, 400, 5000, 42_000, 1e6].map((count) => markerFor(count, 2, styles).size);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    expect(Math.min(...sizes)).toBe(3);
    expect(markerFor(42_000, 3, styles).circle).toBe("diamond");
    expect(markerFor(400, 3, styles).circle).toBe("circle");
    // With more than ten classes a diamond means something.
    const many = styleClasses(Int32Array.from({ length: 11 }, (_, i) => i)).styles;
    expect(markerFor(42_000, 3, many).circle).toBe("circle");
  });
});
