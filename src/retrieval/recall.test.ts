import { describe, expect, it } from "vitest";
import { recallByDistance } from "./recall.ts";

describe("recallByDistance", () => {
  it("is the part of results as near as the true ones, ties counting as they are", () => {
    expect(recallByDistance([[0.1, 0.2]], [[0.1, 0.2]])).toBe(1);
    expect(recallByDistance([[0.1, 0.3]], [[0.1, 0.2]])).toBe(0.5);
    expect(recallByDistance([[0.2, 0.2, 0.2]], [[0.1, 0.2, 0.2]])).toBe(1);
    expect(
      recallByDistance(
        [[0.1], []],
        [
          [0.1, 0.2],
          [0.1, 0.2],
        ],
      ),
    ).toBe(0.25);
    expect(recallByDistance([], [])).toBe(1);
  });
});
