import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError, KindredError, Rng } from "../base/index.ts";
import {
  type AugmentOptions,
  augmentImages,
  augmentInto,
  lightAugmentation,
  paperElastic,
} from "./augment.ts";
import type { ImageDataset } from "./dataset.ts";
import { gatherImages } from "./loader.ts";

function pictures(count: number, channels: number, height: number, width: number): ImageDataset {
  const rng = Rng.of(count, "pictures");
  const pixels = Uint8Array.from({ length: count * channels * height * width }, () => rng.int(256));
  return { name: "drawn", count, channels, height, width, pixels, labels: new Int32Array(count) };
}

function augmented(
  dataset: ImageDataset,
  rows: readonly number[],
  options: AugmentOptions,
  seed = 1,
): number[] {
  const out = new Float32Array(rows.length * dataset.channels * dataset.height * dataset.width);
  augmentInto(out, dataset, Uint32Array.from(rows), Rng.of(seed), options);
  return [...out];
}

describe("augmentInto", () => {
  it("gives the pictures themselves where nothing is asked for", () => {
    const dataset = pictures(4, 2, 5, 6);
    const each = 2 * 5 * 6;
    const expected = [3, 0, 3].flatMap((row) => [...dataset.pixels.subarray(row * each, (row + 1) * each)]);
    expect(augmented(dataset, [3, 0, 3], {})).toEqual(expected);
    const none = { shift: 0, rotation: 0, scale: 0, background: 77, elastic: { alpha: 0, sigma: 4 } };
    expect(augmented(dataset, [3, 0, 3], none)).toEqual(expected);
  });

  it("keeps to the values of the picture and the background", () => {
    fc.assert(
      fc.property(
        fc.record({
          shift: fc.double({ min: 0, max: 9, noNaN: true }),
          rotation: fc.double({ min: 0, max: 180, noNaN: true }),
          scale: fc.double({ min: 0, max: 0.9, noNaN: true }),
          background: fc.integer({ min: 100, max: 200 }),
          elastic: fc.constant(paperElastic),
        }),
        fc.nat(),
        (options, seed) => {
          const dataset = pictures(2, 1, 6, 6);
          const values = dataset.pixels.map((value) => 100 + (value % 101));
          const out = augmented({ ...dataset, pixels: values }, [0, 1, 0], options, seed);
          expect(Math.min(...out)).toBeGreaterThanOrEqual(100);
          expect(Math.max(...out)).toBeLessThanOrEqual(200);
        },
      ),
    );
  });

  it("moves each picture on its own, the same for the same stream", () => {
    const dataset = pictures(3, 1, 12, 12);
    const options = { ...lightAugmentation, elastic: paperElastic };
    const first = augmented(dataset, [1, 1], options);
    expect(augmented(dataset, [1, 1], options)).toEqual(first);
    expect(augmented(dataset, [1, 1], options, 2)).not.toEqual(first);
    expect(first.slice(0, 144)).not.toEqual(first.slice(144));
  });

  it("draws motions uniformly within their bounds: where a dot goes", () => {
    // A dot 20 to the right of the middle of 61 x 61: its centre of mass tells angle and factor, or the shift.
    const size = 61;
    const pixels = new Uint8Array(size * size);
    pixels[30 * size + 50] = 200;
    const dot = { pixels, channels: 1, height: size, width: size };
    const rows = new Uint32Array(600);
    const centres = (options: AugmentOptions): { y: number; x: number }[] => {
      const out = new Float32Array(rows.length * size * size);
      augmentInto(out, dot, rows, Rng.of(6), options);
      return Array.from(rows, (_, i) => {
        let [mass, y, x] = [0, 0, 0];
        for (let place = 0; place < size * size; place++) {
          const value = out[i * size * size + place]!;
          mass += value;
          y += value * (Math.floor(place / size) - 30);
          x += value * ((place % size) - 30);
        }
        return { y: y / mass, x: x / mass };
      });
    };
    const expectSpread = (values: number[], low: number, high: number): void => {
      const half = (high - low) / 2;
      expect(Math.min(...values)).toBeGreaterThan(low - 0.06 * half);
      expect(Math.min(...values)).toBeLessThan(low + 0.08 * half);
      expect(Math.max(...values)).toBeLessThan(high + 0.06 * half);
      expect(Math.max(...values)).toBeGreaterThan(high - 0.08 * half);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(Math.abs(mean - (low + high) / 2)).toBeLessThan(0.1 * half);
    };
    const shifted = centres({ shift: 3 });
    expectSpread(
      shifted.map(({ y }) => y),
      -3,
      3,
    );
    expectSpread(
      shifted.map(({ x }) => x),
      17,
      23,
    );
    const turned = centres({ rotation: 30 });
    expectSpread(
      turned.map(({ y, x }) => (Math.atan2(-y, x) * 180) / Math.PI),
      -30,
      30,
    );
    const sized = centres({ scale: 0.4 });
    expectSpread(
      sized.map(({ x }) => x / 20),
      0.6,
      1.4,
    );
  });

  it.each([
    [{ shift: -1 }, "augmentation's shift -1 cannot be used, expected pixels, 0 or more"],
    [{ rotation: Number.NaN }, "augmentation's rotation NaN cannot be used, expected degrees, 0 or more"],
    [{ scale: 1 }, "augmentation's scale 1 cannot be used, expected a share of 0 or more and below 1"],
    [
      { elastic: { alpha: 1, sigma: 0 } },
      "augmentation's elastic sigma 0 cannot be used, expected pixels, more",
    ],
    [{ elastic: { alpha: -1, sigma: 1 } }, "augmentation's elastic alpha -1 cannot be used"],
    [{ background: Number.POSITIVE_INFINITY }, "augmentation's background Infinity cannot be used"],
  ])("refuses %j in one line", (options, message) => {
    const dataset = pictures(1, 1, 2, 2);
    expect(() => augmented(dataset, [0], options)).toThrow(InputError);
    expect(() => augmented(dataset, [0], options)).toThrow(message);
  });

  it("refuses rows that are not there, and an array of another size", () => {
    const dataset = pictures(2, 1, 2, 2);
    expect(() => augmented(dataset, [2], {})).toThrow(
      "row 2 is not among the 2 pictures, expected one below 2",
    );
    const into = () => augmentInto(new Float32Array(5), dataset, Uint32Array.of(0), Rng.of(1), {});
    expect(into).toThrow(KindredError);
    expect(into).toThrow("1 pictures of 4 values do not fit an array of 5, expected 4");
  });
});

describe("augmentImages", () => {
  it("scales to [-1, 1] as images are that are not varied", () => {
    const dataset = pictures(3, 1, 4, 4);
    const rows = Uint32Array.of(2, 0);
    expect(augmentImages(dataset, rows, Rng.of(1), {})).toEqual(gatherImages(dataset, rows));
  });

  it("has -1 beyond the edges of a picture: black", () => {
    const white = { ...pictures(1, 1, 4, 4), pixels: new Uint8Array(16).fill(255) };
    const out = augmentImages(white, Uint32Array.of(0), Rng.of(3), { shift: 40 });
    expect([...out]).toEqual(Array<number>(16).fill(-1));
  });
});
