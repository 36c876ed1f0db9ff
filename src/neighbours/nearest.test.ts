import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError, Rng } from "../base/index.ts";
import { dot, unitRows } from "../base/unitRows.ts";
import { umapTransform } from "../projection/index.ts";
import { nearestOf, placeOnMap, projectOnto } from "./nearest.ts";

const random = (seed: number, length: number): Float32Array => {
  const rng = Rng.of(seed, "nearest");
  return Float32Array.from({ length }, () => rng.normal());
};

describe("nearestOf", () => {
  it("gives the most similar rows in order", () => {
    const spaces = fc.tuple(
      fc.nat(),
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 8 }),
      fc.integer({ min: 0, max: 70 }),
    );
    fc.assert(
      fc.property(spaces, ([seed, count, dim, k]) => {
        const units = unitRows(random(seed, count * dim), dim);
        const query = random(seed + 1, dim).map((value) => 5 * value);
        const unit = unitRows(query, dim);
        const all = Array.from({ length: count }, (_, row) => ({
          row,
          value: Math.fround(dot(units, row * dim, unit, 0, dim)),
        })).sort((a, b) => b.value - a.value || a.row - b.row);
        const { rows, similarity } = nearestOf(query, units, k);
        expect([...rows]).toEqual(all.slice(0, k).map(({ row }) => row));
        expect([...similarity]).toEqual(all.slice(0, k).map(({ value }) => value));
      }),
    );
  });

  it("refuses a query that is not finite, or of another dim", () => {
    expect(() => nearestOf(Float32Array.of(1, Number.NaN), new Float32Array(4), 1)).toThrow(InputError);
    expect(() => nearestOf(new Float32Array(3), new Float32Array(4), 1)).toThrow("expected rows of dim 3");
  });
});

describe("placeOnMap", () => {
  it("is where UMAP's transform starts", () => {
    const map = random(3, 40);
    const rows = Uint32Array.of(4, 17, 2, 9, 11);
    const similarity = Float32Array.of(0.99, 0.97, 0.9, 0.7, 0.2);
    const place = placeOnMap({ rows, similarity }, map);
    const distances = similarity.map((value) => 1 - value);
    const neighbours = { count: 1, k: 5, indices: rows, distances };
    const { positions } = umapTransform(map, neighbours, { nNeighbors: 5, metric: "cosine" });
    expect(place[0]).toBeCloseTo(positions[0]!, 5);
    expect(place[1]).toBeCloseTo(positions[1]!, 5);
  });

  it("is in the midst of the neighbours, nearer to the nearer, and on a single one", () => {
    const map = Float32Array.of(0, 0, 10, 0, 0, 10);
    const rows = Uint32Array.of(0, 1, 2);
    const [x, y] = placeOnMap({ rows, similarity: Float32Array.of(0.999, 0.9, 0.1) }, map);
    expect(y!).toBeLessThan(x!);
    expect(x!).toBeLessThan(5);
    const same = placeOnMap({ rows, similarity: Float32Array.of(1, 1, 1) }, map);
    expect(same[0]).toBeCloseTo(10 / 3, 5);
    expect([...placeOnMap({ rows: Uint32Array.of(2), similarity: Float32Array.of(0.4) }, map)]).toEqual([
      0, 10,
    ]);
    expect(() => placeOnMap({ rows: new Uint32Array(), similarity: new Float32Array() }, map)).toThrow(
      InputError,
    );
  });
});

describe("projectOnto", () => {
  it("takes the direction along the axes", () => {
    const axes = { mean: Float32Array.of(0.1, 0, 0), components: Float32Array.of(0, 0, 1, 1, 0, 0) };
    const place = projectOnto(Float32Array.of(3, 0, 4), axes);
    expect(place[0]).toBeCloseTo(0.8, 6);
    expect(place[1]).toBeCloseTo(0.5, 6);
    expect(() => projectOnto(Float32Array.of(3, 0), axes)).toThrow("dim 2 was given, expected 3");
  });
});
