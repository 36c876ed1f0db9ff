import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InputError, KindredError, Rng } from "../../../base/index.ts";
import { gatherImages, type ImageDataset } from "../imageDataset.ts";
import { augmentImages, augmentInto } from "./augment.ts";
import type { AugmentOptions } from "./options.ts";
import { lightAugmentation, paperElastic } from "./policies.ts";

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

const colours = { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1, probability: 0.8 };

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

  it("cuts out windows of the area and aspect asked for, anywhere in the picture, and mirrors some", () => {
    // Two ramps tell where each pixel came from: the first channel its row, the second its column.
    const size = 64;
    const places = Array.from({ length: size * size }, (_, i) => i);
    const pixels = Float32Array.from([
      ...places.map((i) => Math.floor(i / size)),
      ...places.map((i) => i % size),
    ]);
    const ramps = { pixels, channels: 2, height: size, width: size };
    const rows = new Uint32Array(400);
    const out = new Float32Array(rows.length * 2 * size * size);
    const crop = { area: [0.1, 0.4], aspect: [0.5, 2] } as const;
    augmentInto(out, ramps, rows, Rng.of(8), { crop, flip: 0.25 });
    const windows = Array.from(rows, (_, i) => {
      const at = (channel: number, y: number, x: number): number =>
        out[(2 * i + channel) * size * size + y * size + x]!;
      // In the middle nothing is clamped.
      const height = 2 * (at(0, 48, 32) - at(0, 16, 32));
      const width = 2 * (at(1, 32, 48) - at(1, 32, 16));
      return { height, width: Math.abs(width), mirrored: width < 0, y: at(0, 31, 31), x: at(1, 31, 31) };
    });
    const spread = (values: number[]): [least: number, greatest: number] => [
      Math.min(...values),
      Math.max(...values),
    ];
    const [least, greatest] = spread(windows.map(({ height, width }) => (height * width) / size ** 2));
    expect([least > 0.0999, least < 0.11, greatest > 0.38, greatest < 0.4001]).not.toContain(false);
    const [tall, wide] = spread(windows.map(({ height, width }) => width / height));
    expect([tall > 0.499, tall < 0.54, wide > 1.88, wide < 2.01]).not.toContain(false);
    const logarithms = windows.map(({ height, width }) => Math.log(width / height));
    expect(Math.abs(logarithms.reduce((sum, value) => sum + value, 0) / rows.length)).toBeLessThan(0.07);
    const mirrored = windows.filter((window) => window.mirrored).length;
    expect(mirrored).toBeGreaterThan(75);
    expect(mirrored).toBeLessThan(125);
    for (const middles of [windows.map(({ y }) => y), windows.map(({ x }) => x)]) {
      const [first, last] = spread(middles);
      expect([first < 16, last > 47, first > 5, last < 58]).not.toContain(false);
    }
  });

  it("changes colours, grey and blur as likely as asked for", () => {
    const dataset = pictures(1, 3, 6, 6);
    const rows = Array<number>(400).fill(0);
    const changed = (options: AugmentOptions): number => {
      const out = augmented(dataset, rows, options);
      return rows.filter((_, i) => dataset.pixels.some((value, k) => out[i * 108 + k] !== value)).length;
    };
    for (const options of [
      { jitter: { ...colours, probability: 0.3 } },
      { grey: 0.3 },
      { blur: { sigma: [0.5, 1], probability: 0.3 } },
    ] as const) {
      expect(changed(options)).toBeGreaterThan(90);
      expect(changed(options)).toBeLessThan(150);
    }
    expect(changed({ jitter: { ...colours, probability: 0 }, grey: 0, stroke: 0 })).toBe(0);
    expect(changed({ stroke: 0.5 })).toBe(400);
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
    [{ slant: 90 }, "augmentation's slant 90 cannot be used, expected degrees of 0 or more and below 90"],
    [{ flip: 1.5 }, "augmentation's flip 1.5 cannot be used, expected a share from 0 to 1"],
    [{ stroke: -1 }, "augmentation's stroke -1 cannot be used, expected a share from 0 to 1"],
    [{ grey: Number.NaN }, "augmentation's grey NaN cannot be used, expected a share from 0 to 1"],
    [
      { crop: { area: [0.5, 1.5], aspect: [1, 1] } },
      "augmentation's crop area 0.5 to 1.5 cannot be used, expected shares above 0 and up to 1, the lesser first",
    ],
    [
      { crop: { area: [0.5, 1], aspect: [2, 1] } },
      "augmentation's crop aspect 2 to 1 cannot be used, expected ratios above 0, the lesser first",
    ],
    [
      { jitter: { ...colours, hue: 0.6 } },
      "augmentation's jitter hue 0.6 cannot be used, expected a share from 0 to 0.5",
    ],
    [
      { jitter: { ...colours, contrast: -1 } },
      "augmentation's jitter contrast -1 cannot be used, expected 0 or more",
    ],
    [
      { blur: { sigma: [0, 1], probability: 1 } },
      "augmentation's blur sigma 0 to 1 cannot be used, expected pixels above 0, the lesser first",
    ],
    [
      { blur: { sigma: [1, 2], probability: 2 } },
      "augmentation's blur probability 2 cannot be used, expected a share from 0 to 1",
    ],
  ] as const)("refuses %j in one line", (options, message) => {
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
