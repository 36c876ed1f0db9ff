import { expect, it } from "vitest";
import { counted, durationText, lossText, percentText, rateText } from "./wording.ts";

it.each([
  [0.4, "0 s"],
  [59.4, "59 s"],
  [59.6, "1 min 00 s"],
  [200, "3 min 20 s"],
  [3900, "1 h 05 min"],
  [Number.POSITIVE_INFINITY, "unknown"],
])("%d seconds", (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});

it.each([
  [123.4, "123"],
  [12.34, "12.3"],
  [1.234, "1.23"],
  [-0.1234, "-0.123"],
  [0.00012, "1.2e-4"],
  [0, "0.000"],
  [Number.NaN, "not a number"],
])("a loss of %d", (loss, text) => {
  expect(lossText(loss)).toBe(text);
});

it("counts", () => {
  expect(percentText(0.9731)).toBe("97.3\u00a0%");
  expect(rateText(2311.7, "pairs")).toBe("2,312 pairs/s");
  expect(counted(1, "epoch")).toBe("1 epoch");
  expect(counted(1200, "epoch")).toBe("1,200 epochs");
});
