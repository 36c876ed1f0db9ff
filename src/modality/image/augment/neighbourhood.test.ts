import fc from "fast-check";
import { describe, expect, it } from "vitest";
import golden from "../../../../test/golden/augmentPhoto.json" with { type: "json" };
import { NeighbourhoodFilter } from "./neighbourhood.ts";

describe("blur", () => {
  it.each(golden.blur)("is torchvision's: $channels x $height x $width at sigma $sigma", (given) => {
    const { channels, height, width, pixels, sigma, result } = given;
    const values = Float32Array.of(-7, ...pixels, -9);
    new NeighbourhoodFilter(height, width).blur({ values, offset: 1, channels, height, width }, sigma);
    expect([values[0], values.at(-1)]).toEqual([-7, -9]);
    for (const [i, value] of result.entries()) {
      expect(Math.abs(values[1 + i]! - value), `[${i}] ${values[1 + i]} for ${value}`).toBeLessThan(1e-4);
    }
  });

  it("takes less of the Gaussian where a picture is too small for it, and leaves an even one as it is", () => {
    for (const [height, width] of [
      [1, 1],
      [2, 5],
    ] as const) {
      const values = new Float32Array(height * width).fill(100);
      new NeighbourhoodFilter(height, width).blur({ values, offset: 0, channels: 1, height, width }, 3);
      for (const value of values) expect(value).toBeCloseTo(100, 4);
    }
  });
});

describe("thicken", () => {
  it("mixes in the greatest or the least of the pixels around, as loops over them find it", () => {
    const picture = fc.record({
      channels: fc.integer({ min: 1, max: 3 }),
      height: fc.integer({ min: 1, max: 5 }),
      width: fc.integer({ min: 1, max: 5 }),
      seed: fc.nat(),
      share: fc.double({ min: -1, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(picture, ({ channels, height, width, seed, share }) => {
        const before = Float32Array.from(
          { length: channels * height * width },
          (_, i) => ((seed % 97) * 31 + i * 57) % 256,
        );
        const values = before.slice();
        new NeighbourhoodFilter(height, width).thicken({ values, offset: 0, channels, height, width }, share);
        for (let c = 0; c < channels; c++) {
          for (let y = 0; y < height; y++) {
            for (let x = 0; x < width; x++) {
              const around: number[] = [];
              for (let v = Math.max(0, y - 1); v <= Math.min(height - 1, y + 1); v++) {
                for (let u = Math.max(0, x - 1); u <= Math.min(width - 1, x + 1); u++) {
                  around.push(before[(c * height + v) * width + u]!);
                }
              }
              const at = (c * height + y) * width + x;
              const target = share < 0 ? Math.min(...around) : Math.max(...around);
              const expected = (1 - Math.abs(share)) * before[at]! + Math.abs(share) * target;
              expect(values[at]).toBeCloseTo(expected, 3);
            }
          }
        }
      }),
    );
  });
});
