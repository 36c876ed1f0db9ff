import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { Rng } from "../../../base/index.ts";
import { preprocessPicture } from "../../../platform/node/pictures/decode/preprocessPicture.ts";
import { fits, type Preprocessing } from "../index.ts";
import { fitPicture } from "./fitPicture.ts";

/** Smooth colours with an edge and some transparency, `[height, width, 4]`. */
function photograph(width: number, height: number): Uint8Array {
  const rng = Rng.of(3, "photograph", width, height);
  const [a, b, c] = [rng.float(), rng.float(), rng.float()];
  const pixels = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [x / width, y / height];
      const inside = Math.hypot(u - 0.45, v - 0.55) < 0.3;
      pixels.set(
        [
          128 + 120 * Math.sin(9 * u + 6 * a),
          inside ? 220 : 128 + 120 * Math.cos(7 * v + 6 * b),
          255 * ((u + v + c) % 1),
          inside ? 255 : 255 - 90 * v,
        ],
        (y * width + x) * 4,
      );
    }
  }
  return pixels;
}

/** Mean and greatest difference. */
function differences(one: Uint8Array, other: Uint8Array): { mean: number; most: number } {
  const all = Array.from(one, (value, i) => Math.abs(value - other[i]!));
  return { mean: all.reduce((sum, each) => sum + each, 0) / all.length, most: Math.max(...all) };
}

describe("fitPicture", () => {
  const sizes: readonly (readonly [number, number])[] = [
    [300, 200],
    [90, 161],
    [64, 64],
    [20, 31],
    [320, 240],
    [97, 133],
  ];
  for (const fit of fits) {
    for (const channels of [1, 3] as const) {
      it.each(sizes)(
        `gives what sharp does: ${fit}, ${channels} channels, from %i x %i`,
        async (width, height) => {
          const pixels = photograph(width, height);
          const preprocessing: Preprocessing = { size: 48, channels, fit };
          const png = await sharp(pixels, { raw: { width, height, channels: 4 } })
            .png()
            .toBuffer();
          const expected = await preprocessPicture(png, "it", preprocessing);
          const fitted = fitPicture(pixels, width, height, preprocessing);
          expect(fitted.length).toBe(expected.length);
          const { mean, most } = differences(fitted, expected);
          expect({ mean, near: most < 28 }, `mean ${mean}, most ${most}`).toEqual({ mean, near: true });
          expect(mean).toBeLessThan(0.7);
        },
      );
    }
  }

  it("refuses pixels that make no picture", () => {
    expect(() => fitPicture(new Uint8Array(10), 2, 2, { size: 4, channels: 3, fit: "cover" })).toThrow(
      "a picture of 2 x 2 with 10 numbers was given, expected whole sizes and 4 for each pixel",
    );
  });
});
