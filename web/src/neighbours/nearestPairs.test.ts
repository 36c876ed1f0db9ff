import { expect, it } from "vitest";
import { loneliest, mostAlike } from "./nearestPairs.ts";

/** Five points on a line, at 0, 1, 3, 3.5 and 9, each with its two nearest; similarity falls with distance. */
const nearest = {
  k: 2,
  rows: Uint32Array.of(1, 2, 0, 2, 3, 1, 2, 1, 3, 2),
  similarity: Float32Array.of(0.9, 0.7, 0.9, 0.8, 0.95, 0.8, 0.95, 0.75, 0.45, 0.4),
};

it("pairs what is most alike, each picture once", () => {
  expect(mostAlike(nearest, 5).map(({ first, second }) => [first, second])).toEqual([
    [2, 3],
    [0, 1],
  ]);
  expect(mostAlike(nearest, 1)).toHaveLength(1);
});

it("finds who is far from all others", () => {
  expect(loneliest(nearest, 2).map(({ first, second }) => [first, second])).toEqual([
    [4, 3],
    [0, 1],
  ]);
});

it("finds none where there are no neighbours", () => {
  const none = { k: 0, rows: new Uint32Array(0), similarity: new Float32Array(0) };
  expect([mostAlike(none, 3), loneliest(none, 3)]).toEqual([[], []]);
});
