import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classCounts } from "../../data/dataset.ts";
import { type ImageDataset, splitValidation, takeFirst } from "./imageDataset.ts";
import { mixed, mixedRows } from "./mixedOrder.ts";

/** Pictures of 1 x 1 whose pixel is their row, in the order of their classes. */
function sorted(sizes: readonly number[]): ImageDataset {
  const labels = Int32Array.from(sizes.flatMap((size, label) => new Array<number>(size).fill(label)));
  const pixels = Uint8Array.from(labels, (_, row) => row % 256);
  return { name: "sorted", count: labels.length, channels: 1, height: 1, width: 1, pixels, labels };
}

const classSizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 });

describe("mixedRows", () => {
  it("holds every row once, and each class in its share in any first or last rows", () => {
    fc.assert(
      fc.property(classSizes, fc.nat(), fc.nat(), (sizes, seed, at) => {
        const { labels, count } = sorted(sizes);
        const rows = mixedRows(labels, seed);
        expect([...rows].sort((a, b) => a - b)).toEqual([...labels.keys()]);
        const cut = at % (count + 1);
        const first = classCounts(Int32Array.from(rows.subarray(0, cut), (row) => labels[row]!));
        for (const [label, size] of sizes.entries()) {
          const share = (cut * size) / count;
          // Those before the cut are at shares below it: within one of the class's share, and one of each other's.
          expect(Math.abs((first.get(label) ?? 0) - share)).toBeLessThanOrEqual(
            1 + (sizes.length * size) / count,
          );
        }
      }),
    );
  });

  it("is a function of seed and labels, and by lot within a class", () => {
    const { labels } = sorted([50, 50]);
    expect(mixedRows(labels, 3)).toEqual(mixedRows(labels, 3));
    expect(mixedRows(labels, 3)).not.toEqual(mixedRows(labels, 4));
    const ofFirst = [...mixedRows(labels, 3)].filter((row) => labels[row] === 0);
    expect(ofFirst).not.toEqual(ofFirst.toSorted((a, b) => a - b));
  });

  it("is by lot alone without classes", () => {
    const rows = [...mixedRows(new Int32Array(100), 1)];
    expect(rows.slice(0, 10)).not.toEqual([...rows.keys()].slice(0, 10));
  });
});

describe("mixed", () => {
  it("keeps each picture with its label and its row, of those that are taken", () => {
    const dataset = sorted([30, 30, 30]);
    const some = mixed(dataset, 1, 30);
    expect(some.count).toBe(30);
    for (const [i, row] of some.rows!.entries()) {
      expect([some.pixels[i], some.labels[i]]).toEqual([dataset.pixels[row], dataset.labels[row]]);
    }
    expect([...classCounts(some.labels).values()]).toEqual([10, 10, 10]);
    expect(some).toEqual(takeFirst(mixed(dataset, 1), 30));
  });

  it("gives every class to training and to validation, of pictures in the order of their classes", () => {
    const { training, validation } = splitValidation(mixed(sorted([20, 20, 20, 20]), 1), 16);
    expect([...classCounts(training.labels).values()]).toEqual([16, 16, 16, 16]);
    expect([...classCounts(validation.labels).values()]).toEqual([4, 4, 4, 4]);
    expect(validation.rows).toHaveLength(16);
  });
});
