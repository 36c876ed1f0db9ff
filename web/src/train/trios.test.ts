import { expect, it } from "vitest";
import { inOrder, triosOf } from "./trios.ts";

const batch = {
  head: { type: "batch", step: 5, count: 3, width: 2, height: 1, channels: 1 },
  // Each picture is its place, twice.
  pictures: Uint8Array.from({ length: 18 }, (_, at) => Math.floor(at / 2)),
  labels: new Int32Array([4, 5, 6, 4, -1, 6, 1, 2, 3]),
  similarity: new Float32Array([0.5, Number.NaN, -0.25, 0.75, 0.5, -0.5]),
} as const;

it("takes each trio's pictures, labels and similarities from their places", () => {
  const trios = triosOf(batch, 8);
  expect(trios.map(({ anchor }) => [anchor.label, [...anchor.pixels]])).toEqual([
    [4, [0, 0]],
    [5, [1, 1]],
    [6, [2, 2]],
  ]);
  expect(trios.map(({ positive }) => positive && [...positive.pixels])).toEqual([[3, 3], null, [5, 5]]);
  expect(trios.map(({ negative }) => negative && [...negative.pixels])).toEqual([
    [6, 6],
    [7, 7],
    [8, 8],
  ]);
  expect(trios.map((trio) => [trio.positiveSimilarity, trio.negativeSimilarity])).toEqual([
    [0.5, 0.75],
    [null, 0.5],
    [-0.25, -0.5],
  ]);
  expect(inOrder(trios)).toEqual({ right: 1, of: 2 });
});

it("takes no more than asked for", () => {
  expect(triosOf(batch, 2)).toHaveLength(2);
});
