import { describe, expect, it } from "vitest";
import { Rng } from "../../base/index.ts";
import { dot, unitRows } from "../../base/unitRows.ts";
import { leaveOneOutAccuracy } from "../../neighbours/leaveOneOut.ts";
import { threeAxes } from "../space/threeAxes.ts";
import { LiveMap } from "./liveMap.ts";

const [count, dim] = [90, 7];
const labels = Int32Array.from({ length: count }, (_, i) => i % 4);

function random(seed: number): Float32Array {
  const rng = Rng.of(seed, "live map");
  return Float32Array.from({ length: count * dim }, (_, i) => {
    const row = Math.floor(i / dim);
    return (i % dim === labels[row] ? 1.5 : 0) + rng.normal() * (1 + (i % dim) / 4);
  });
}

const snapshot = (embeddings: Float32Array, pairs: number, lossSum: number) => ({
  step: pairs / 10,
  epoch: pairs / 100,
  pairs,
  lossSum,
  embeddings,
});

function distance(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0));
}

describe("leaveOneOutAccuracy", () => {
  it("is that of a search of all others", async () => {
    const units = unitRows(random(1), dim);
    let right = 0;
    for (let row = 0; row < count; row++) {
      const others = [...labels.keys()].filter((other) => other !== row);
      const similarity = (other: number): number => dot(units, row * dim, units, other * dim, dim);
      const nearest = others.reduce((a, b) => (similarity(b) > similarity(a) ? b : a));
      if (labels[nearest] === labels[row]) right++;
    }
    expect(right).toBeGreaterThan(0.3 * count);
    expect(right).toBeLessThan(0.9 * count);
    expect(await leaveOneOutAccuracy(units, labels, dim)).toBeCloseTo(right / count, 10);
  });

  it("is 0 of a single row", async () => {
    expect(await leaveOneOutAccuracy(Float32Array.of(1, 0), Int32Array.of(3), 2)).toBe(0);
  });
});

describe("threeAxes", () => {
  it("are linear in the rows, turned or not, and turned lie nearer to the reference", async () => {
    const units = unitRows(random(2), dim);
    const plain = await threeAxes(units, dim, null);
    const reference = (await threeAxes(unitRows(random(3), dim), dim, null)).positions;
    const turned = await threeAxes(units, dim, reference);
    for (const { positions, mean, components } of [plain, turned]) {
      for (let row = 0; row < count; row++) {
        const offset = units.slice(row * dim, (row + 1) * dim).map((value, i) => value - mean[i]!);
        for (let axis = 0; axis < 3; axis++) {
          expect(dot(offset, 0, components, axis * dim, dim)).toBeCloseTo(positions[row * 3 + axis]!, 5);
        }
      }
    }
    expect(distance(turned.positions, reference)).toBeLessThan(distance(plain.positions, reference));
    expect(turned.explained).toEqual(plain.explained);
  });

  it("have zeros where there are fewer dimensions", async () => {
    const { positions, explained } = await threeAxes(Float32Array.of(1, 0, 0, 1, -1, 0), 2, null);
    expect(positions).toHaveLength(9);
    expect([positions[2], positions[5], positions[8], explained[2]]).toEqual([0, 0, 0, 0]);
  });
});

describe("LiveMap", () => {
  it("turns each map to the one before, so that rotated embeddings do not move", async () => {
    const map = new LiveMap({ labels });
    const embeddings = random(4);
    const first = await map.next(snapshot(embeddings, 0, 0));
    // Columns swapped, one mirrored, and rows of other lengths: the same directions but for a rotation.
    const rotated = embeddings.map((_, i) => {
      const [row, column] = [Math.floor(i / dim), i % dim];
      const from = embeddings[row * dim + ((column + 3) % dim)]! * (1 + (row % 5));
      return column === 2 ? -from : from;
    });
    const second = await map.next(snapshot(rotated, 400, 50));
    expect(distance(second.arrays.positions, first.arrays.positions)).toBeLessThan(1e-3);
    expect(second.head.knn1).toBe(first.head.knn1);
  });

  it("tells of the mean loss since the map before", async () => {
    const map = new LiveMap({ labels });
    expect((await map.next(snapshot(random(5), 0, 0))).head).toMatchObject({
      type: "map",
      step: 0,
      epoch: 0,
      loss: null,
    });
    expect((await map.next(snapshot(random(6), 400, 50))).head).toMatchObject({
      step: 40,
      epoch: 4,
      loss: 0.125,
    });
    expect((await map.next(snapshot(random(6), 600, 60))).head.loss).toBeCloseTo(0.05, 10);
  });
});
