import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rng } from "../../../base/index.ts";
import type { ImageDataset } from "../imageDataset.ts";
import { findDuplicates } from "./index.ts";

/** Pictures of smooth noise: sums of a few waves, no two of which are alike. */
function waves(count: number, { channels = 1, size = 16, seed = 1, sums = 6 } = {}): ImageDataset {
  const pixels = new Uint8Array(count * channels * size * size);
  for (let i = 0; i < count * channels; i++) {
    const rng = Rng.of(seed, "waves", i);
    const parts = Array.from({ length: sums }, () => [
      rng.uniform(-3, 3),
      rng.uniform(-3, 3),
      rng.uniform(0, 6),
    ]);
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        const sum = parts.reduce((s, [a, b, c]) => s + Math.sin((a! * x + b! * y) / 3 + c!), 0);
        pixels[(i * size + y) * size + x] = Math.round(128 + 20 * sum);
      }
    }
  }
  return { name: "waves", count, channels, height: size, width: size, pixels, labels: new Int32Array(count) };
}

/** The same pictures in another order: `order[i]` is the one that comes at place i. */
function reordered(dataset: ImageDataset, order: readonly number[]): ImageDataset {
  const each = dataset.pixels.length / dataset.count;
  const pixels = new Uint8Array(order.length * each);
  for (const [to, from] of order.entries()) {
    pixels.set(dataset.pixels.subarray(from * each, (from + 1) * each), to * each);
  }
  return { ...dataset, count: order.length, pixels, labels: new Int32Array(order.length) };
}

/** `dataset` with each byte of a row mapped. */
function changed(dataset: ImageDataset, row: number, change: (byte: number, at: number) => number): void {
  const each = dataset.pixels.length / dataset.count;
  const picture = dataset.pixels.subarray(row * each, (row + 1) * each);
  for (const [at, byte] of picture.entries()) picture[at] = Math.max(0, Math.min(255, change(byte, at)));
}

/** Each picture in float64, its channels' means taken off, at length 1. */
function normalized(dataset: ImageDataset): Float64Array[] {
  const each = dataset.height * dataset.width;
  return Array.from({ length: dataset.count }, (_, row) => {
    const values = Float64Array.from({ length: dataset.channels * each }, (_, i) => {
      const start = (row * dataset.channels + Math.floor(i / each)) * each;
      const mean = dataset.pixels.subarray(start, start + each).reduce((sum, byte) => sum + byte, 0) / each;
      return dataset.pixels[start + (i % each)]! - mean;
    });
    const length = Math.hypot(...values);
    return values.map((value) => value / length);
  });
}

/** The groups that are joined by pairs of at least this correlation, by comparing every pair. */
function groupsByHand(dataset: ImageDataset, correlation: number): number[][] {
  const pictures = normalized(dataset);
  const group = Array.from(pictures, (_, row) => row);
  for (const [a, first] of pictures.entries()) {
    for (const [b, second] of pictures.entries()) {
      if (b <= a || first.reduce((sum, value, i) => sum + value * second[i]!, 0) < correlation) continue;
      const [from, to] = [group[a]!, group[b]!];
      for (const [row, known] of group.entries()) if (known === to) group[row] = from;
    }
  }
  return [...new Set(group)]
    .map((root) => group.flatMap((known, row) => (known === root ? [row] : [])))
    .filter((rows) => rows.length > 1)
    .sort((a, b) => a[0]! - b[0]!);
}

describe("findDuplicates", () => {
  it("finds planted copies, and changed ones, wherever they are, and nothing else", async () => {
    const originals = waves(60, { channels: 3 });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(59), { minLength: 1, maxLength: 6 }),
        fc.array(fc.constantFrom("copy", "brighter", "paler", "noisy"), { minLength: 6, maxLength: 6 }),
        fc.nat(1000),
        async (copied, how, seed) => {
          const all = reordered(originals, [...Array(60).keys(), ...copied]);
          for (const [i] of copied.entries()) {
            const rng = Rng.of(seed, "noise", i);
            const change = {
              copy: (byte: number) => byte,
              brighter: (byte: number) => byte + 12,
              paler: (byte: number) => Math.round(byte * 0.8 + 10),
              noisy: (byte: number) => byte + rng.int(7) - 3,
            }[how[i]!];
            changed(all, 60 + i, change);
          }
          const order = Array.from(Rng.of(seed, "order").permutation(all.count));
          const { groups, plain, complete } = await findDuplicates([reordered(all, order)]);
          const expected = copied
            .map((original, i) => ({
              rows: [order.indexOf(original), order.indexOf(60 + i)].sort((a, b) => a - b),
              copies: how[i] === "copy" ? 1 : 0,
            }))
            .sort((a, b) => a.rows[0]! - b.rows[0]!);
          expect({ groups, plain, complete }).toEqual({ groups: expected, plain: [], complete: true });
        },
      ),
      { numRuns: 25 },
    );
  });

  it("agrees with a comparison of every pair, in sets small and large", async () => {
    // Of so few waves some come close; of more than 512 pictures not every pair is compared.
    for (const count of [500, 1200]) {
      const dataset = waves(count, { size: 6, seed: 3, sums: 2 });
      const expected = groupsByHand(dataset, 0.985);
      const { groups } = await findDuplicates([dataset], { correlation: 0.985 });
      expect(expected.length).toBeGreaterThan(2);
      expect(groups.map(({ rows }) => rows)).toEqual(expected);
    }
  });

  it("counts rows on from one data set to the next", async () => {
    const training = waves(5);
    const validation = reordered(training, [3]);
    expect((await findDuplicates([training, validation])).groups).toEqual([{ rows: [3, 5], copies: 1 }]);
  });

  it("sets pictures of one colour aside, even nearly so, and tells colours of one pattern apart", async () => {
    const dataset = waves(4, { channels: 3 });
    changed(dataset, 1, () => 90);
    changed(dataset, 2, (_, at) => 90 + (at % 2));
    // Two pictures of one pattern, one in red and one in blue.
    changed(dataset, 0, (_, at) => (at < 256 ? (at * 7) % 200 : 0));
    changed(dataset, 3, (_, at) => (at >= 512 ? (at * 7) % 200 : 0));
    expect(await findDuplicates([dataset])).toEqual({ groups: [], plain: [1, 2], alike: [], complete: true });
  });

  it("compares pictures above 32 x 32 by the means of blocks", async () => {
    const dataset = waves(3, { size: 64 });
    const shown = reordered(dataset, [0, 1, 2, 1]);
    // A pixel pattern that the mean of 2 x 2 does not see.
    changed(shown, 3, (byte, at) => byte + ((at + (at >> 6)) % 2 === 0 ? 9 : -9));
    expect((await findDuplicates([shown])).groups).toEqual([{ rows: [1, 3], copies: 0 }]);
  });

  it("refuses pictures of two sizes, and stops by its signal", async () => {
    const two = [waves(2), waves(2, { size: 8 })];
    await expect(findDuplicates(two)).rejects.toThrow(
      /^waves has pictures of 1 x 16 x 16 \(channels, height, width\) and waves of 1 x 8 x 8, expected one size/,
    );
    const aborted = AbortSignal.abort();
    await expect(findDuplicates([waves(2000, { size: 32 })], { signal: aborted })).rejects.toThrow("stopped");
  });
});
