import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defaultValidation } from "../../data/heldOut.ts";
import { type OrderedPicture, orderPictures } from "./pictureOrder.ts";

const pictures = (counts: readonly number[], aside: (i: number) => boolean = () => false): OrderedPicture[] =>
  counts.flatMap((count, label) =>
    Array.from({ length: count }, (_, i) => ({ path: `${label}/${i}.jpg`, label, validation: aside(i) })),
  );
const all = { limit: null, validation: null };
const countsOf = (items: readonly OrderedPicture[], rows: readonly number[]): number[] => {
  const counts: number[] = [];
  for (const row of rows) counts[items[row]!.label] = (counts[items[row]!.label] ?? 0) + 1;
  return counts;
};

describe("defaultValidation", () => {
  it("is a tenth, at most 1,000, one of each class of 4 or more and two of each of 8 or more", () => {
    expect(defaultValidation([50, 50])).toBe(10);
    expect(defaultValidation([60_000])).toBe(1000);
    expect(defaultValidation([8, 8, 7, 3])).toBe(5);
    // A second one of one class, for a positive pair.
    expect(defaultValidation([4, 4, 4, 3])).toBe(4);
    expect(defaultValidation([2, 1])).toBe(0);
  });
});

describe("orderPictures", () => {
  it("keeps the last for validation, stratified, and takes every picture once", () => {
    const items = pictures([40, 30, 4, 3]);
    const { rows, validation } = orderPictures(items, { seed: 1, ...all });
    expect(validation).toBe(8);
    expect(rows.toSorted((a, b) => a - b)).toEqual(items.map((_, i) => i));
    expect(countsOf(items, rows.slice(-validation))).toEqual([4, 3, 1]);
    expect(countsOf(items, rows.slice(0, -validation))).toEqual([36, 27, 3, 3]);
  });

  it("mixes the classes, so that the first rows are a sample of all", () => {
    const items = pictures([200, 200]);
    const { rows } = orderPictures(items, { seed: 1, ...all });
    const [first = 0, second = 0] = countsOf(items, rows.slice(0, 100));
    // Of 100 draws 50 are expected, with a standard deviation of 4.3.
    expect(Math.abs(first - second)).toBeLessThan(30);
  });

  it("leaves those that the data set aside where they are, also when fewer are taken", () => {
    const items = pictures([20, 10], (i) => i % 5 === 0);
    const whole = orderPictures(items, { seed: 1, ...all });
    expect(whole.validation).toBe(6);
    expect(whole.rows.map((row) => items[row]!.validation)).toEqual([
      ...Array<boolean>(24).fill(false),
      ...Array<boolean>(6).fill(true),
    ]);
    const some = orderPictures(items, { seed: 1, limit: 15, validation: null });
    expect([some.rows.length, some.validation]).toEqual([15, 4]);
    expect(some.rows.slice(-4).every((row) => items[row]!.validation)).toBe(true);
  });

  it("takes a stratified sample, two of each class at least", () => {
    const items = pictures([80, 18, 2]);
    const { rows } = orderPictures(items, { seed: 1, limit: 10, validation: 0 });
    expect(countsOf(items, rows)).toEqual([6, 2, 2]);
  });

  it("keeps as many for validation as asked, two of a class left where that can be", () => {
    const items = pictures([6, 6, 2]);
    const { rows, validation } = orderPictures(items, { seed: 1, limit: null, validation: 8 });
    expect(validation).toBe(8);
    expect(countsOf(items, rows.slice(0, 6))).toEqual([2, 2, 2]);
    expect(orderPictures(items, { seed: 1, limit: null, validation: 0 }).validation).toBe(0);
  });

  it("is the same for one seed and number, another for another seed", () => {
    const items = pictures([30, 30]);
    const first = orderPictures(items, { seed: 1, ...all });
    expect(orderPictures(items, { seed: 1, limit: null, validation: first.validation })).toEqual(first);
    expect(orderPictures(items, { seed: 2, ...all }).rows).not.toEqual(first.rows);
  });

  it("leaves the others in their order when a picture goes", () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.nat(59), (seed, gone) => {
        const items = pictures([30, 30]);
        const fewer = items.filter((_, i) => i !== gone);
        const paths = (from: readonly OrderedPicture[]): string[] =>
          orderPictures(from, { seed, limit: null, validation: 0 }).rows.map((row) => from[row]!.path);
        expect(paths(fewer)).toEqual(paths(items).filter((path) => path !== items[gone]!.path));
      }),
    );
  });
});
