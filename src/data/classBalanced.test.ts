import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../base/index.ts";
import { ClassBalancedSampler } from "./classBalanced.ts";

/** Labels of 2 to 7 classes of 1 to 25 rows, shuffled, and a P and K for them. */
const anyLabels = fc
  .uniqueArray(fc.tuple(fc.nat(1000), fc.integer({ min: 1, max: 25 })), {
    minLength: 2,
    maxLength: 7,
    selector: ([label]) => label,
  })
  .chain((groups) => {
    const labels = groups.flatMap(([label, count]) => Array<number>(count).fill(label));
    return fc.record({
      labels: fc.shuffledSubarray(labels, { minLength: labels.length }).map((rows) => Int32Array.from(rows)),
      classes: fc.integer({ min: 2, max: groups.length }),
      images: fc.integer({ min: 2, max: 6 }),
    });
  });

function countsOf(values: Iterable<number>): Map<number, number> {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}

/** The batches of an epoch, each cut into the groups of its classes. */
function groupsOf(rows: Uint32Array, classes: number, images: number): Uint32Array[][] {
  const size = classes * images;
  return Array.from({ length: rows.length / size }, (_, batch) =>
    Array.from({ length: classes }, (_unused, group) => {
      const start = batch * size + group * images;
      return rows.subarray(start, start + images);
    }),
  );
}

describe("ClassBalancedSampler", () => {
  it("fills every batch with P classes of K images, none twice where the class is large enough", () => {
    fc.assert(
      fc.property(anyLabels, fc.nat(), fc.nat(99), ({ labels, classes, images }, seed, epoch) => {
        const sampler = new ClassBalancedSampler(labels, { classes, images, seed });
        const rows = sampler.epochBatches(epoch);
        expect(sampler.batchSize).toBe(classes * images);
        expect(rows.length).toBe(sampler.batchCount * sampler.batchSize);
        const sizes = countsOf(labels);
        for (const groups of groupsOf(rows, classes, images)) {
          const named = groups.map((group) => new Set(group.map((row) => labels[row]!)));
          expect(named.every((set) => set.size === 1)).toBe(true);
          expect(new Set(named.flatMap((set) => [...set])).size).toBe(classes);
          for (const group of groups) {
            const repeats = [...countsOf(group).values()];
            const size = sizes.get(labels[group[0]!]!)!;
            expect(repeats.length).toBe(Math.min(images, size));
            expect(Math.max(...repeats)).toBe(Math.ceil(images / size));
          }
        }
      }),
    );
  });

  it("shows every image, and none of a class a second time more than another", () => {
    fc.assert(
      fc.property(anyLabels, fc.nat(), ({ labels, classes, images }, seed) => {
        const rows = new ClassBalancedSampler(labels, { classes, images, seed }).epochBatches(3);
        const shown = countsOf(rows);
        expect(shown.size).toBe(labels.length);
        for (const label of new Set(labels)) {
          const counts = [...shown].flatMap(([row, count]) => (labels[row] === label ? [count] : []));
          expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it("is as short as it can be: one pass where classes are equal", () => {
    const labels = Int32Array.from({ length: 120 }, (_, i) => i % 6);
    const sampler = new ClassBalancedSampler(labels, { classes: 3, images: 5, seed: 1 });
    expect(sampler.batchCount).toBe(8);
    expect([...sampler.epochBatches(0).toSorted()]).toEqual([...labels.keys()]);
    // One class of 50 needs 10 batches, beside three of 5 that need 3 groups in all.
    const skewed = Int32Array.from({ length: 65 }, (_, i) => (i < 50 ? 0 : 1 + (i % 3)));
    expect(new ClassBalancedSampler(skewed, { classes: 2, images: 5, seed: 1 }).batchCount).toBe(10);
  });

  it("draws the same epoch for the same seed, whatever was drawn before, and another otherwise", () => {
    const labels = Int32Array.from({ length: 200 }, (_, i) => i % 10);
    const make = (seed: number) => new ClassBalancedSampler(labels, { classes: 4, images: 5, seed });
    const ran = make(7);
    ran.epochBatches(0);
    expect(ran.epochBatches(1)).toEqual(make(7).epochBatches(1));
    expect(make(7).epochBatches(0)).not.toEqual(make(7).epochBatches(1));
    expect(make(7).epochBatches(0)).not.toEqual(make(8).epochBatches(0));
  });

  it("lets every two classes and every two images of a class meet equally often", () => {
    const labels = Int32Array.from({ length: 24 }, (_, i) => i % 4);
    const sampler = new ClassBalancedSampler(labels, { classes: 2, images: 2, seed: 5 });
    const met = new Map<string, number>();
    const meet = (key: string): Map<string, number> => met.set(key, (met.get(key) ?? 0) + 1);
    const epochs = 3000;
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (const groups of groupsOf(sampler.epochBatches(epoch), 2, 2)) {
        const classes = groups.map((group) => labels[group[0]!]!).sort();
        meet(`classes ${classes.join()}`);
        for (const group of groups) meet(`images ${[...group].sort((a, b) => a - b).join()}`);
      }
    }
    const classes = [...met].filter(([key]) => key.startsWith("classes"));
    const images = [...met].filter(([key]) => key.startsWith("images"));
    expect([classes.length, images.length]).toEqual([6, 4 * 15]);
    // 6 batches an epoch over 6 pairs of classes; 3 groups of each class over 15 pairs of its images.
    for (const [key, count] of classes) expect(Math.abs(count / epochs - 1), key).toBeLessThan(0.1);
    for (const [key, count] of images) expect(Math.abs(count / epochs - 0.2), key).toBeLessThan(0.04);
  });

  it.each([
    [
      { classes: 4, images: 2 },
      "batches of 4 classes cannot be drawn from 6 training images of 3 classes, expected at most that many: ask for fewer",
    ],
    [
      { classes: 1, images: 2 },
      "1 classes a batch cannot be used, expected an integer of 2 or more, so that every anchor has a negative",
    ],
    [
      { classes: 2, images: 1 },
      "1 images of each class cannot be used, expected an integer of 2 or more, so that every anchor has a positive",
    ],
    [{ classes: 2.5, images: 2 }, "2.5 classes a batch cannot be used"],
  ])("refuses %j in one line", (options, message) => {
    const make = () => new ClassBalancedSampler(Int32Array.of(1, 1, 2, 2, 3, 3), { ...options, seed: 1 });
    expect(make).toThrow(InputError);
    expect(make).toThrow(message);
  });
});
