import { describe, expect, it } from "vitest";
import { Rng } from "../../base/index.ts";
import type { Neighbours } from "../../projection/index.ts";
import { pcaPath, umapPath } from "./path.ts";

const count = 90;
const dim = 6;
const classes = 3;
const k = 10;

/** Three heaps of rows of unit length, `apart` from 0 (one heap) to 1. */
function heaps(apart: number, rng: Rng): Float32Array {
  const rows = Float32Array.from(
    { length: count * dim },
    (_, at) => (Math.floor(at / dim) % classes === at % dim ? apart : 0) + (at % dim === 5 ? 0.5 : 0),
  );
  for (let at = 0; at < rows.length; at++) rows[at]! += 0.08 * rng.normal();
  for (let row = 0; row < count; row++) {
    const norm = Math.hypot(...rows.subarray(row * dim, (row + 1) * dim));
    for (let i = 0; i < dim; i++) rows[row * dim + i]! /= norm;
  }
  return rows;
}

/** The nearest rows by cosine distance, by brute force. */
function neighboursOf(rows: Float32Array): Neighbours {
  const found = { count, k, indices: new Uint32Array(count * k), distances: new Float32Array(count * k) };
  for (let row = 0; row < count; row++) {
    const all = Array.from({ length: count }, (_, other) => {
      let cosine = 0;
      for (let i = 0; i < dim; i++) cosine += rows[row * dim + i]! * rows[other * dim + i]!;
      return { other, distance: other === row ? 0 : Math.max(1e-7, 1 - cosine) };
    }).sort((a, b) => a.distance - b.distance);
    for (const [rank, { other, distance }] of all.slice(0, k).entries()) {
      found.indices[row * k + rank] = other;
      found.distances[row * k + rank] = distance;
    }
  }
  return found;
}

/** How far points are moved from one snapshot to the next, on average. */
function movement(places: readonly Float32Array[], dims: number): number[] {
  return places.slice(1).map((place, i) => {
    let sum = 0;
    for (let at = 0; at < place.length; at += dims) {
      sum += Math.hypot(
        ...Array.from({ length: dims }, (_, axis) => place[at + axis]! - places[i]![at + axis]!),
      );
    }
    return sum / count;
  });
}

describe("the path of PCA", () => {
  it("stands still where the embeddings do, lies within the sphere, and keeps relative sizes", async () => {
    const [early, late] = [heaps(0.1, Rng.of(1)), heaps(1, Rng.of(2))];
    const { places, dims } = await pcaPath({ count, dim, snapshots: [early, early, late, late] });
    expect(dims).toBe(3);
    const [still, formed, stillAgain] = movement(places, 3);
    expect(still).toBe(0);
    expect(stillAgain).toBe(0);
    expect(formed).toBeGreaterThan(0.3);
    const size = (place: Float32Array): number => Math.sqrt(place.reduce((sum, v) => sum + v * v, 0) / count);
    expect(size(places[3]!)).toBeLessThanOrEqual(1);
    expect(size(places[3]!)).toBeGreaterThan(2 * size(places[0]!));
  });
});

describe("the path of UMAP", () => {
  it("hardly moves where the embeddings stay, and separates the classes when they do", async () => {
    const [early, late] = [heaps(0, Rng.of(1)), heaps(1, Rng.of(2))];
    const snapshots = [early, early, late, late, late];
    const path = await umapPath(
      { count, dim, snapshots },
      { seed: 1, neighbours: async (i) => neighboursOf(snapshots[i]!) },
    );
    const [still, formed, , stillAgain] = movement(path.places, 2);
    expect(formed).toBeGreaterThan(0.2);
    expect(still).toBeLessThan(formed! / 3);
    expect(stillAgain).toBeLessThan(formed! / 3);
    const last = path.places.at(-1)!;
    for (let row = 0; row < count; row++) {
      const distance = (other: number): number =>
        Math.hypot(last[row * 2]! - last[other * 2]!, last[row * 2 + 1]! - last[other * 2 + 1]!);
      const nearest = Array.from({ length: count }, (_, other) => other)
        .filter((other) => other !== row)
        .sort((a, b) => distance(a) - distance(b))[0]!;
      expect(nearest % classes).toBe(row % classes);
    }
  });

  it("is the same for the same seed", async () => {
    const snapshots = [heaps(0, Rng.of(1)), heaps(1, Rng.of(2))];
    const make = (seed: number) =>
      umapPath({ count, dim, snapshots }, { seed, neighbours: async (i) => neighboursOf(snapshots[i]!) });
    expect((await make(3)).places).toEqual((await make(3)).places);
    expect((await make(4)).places).not.toEqual((await make(3)).places);
  });
});
