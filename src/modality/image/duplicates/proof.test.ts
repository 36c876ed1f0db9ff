import { describe, expect, it } from "vitest";
import { Rng } from "../../../base/index.ts";
import type { ImageDataset } from "../imageDataset.ts";
import { findDuplicates } from "./index.ts";
import { copiesAmong, likenessOf, type Originals } from "./proof.ts";

const side = 64;

/** Bars and blotches, as of parts of one make; `seed` is of the blotches, `noise` their strength. */
function part(seed: number, { scratch = false, noise = 0 } = {}): Uint8Array {
  const rng = Rng.of(seed, "part");
  const plane = new Uint8Array(side * side);
  const [p, q, r] = [rng.uniform(0, 6), rng.uniform(0, 6), rng.uniform(0, 6)];
  const blotch = (x: number, y: number): number =>
    Math.sin(x / 5 + p) * Math.cos(y / 4 + q) + Math.sin((x + y) / 6 + r);
  for (let i = 0; i < plane.length; i++) {
    const [x, y] = [i % side, Math.floor(i / side)];
    const bar = x % 20 < 3 ? 60 : 150 + 20 * Math.sin(y / 9);
    const cut = scratch && Math.abs(x - y) < 2 && y > 20 && y < 50 ? -70 : 0;
    plane[i] = Math.max(0, Math.min(255, bar + cut + rng.int(5) + noise * blotch(x, y)));
  }
  return plane;
}

const changed = (plane: Uint8Array, change: (level: number) => number): Uint8Array =>
  plane.map((level) => Math.max(0, Math.min(255, Math.round(change(level)))));

describe("likenessOf", () => {
  it("is the correlation, of the whole and of the part that is least alike", () => {
    // Of one part, where all is in sight.
    const a = Uint8Array.from({ length: 64 }, (_, i) => (37 * i) % 251);
    const b = Uint8Array.from({ length: 64 }, (_, i) => (37 * i + 3 * (i % 7)) % 251);
    const blur = (plane: Uint8Array): number[] => {
      const at = (x: number, y: number): number =>
        plane[8 * Math.max(0, Math.min(7, y)) + Math.max(0, Math.min(7, x))]!;
      return Array.from({ length: 64 }, (_, i) => {
        const [x, y] = [i % 8, i >> 3];
        let sum = 0;
        for (const dy of [-1, 0, 1]) {
          for (const dx of [-1, 0, 1]) sum += at(x + dx, y + dy) * (2 - Math.abs(dx)) * (2 - Math.abs(dy));
        }
        return sum / 16;
      });
    };
    const [u, v] = [blur(a), blur(b)].map((values) => {
      const mean = values.reduce((sum, value) => sum + value, 0) / 64;
      return values.map((value) => value - mean);
    }) as [number[], number[]];
    const dot = (x: number[], y: number[]): number => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
    const expected = dot(u, v) / Math.sqrt(dot(u, u) * dot(v, v));
    expect(likenessOf(a, b, 8).whole).toBeCloseTo(expected, 5);
    expect(likenessOf(a, b, 8).worstPart).toBeCloseTo(expected, 5);
  });

  it("is near 1 for a copy of other brightness and contrast, in every part", () => {
    const { whole, worstPart } = likenessOf(
      part(1),
      changed(part(1), (level) => 0.7 * level + 20),
      side,
    );
    expect(whole).toBeGreaterThan(0.999);
    expect(worstPart).toBeGreaterThan(0.98);
  });

  it("falls in the part where a scratch is, however alike the rest", () => {
    const { whole, worstPart } = likenessOf(part(1), part(1, { scratch: true }), side);
    expect(whole).toBeGreaterThan(0.95);
    expect(worstPart).toBeLessThan(0.7);
  });
});

describe("copiesAmong", () => {
  const pair = (whole: number, worstPart = 0.9) => ({ whole, worstPart });

  it("asks for more where most pairs are merely alike", () => {
    expect(copiesAmong([pair(0.9996), pair(0.991), pair(0.981)])).toEqual([true, true, false]);
    const alike = Array.from({ length: 5 }, () => pair(0.983));
    expect(copiesAmong([pair(0.9996), pair(0.991), ...alike])).toEqual([true, ...Array(6).fill(false)]);
    expect(copiesAmong([pair(0.9996, 0.4), null])).toEqual([false, false]);
  });
});

describe("findDuplicates with the pictures' files", () => {
  it("finds the copies among parts that are alike by nature, and says which are alike", async () => {
    const originals = [...Array(8).keys()].map((seed) => part(seed + 10, { noise: 7 }));
    const planes = [
      ...originals,
      changed(originals[2]!, (level) => level + 10),
      part(13, { noise: 7, scratch: true }),
    ];
    // What the encoder sees is a quarter as large, and there all are alike.
    const small = planes.map((plane) =>
      Uint8Array.from({ length: 256 }, (_, i) => {
        const [x, y] = [4 * (i % 16), 4 * (i >> 4)];
        let sum = 0;
        for (let k = 0; k < 16; k++) sum += plane[(y + (k >> 2)) * side + x + (k % 4)]!;
        return Math.round(sum / 16);
      }),
    );
    const dataset: ImageDataset = {
      name: "parts",
      ...{ count: planes.length, channels: 1, height: 16, width: 16 },
      pixels: Uint8Array.from(small.flatMap((picture) => [...picture])),
      labels: new Int32Array(planes.length),
    };
    const files: Originals = { side: async () => side, plane: async (row) => planes[row]! };
    const blind = await findDuplicates([dataset], { correlation: 0.95 });
    expect(blind.groups[0]!.rows.length).toBeGreaterThan(5);
    const { groups, alike } = await findDuplicates([dataset], { correlation: 0.95, originals: files });
    expect(groups).toEqual([{ rows: [2, 8], copies: 0 }]);
    expect(alike.length).toBeGreaterThan(10);
    expect(alike).toContainEqual([3, 9]);
    // Files that are gone prove nothing.
    const gone: Originals = { side: async () => null, plane: async () => null };
    expect(await findDuplicates([dataset], { correlation: 0.95, originals: gone })).toMatchObject({
      groups: [],
      alike: [],
    });
  });

  it("looks at arrays that are larger than their thumbnails as they are", async () => {
    const originals = [...Array(8).keys()].map((seed) => part(seed + 10, { noise: 7 }));
    const planes = [
      ...originals,
      changed(originals[2]!, (level) => level + 10),
      part(13, { noise: 7, scratch: true }),
    ];
    const dataset = (across: number): ImageDataset => ({
      name: "parts",
      ...{ count: planes.length, channels: 3, height: side, width: across },
      // In three equal colours; what is wider has its columns twice.
      pixels: Uint8Array.from({ length: planes.length * 3 * side * across }, (_, i) => {
        const [row, x] = [Math.floor(i / across), i % across];
        return planes[Math.floor(row / (3 * side))]![(row % side) * side + Math.floor((x * side) / across)]!;
      }),
      labels: new Int32Array(planes.length),
    });
    for (const across of [side, 2 * side]) {
      const { groups, alike } = await findDuplicates([dataset(across)], { correlation: 0.95 });
      expect(groups).toEqual([{ rows: [2, 8], copies: 0 }]);
      expect(alike).toContainEqual([3, 9]);
    }
  });
});
