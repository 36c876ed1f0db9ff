import { describe, expect, it } from "vitest";
import { Rng } from "../../base/index.ts";
import type { ImageDataset } from "./index.ts";
import { pixelRows, pixelSquare } from "./pixelRows.ts";

function noise(count: number, channels: number, height: number, width: number): ImageDataset {
  const rng = Rng.of(1, "noise");
  const pixels = Uint8Array.from({ length: count * channels * height * width }, () => rng.int(256));
  return { name: "noise", count, channels, height, width, pixels, labels: new Int32Array(count) };
}

describe("pixelSquare", () => {
  it("is 1 where all fit, else the least side with which they do", () => {
    expect(pixelSquare(noise(10, 1, 6, 6), 360)).toBe(1);
    expect(pixelSquare(noise(10, 1, 6, 6), 359)).toBe(2);
    expect(pixelSquare(noise(10, 1, 6, 6), 89)).toBe(3);
    expect(pixelSquare(noise(10, 3, 7, 7), 480)).toBe(2);
  });
});

describe("pixelRows", () => {
  it("are the pixels themselves, or the means of squares, cut at the edge", async () => {
    const dataset = noise(3, 2, 5, 7);
    const whole = await pixelRows(dataset, 1);
    expect([whole.dim, [...whole.rows]]).toEqual([70, [...dataset.pixels]]);
    const { rows, dim } = await pixelRows(dataset, 3);
    expect(dim).toBe(2 * 2 * 3);
    for (let image = 0; image < 3; image++) {
      for (let channel = 0; channel < 2; channel++) {
        for (let row = 0; row < 2; row++) {
          for (let column = 0; column < 3; column++) {
            const inside: number[] = [];
            for (let y = 3 * row; y < Math.min(5, 3 * row + 3); y++) {
              for (let x = 3 * column; x < Math.min(7, 3 * column + 3); x++) {
                inside.push(dataset.pixels[((image * 2 + channel) * 5 + y) * 7 + x]!);
              }
            }
            const mean = inside.reduce((sum, level) => sum + level, 0) / inside.length;
            expect(rows[image * dim + (channel * 2 + row) * 3 + column]).toBeCloseTo(mean, 3);
          }
        }
      }
    }
  });
});
