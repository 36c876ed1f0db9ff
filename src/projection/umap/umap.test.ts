import fc from "fast-check";
import { describe, expect, it } from "vitest";
import golden from "../../../test/golden/umap.json" with { type: "json" };
import { Rng } from "../../base/index.ts";
import { trustworthiness } from "../trustworthiness.ts";
import { fitCurve } from "./curve.ts";
import { fuzzyGraph } from "./fuzzyGraph.ts";
import { fractionBits, gradientTables, leastBits } from "./gradientTable.ts";
import type { Neighbours } from "./neighbours.ts";
import { umapSettings } from "./options.ts";
import { smoothKnn } from "./smoothKnn.ts";
import { umapLayout, umapTransform } from "./umap.ts";

const { k, dim, labels } = golden;
const count = labels.length;
const points = Float32Array.from(golden.points);
const start = Float32Array.from(golden.pca);
const options = { nNeighbors: k };

function neighboursOf({ indices, distances }: { indices: number[]; distances: number[] }): Neighbours {
  return { count, k, indices: Uint32Array.from(indices), distances: Float32Array.from(distances) };
}

const neighbours = neighboursOf(golden.euclidean);

function mapOf(seed: number, slice = 500): Float32Array {
  const layout = umapLayout(neighbours, start, { ...options, seed });
  while (!layout.done) layout.step(slice);
  return layout.positions;
}

/** The part of rows whose nearest other row in the map is of their class. */
function accuracy(map: Float32Array): number {
  const hits = labels.filter((label, i) => {
    let nearest = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let j = 0; j < count; j++) {
      const distance = Math.hypot(map[i * 2]! - map[j * 2]!, map[i * 2 + 1]! - map[j * 2 + 1]!);
      if (j !== i && distance < least) [nearest, least] = [j, distance];
    }
    return labels[nearest] === label;
  });
  return hits.length / count;
}

describe("the graph", () => {
  it.each(["euclidean", "cosine"] as const)("equals umap-learn's, %s", (metric) => {
    const expected = golden[metric];
    const { sigmas, rhos } = smoothKnn(neighboursOf(expected));
    for (let i = 0; i < count; i++) {
      expect(Math.abs(rhos[i]! - expected.rhos[i]!)).toBeLessThan(1e-5);
      expect(Math.abs(sigmas[i]! / expected.sigmas[i]! - 1)).toBeLessThan(1e-3);
    }
    const graph = fuzzyGraph(neighboursOf(expected));
    const weights = new Map<string, number>();
    for (let row = 0; row < count; row++) {
      for (let at = graph.offsets[row]!; at < graph.offsets[row + 1]!; at++) {
        weights.set(`${row},${graph.columns[at]}`, graph.weights[at]!);
      }
    }
    expect(weights.size).toBe(expected.weights.length);
    expected.weights.forEach((weight, i) => {
      const own = weights.get(`${expected.rows[i]},${expected.columns[i]}`) ?? Number.NaN;
      expect(Math.abs(own - weight)).toBeLessThan(1e-3);
    });
  });
});

describe("the curve", () => {
  it.each(golden.curves)(
    "equals umap-learn's, minDist $minDist, spread $spread",
    ({ minDist, spread, a, b }) => {
      const curve = fitCurve(minDist, spread);
      expect(Math.abs(curve.a - a)).toBeLessThan(1e-3);
      expect(Math.abs(curve.b - b)).toBeLessThan(1e-3);
    },
  );

  it("is read from tables to a part in 10,000", () => {
    const curve = fitCurve(0.1);
    const { pull, push } = gradientTables(curve);
    fc.assert(
      fc.property(fc.double({ min: -30, max: 20, noNaN: true }), (exponent) => {
        const square = Math.fround(2 ** exponent);
        const offset = new Int32Array(Float32Array.of(square).buffer)[0]! - leastBits;
        const at = offset >> fractionBits;
        const part = (offset & ((1 << fractionBits) - 1)) / (1 << fractionBits);
        const read = (table: Float32Array): number => table[at]! + (table[at + 1]! - table[at]!) * part;
        const { a, b } = curve;
        const member = 1 + a * square ** b;
        expect(Math.abs(read(pull) / ((-2 * a * b * square ** (b - 1)) / member) - 1)).toBeLessThan(1e-4);
        expect(Math.abs(read(push) / ((2 * b) / ((0.001 + square) * member)) - 1)).toBeLessThan(1e-4);
      }),
    );
  });
});

describe("the map", () => {
  it("is as trustworthy as umap-learn's and keeps the classes apart as well", () => {
    const expected = Math.max(...golden.map.trustworthiness);
    const theirs = accuracy(Float32Array.from(golden.map.positions));
    for (const seed of [0, 1, 2]) {
      const map = mapOf(seed);
      expect(trustworthiness(points, dim, map, { k: 10 })).toBeGreaterThanOrEqual(expected - 0.02);
      expect(accuracy(map)).toBeGreaterThanOrEqual(theirs - 0.02);
    }
  });

  it("is the same for a seed, however it is sliced, and another for another", () => {
    expect(mapOf(5, 7)).toEqual(mapOf(5));
    expect(mapOf(6)).not.toEqual(mapOf(5));
  });

  it("takes points that were fitted to near where they are, and leaves the fitted ones", () => {
    const map = mapOf(1);
    const before = map.slice();
    const layout = umapTransform(map, neighbours, { ...options, seed: 1 });
    while (!layout.done) layout.step();
    expect(map).toEqual(before);
    const distances = Array.from({ length: count }, (_, i) =>
      Math.hypot(layout.positions[i * 2]! - map[i * 2]!, layout.positions[i * 2 + 1]! - map[i * 2 + 1]!),
    ).sort((a, b) => a - b);
    expect(distances[count >> 1]).toBeLessThan(0.5);
    expect(distances[Math.floor(count * 0.95)]).toBeLessThan(2);
  });

  it("keeps finite any points, also where all coincide", () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.nat(), fc.boolean(), (n, seed, same) => {
        const rng = Rng.of(seed);
        const all = { count: n, k: n, indices: new Uint32Array(n * n), distances: new Float32Array(n * n) };
        for (let i = 0; i < n; i++) {
          let distance = 0;
          for (let j = 0; j < n; j++) {
            all.indices[i * n + j] = (i + j) % n;
            all.distances[i * n + j] = distance;
            if (!same) distance += rng.float();
          }
        }
        const layout = umapLayout(all, new Float32Array(n * 2), { nNeighbors: n, nEpochs: 20, seed });
        layout.step(20);
        expect(layout.positions.every(Number.isFinite)).toBe(true);
      }),
      { numRuns: 50 },
    );
  });
});

describe("umapSettings", () => {
  it("takes 15 neighbours, or all points where there are fewer", () => {
    const of = (count: number) => umapSettings(count).nNeighbors;
    expect([1000, 15, 14, 3, 2].map(of)).toEqual([15, 15, 14, 3, 2]);
    expect(() => umapSettings(1)).toThrow(/^1 points are fewer than nNeighbors 2/);
  });
});

describe("bad input", () => {
  const few = { count: 2, k: 15, indices: new Uint32Array(30), distances: new Float32Array(30) };
  const broken = { ...neighbours, distances: neighbours.distances.slice() };
  broken.distances[3 * k + 4] = Number.NaN;
  const twice = { ...neighbours, indices: neighbours.indices.slice() };
  twice.indices[8 * k + 5] = twice.indices[8 * k + 4]!;

  it.each([
    [
      few,
      { nNeighbors: 15 },
      /^2 points are fewer than nNeighbors 15: add points, or set nNeighbors to at most 2$/,
    ],
    [broken, options, /^row 3 of the neighbours holds distance NaN at rank 4, expected /],
    [twice, options, /^row 8 of the neighbours names point \d+ twice, expected each point once$/],
    [neighbours, { ...options, minDist: 2 }, /^minDist is 2, expected a number from 0 to spread 1$/],
    [neighbours, { ...options, nEpochs: 0.5 }, /^nEpochs is 0.5, expected an integer from 1$/],
    [neighbours, { ...options, seed: -1 }, /^seed is -1, expected /],
    [neighbours, { nNeighbors: 11 }, /^the neighbours are 10 of each point, expected nNeighbors 11$/],
  ])("is refused, case %#", (input, chosen, message) => {
    expect(() => umapLayout(input, start, chosen)).toThrow(message);
  });

  it("in the start is named by its row", () => {
    const holed = start.slice();
    holed[11] = Number.NaN;
    expect(() => umapLayout(neighbours, holed, options)).toThrow(/^row 5 of the layout's start holds NaN/);
  });
});
