import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rng } from "../base/index.ts";
import { procrustes } from "./procrustes.ts";

/** Rows of a random orthogonal matrix, by Gram and Schmidt. */
function orthogonal(dim: number, rng: Rng): number[][] {
  const rows: number[][] = [];
  while (rows.length < dim) {
    const row = Array.from({ length: dim }, () => rng.normal());
    for (const other of rows) {
      const along = row.reduce((sum, value, i) => sum + value * other[i]!, 0);
      for (let i = 0; i < dim; i++) row[i]! -= along * other[i]!;
    }
    const norm = Math.hypot(...row);
    if (norm > 0.1) rows.push(row.map((value) => value / norm));
  }
  return rows;
}

function moved(points: Float32Array, dim: number, by: readonly number[][], shift: number): Float32Array {
  return points.map((_, at) => {
    const row = Math.floor(at / dim) * dim;
    return by[at % dim]!.reduce((sum, value, i) => sum + value * points[row + i]!, shift);
  });
}

const cloud = (count: number, dim: number, rng: Rng): Float32Array =>
  Float32Array.from({ length: count * dim }, (_, at) => rng.normal() * (1 + (at % dim)));

const worst = (a: Float32Array, b: Float32Array): number =>
  a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

describe("procrustes", () => {
  it("takes back any rotation, mirroring and shift", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 2, max: 5 }), (seed, dim) => {
        const rng = Rng.of(seed);
        const points = cloud(30, dim, rng);
        const away = moved(points, dim, orthogonal(dim, rng), 3);
        expect(worst(procrustes(away, points, 30, dim), points)).toBeLessThan(1e-4);
      }),
    );
  });

  it("mirrors nothing where it must not", () => {
    const points = cloud(30, 2, Rng.of(1));
    const mirrored = points.map((value, at) => (at % 2 === 0 ? -value : value));
    expect(worst(procrustes(mirrored, points, 30, 2), points)).toBeLessThan(1e-4);
    const turned = procrustes(mirrored, points, 30, 2, { reflection: false });
    expect(worst(turned, points)).toBeGreaterThan(0.5);
    // The sense of rotation from the first to the second point about the centre stays that of the mirror image.
    const sense = (p: Float32Array): number => {
      const mean = [0, 1].map((axis) => p.filter((_, at) => at % 2 === axis).reduce((a, b) => a + b) / 30);
      return Math.sign((p[0]! - mean[0]!) * (p[3]! - mean[1]!) - (p[1]! - mean[1]!) * (p[2]! - mean[0]!));
    };
    expect(sense(turned)).toBe(sense(mirrored));
    expect(sense(turned)).toBe(-sense(points));
  });

  it("comes nearer than any of a thousand random rotations, and keeps all distances", () => {
    const rng = Rng.of(2);
    const points = cloud(20, 3, rng);
    const reference = cloud(20, 3, rng);
    const aligned = procrustes(points, reference, 20, 3);
    const error = (p: Float32Array): number => p.reduce((sum, v, i) => sum + (v - reference[i]!) ** 2, 0);
    for (let i = 0; i < 1000; i++) {
      expect(error(moved(aligned, 3, orthogonal(3, rng), 0))).toBeGreaterThan(error(aligned) - 1e-3);
    }
    const apart = (p: Float32Array): number => Math.hypot(p[0]! - p[3]!, p[1]! - p[4]!, p[2]! - p[5]!);
    expect(apart(aligned)).toBeCloseTo(apart(points), 4);
  });

  it("refuses points of other numbers", () => {
    expect(() => procrustes(new Float32Array(6), new Float32Array(4), 3, 2)).toThrow(
      /^6 and 4 numbers cannot be aligned, expected 3 points x 2 = 6 in both$/,
    );
  });
});
