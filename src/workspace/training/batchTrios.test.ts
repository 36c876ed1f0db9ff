import { describe, expect, it } from "vitest";
import { chosenTrios } from "./batchTrios.ts";

/** Directions in the plane, by degrees. */
function directions(...degrees: number[]): Float32Array {
  return Float32Array.from(
    degrees.flatMap((at) => [Math.cos((at * Math.PI) / 180), Math.sin((at * Math.PI) / 180)]),
  );
}
const cosine = (degrees: number): number => Math.cos((degrees * Math.PI) / 180);

describe("chosenTrios", () => {
  it("are anchors of each class with the least similar alike and the most similar unalike picture", () => {
    const labels = Int32Array.of(5, 5, 5, 8, 8, 2);
    const units = directions(0, 10, 55, 30, 90, 200);
    const trios = chosenTrios({ of: "labels", labels }, units, 2, 4);
    expect(trios.map(({ anchor }) => anchor)).toEqual([0, 3, 5, 1]);
    expect(trios[0]!.positive!.at).toBe(2);
    expect(trios[0]!.positive!.similarity).toBeCloseTo(cosine(55), 6);
    expect(trios[0]!.negative!.at).toBe(3);
    expect(trios[1]!.negative!.at).toBe(1);
    expect(trios[2]!.positive).toBeNull();
    expect(trios[2]!.negative!.at).toBe(4);
    expect(trios[3]!.positive!.at).toBe(2);
  });

  it("are pairs as they were drawn, half of each kind where there are as many", () => {
    const labels = Int32Array.of(1, 1, 2, 3, /* partners */ 1, 1, 4, 3);
    const units = directions(0, 10, 20, 30, 5, 70, 60, 31);
    const alike = Float32Array.of(1, 1, 0, 1);
    const trios = chosenTrios({ of: "pairs", labels, alike }, units, 2, 3);
    expect(trios.map(({ anchor }) => anchor)).toEqual([0, 3, 2]);
    expect(trios[0]!.positive!.at).toBe(4);
    expect(trios[0]!.positive!.similarity).toBeCloseTo(cosine(5), 6);
    expect(trios[0]!.negative).toBeNull();
    expect(trios[2]!.negative!.at).toBe(6);
    expect(trios[2]!.positive).toBeNull();
    expect(chosenTrios({ of: "pairs", labels, alike }, units, 2, 9)).toHaveLength(4);
  });

  it("are pictures with their other view, whatever the labels", () => {
    const labels = Int32Array.of(1, 1, 1, 1, 1, 1);
    const units = directions(0, 40, 100, 20, 45, 130);
    const trios = chosenTrios({ of: "views", labels }, units, 2, 8);
    expect(trios.map(({ anchor, positive, negative }) => [anchor, positive!.at, negative!.at])).toEqual([
      [0, 3, 1],
      [1, 4, 3],
      [2, 5, 4],
    ]);
  });
});
