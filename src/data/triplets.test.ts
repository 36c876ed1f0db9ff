import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError } from "../base/index.ts";
import { exampleTriplets } from "./triplets.ts";

describe("exampleTriplets", () => {
  it("shows labels in turn, each anchor with another image of its label and one of another", () => {
    const labels = fc.array(fc.nat(5), { minLength: 3, maxLength: 40 }).filter((rows) => {
      const kinds = new Set(rows).size;
      return kinds > 1 && kinds < rows.length;
    });
    fc.assert(
      fc.property(labels, fc.nat(), (rows, seed) => {
        const able = [...new Set(rows)]
          .filter((label) => rows.indexOf(label) !== rows.lastIndexOf(label))
          .sort((a, b) => a - b);
        const triplets = exampleTriplets(Int32Array.from(rows), 12, seed);
        expect(triplets.map(({ anchor }) => rows[anchor])).toEqual(
          Array.from({ length: 12 }, (_, i) => able[i % able.length]),
        );
        for (const { anchor, positive, negative } of triplets) {
          expect(positive).not.toBe(anchor);
          expect(rows[positive]).toBe(rows[anchor]);
          expect(negative).toBeLessThan(rows.length);
          expect(rows[negative]).not.toBe(rows[anchor]);
        }
        expect(exampleTriplets(Int32Array.from(rows), 12, seed)).toEqual(triplets);
      }),
    );
  });

  it("repeats no anchor while the labels have enough images", () => {
    const labels = Int32Array.from({ length: 40 }, (_, i) => i % 10);
    const anchors = exampleTriplets(labels, 40, 5).map(({ anchor }) => anchor);
    expect(new Set(anchors).size).toBe(40);
  });

  it("refuses labels without a positive or a negative", () => {
    for (const rows of [[], [1], [1, 1], [1, 2, 3]]) {
      expect(() => exampleTriplets(Int32Array.from(rows), 12, 1)).toThrow(InputError);
      expect(() => exampleTriplets(Int32Array.from(rows), 12, 1)).toThrow(
        `no anchor among ${rows.length} images has both a positive and a negative`,
      );
    }
  });
});
