import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError, KindredError } from "../../base/index.ts";
import { classCounts } from "../../data/dataset.ts";
import {
  gatherImages,
  type ImageDataset,
  scalePixels,
  sliceImages,
  splitValidation,
  takeFirst,
} from "./imageDataset.ts";

/** Picture `i` has the pixels `10i .. 10i + 3` and the label `i`. */
function pictures(count: number): ImageDataset {
  return {
    name: "toy",
    count,
    channels: 1,
    height: 2,
    width: 2,
    pixels: Uint8Array.from({ length: 4 * count }, (_, i) => 10 * Math.floor(i / 4) + (i % 4)),
    labels: Int32Array.from({ length: count }, (_, i) => i),
  };
}

describe("takeFirst", () => {
  it("views the first rows, or all where there are fewer", () => {
    const dataset = pictures(5);
    const first = takeFirst(dataset, 2);
    expect(first.count).toBe(2);
    expect([...first.labels]).toEqual([0, 1]);
    expect([...first.pixels]).toEqual([0, 1, 2, 3, 10, 11, 12, 13]);
    expect(first.pixels.buffer).toBe(dataset.pixels.buffer);
    expect(takeFirst(dataset, 9)).toBe(dataset);
  });

  it("refuses a number of rows that is no integer of 0 or more", () => {
    for (const n of [-1, 1.5, Number.NaN]) expect(() => takeFirst(pictures(3), n)).toThrow(InputError);
  });
});

describe("sliceImages", () => {
  it("views a range of rows, also of a view", () => {
    const slice = sliceImages(sliceImages(pictures(6), 1, 5), 1, 3);
    expect([slice.count, ...slice.labels]).toEqual([2, 2, 3]);
    expect([...slice.pixels]).toEqual([20, 21, 22, 23, 30, 31, 32, 33]);
  });

  it("refuses a range outside the rows, naming it", () => {
    for (const [start, end] of [
      [-1, 2],
      [2, 1],
      [0, 4],
      [0.5, 2],
    ] as const) {
      expect(() => sliceImages(pictures(3), start, end)).toThrow(
        `images ${start} to ${end} cannot be taken from toy`,
      );
    }
  });
});

describe("splitValidation", () => {
  it("sets the last rows aside", () => {
    const { training, validation } = splitValidation(pictures(5), 2);
    expect([...training.labels]).toEqual([0, 1, 2]);
    expect([...validation.labels]).toEqual([3, 4]);
    expect(validation.count).toBe(2);
    expect([...validation.pixels]).toEqual([30, 31, 32, 33, 40, 41, 42, 43]);
    expect(training.pixels.length).toBe(12);
  });

  it("splits a part that is itself a view", () => {
    const { training } = splitValidation(pictures(5), 1);
    const again = splitValidation(training, 1);
    expect([...again.validation.pixels]).toEqual([30, 31, 32, 33]);
  });

  it("allows no validation part", () => {
    const { training, validation } = splitValidation(pictures(3), 0);
    expect([training.count, validation.count, validation.pixels.length]).toEqual([3, 0, 0]);
  });

  it("refuses one that leaves no pair to train on, or is no number of rows", () => {
    for (const [n, left] of [
      [2, 1],
      [3, 0],
      [4, 0],
    ] as const) {
      expect(() => splitValidation(pictures(3), n)).toThrow(InputError);
      expect(() => splitValidation(pictures(3), n)).toThrow(
        `toy has 3 images, setting ${n} aside for validation leaves ${left} for training, expected at least 2: keep fewer of them (--validation)`,
      );
    }
    for (const n of [-1, 0.5, Number.NaN]) {
      expect(() => splitValidation(pictures(3), n)).toThrow(`${n} validation images cannot be set aside`);
    }
  });
});

describe("scalePixels", () => {
  it("is x / 127.5 - 1 for every byte, written from the offset on", () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const out = new Float32Array(258).fill(9);
    expect(scalePixels(bytes, out, 1)).toBe(out);
    expect([out[0], out[257]]).toEqual([9, 9]);
    expect([out[1], out[256]]).toEqual([-1, 1]);
    for (let x = 0; x < 256; x++) expect(out[x + 1]).toBe(Math.fround(x / 127.5 - 1));
    expect(scalePixels(bytes)).toEqual(out.slice(1, 257));
  });
});

describe("classCounts", () => {
  it("counts each label, ascending", () => {
    expect([...classCounts(Int32Array.of(7, 10, 2, 7))]).toEqual([
      [2, 1],
      [7, 2],
      [10, 1],
    ]);
  });
});

describe("gatherImages", () => {
  it("agrees with a loop over the pixels", () => {
    const dataset = pictures(6);
    fc.assert(
      fc.property(fc.array(fc.nat(5)), (rows) => {
        const expected = rows.flatMap((row) =>
          [0, 1, 2, 3].map((pixel) => Math.fround((10 * row + pixel) / 127.5 - 1)),
        );
        expect([...gatherImages(dataset, Uint32Array.from(rows))]).toEqual(expected);
      }),
    );
  });

  it("refuses a row that is not there", () => {
    expect(() => gatherImages(pictures(2), Uint32Array.of(0, 2))).toThrow(KindredError);
    expect(() => gatherImages(pictures(2), Uint32Array.of(0, 2))).toThrow("row 2 is not in toy");
  });
});
