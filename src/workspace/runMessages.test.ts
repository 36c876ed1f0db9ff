import { expect, it } from "vitest";
import { momentsMessage } from "./runMessages.ts";

const arrays = {
  labels: Int32Array.of(0, 0, 1),
  steps: Uint32Array.of(0, 10),
  epochs: Float32Array.of(0, 1),
  losses: Float32Array.of(Number.NaN, 0.5),
  // Two moments of three rows in the plane; lengths do not matter.
  embeddings: Float32Array.of(2, 0, 1, 0, 3, 0, 1, 0, 1, 0, 0, 5),
};

it("lays all moments along the same axes", async () => {
  const message = await momentsMessage({ head: { type: "recording" }, arrays });
  expect(message.head).toEqual({ type: "moments", count: 3, moments: 2 });
  const { positions, steps } = message.arrays;
  expect(steps).toEqual(arrays.steps);
  expect(positions).toHaveLength(18);
  const place = (moment: number, row: number): number[] => [
    ...positions!.subarray(9 * moment + 3 * row, 9 * moment + 3 * row + 3),
  ];
  // What points one way lies in one place, at both moments.
  expect(place(0, 0)).toEqual(place(0, 2));
  expect(place(1, 0)).toEqual(place(0, 0));
  // The distance of unit vectors at right angles, as PCA keeps it.
  const distance = Math.hypot(...place(1, 2).map((value, axis) => value - place(1, 0)[axis]!));
  expect(distance).toBeCloseTo(Math.SQRT2, 5);
});

it("says that there is none", async () => {
  const { embeddings: _, ...rest } = arrays;
  await expect(momentsMessage({ head: { type: "recording" }, arrays: rest })).rejects.toThrow("no recording");
});
