import { expect, it } from "vitest";
import { erf } from "./erf.ts";

it("gives the error function to 15 digits, odd and bounded", () => {
  // Python's math.erf.
  const known: readonly (readonly [number, number])[] = [
    [0, 0],
    [1e-10, 1.1283791670955126e-10],
    [0.5, 0.5204998778130465],
    [1, 0.8427007929497149],
    [2, 0.9953222650189527],
    [3, 0.9999779095030014],
    [6.5, 1],
  ];
  for (const [x, value] of known) {
    expect(Math.abs(erf(x) - value)).toBeLessThanOrEqual(4e-16 * Math.max(value, 1e-10));
    expect(erf(-x)).toBe(-erf(x));
  }
  expect(erf(Number.POSITIVE_INFINITY)).toBe(1);
  expect(erf(Number.NaN)).toBeNaN();
});
