import { describe, expect, it } from "vitest";
import golden from "../../../../test/golden/augment.json" with { type: "json" };
import photo from "../../../../test/golden/augmentPhoto.json" with { type: "json" };
import {
  type Displacement,
  inverseMap,
  type Motion,
  type Pictures,
  resample,
  throughWindow,
} from "./warp.ts";

const still: Motion = { angle: 0, factor: 1, down: 0, right: 0 };

function move(picture: Pictures, motion: Partial<Motion>, background = 0): number[] {
  const { channels, height, width } = picture;
  const out = new Float32Array(channels * height * width);
  resample(out, 0, picture, 0, inverseMap({ ...still, ...motion }, height, width), null, background);
  return [...out];
}

/** The numbers 1, 2, 3... row after row. */
function counting(height: number, width: number): Pictures {
  const pixels = Uint8Array.from({ length: height * width }, (_, i) => i + 1);
  return { pixels, channels: 1, height, width };
}

describe("resample", () => {
  it.each(golden.cases)(
    "reads as scipy does: $channels x $height x $width by $degrees degrees, times $factor",
    (given) => {
      const { channels, height, width, degrees, factor, down, right, background, result } = given;
      const map = inverseMap({ angle: (degrees * Math.PI) / 180, factor, down, right }, height, width);
      const displacement: Displacement | null = given.displacement && {
        y: Float32Array.from(given.displacement[0]!),
        x: Float32Array.from(given.displacement[1]!),
      };
      for (const pixels of [Uint8Array.from(given.pixels), Float32Array.from(given.pixels)]) {
        const out = new Float32Array(result.length + 3).fill(-1);
        const pictures = { pixels, channels, height, width };
        resample(out, 2, pictures, 0, map, displacement, background);
        expect([out[0], out[1], out.at(-1)]).toEqual([-1, -1, -1]);
        // Of 255, rounded to float32.
        for (const [i, value] of result.entries()) {
          expect(Math.abs(out[2 + i]! - value), `[${i}] ${out[2 + i]} for ${value}`).toBeLessThan(2e-5);
        }
      }
    },
  );

  it("gives a picture that does not move back bit by bit", () => {
    const pixels = Float32Array.from({ length: 2 * 3 * 4 }, (_, i) => Math.sin(i));
    expect(move({ pixels, channels: 2, height: 3, width: 4 }, {}, 9)).toEqual([...pixels]);
  });

  it("shifts by whole pixels exactly, the background coming in", () => {
    expect(move(counting(3, 3), { down: 1, right: 0 }, 50)).toEqual([50, 50, 50, 1, 2, 3, 4, 5, 6]);
    expect(move(counting(3, 3), { down: 0, right: -1 }, 50)).toEqual([2, 3, 50, 5, 6, 50, 8, 9, 50]);
    expect(move(counting(3, 3), { down: 7, right: 0 }, 50)).toEqual(Array<number>(9).fill(50));
  });

  it("turns a square by quarters exactly, counter-clockwise", () => {
    expect(move(counting(3, 3), { angle: Math.PI / 2 }, 50)).toEqual([3, 6, 9, 2, 5, 8, 1, 4, 7]);
    expect(move(counting(3, 3), { angle: -Math.PI / 2 }, 50)).toEqual([7, 4, 1, 8, 5, 2, 9, 6, 3]);
    expect(move(counting(2, 2), { angle: Math.PI }, 50)).toEqual([4, 3, 2, 1]);
  });

  it("enlarges about the middle", () => {
    const cross: Pictures = {
      pixels: Uint8Array.of(0, 0, 0, 0, 8, 0, 0, 0, 0),
      channels: 1,
      height: 3,
      width: 3,
    };
    expect(move(cross, { factor: 2 })).toEqual([2, 4, 2, 4, 8, 4, 2, 4, 2]);
  });

  it("slants about the middle row: each row further to the right the higher it lies", () => {
    expect(move(counting(3, 4), { slant: 1 }, 50)).toEqual([50, 1, 2, 3, 5, 6, 7, 8, 10, 11, 12, 50]);
    expect(move(counting(3, 4), { slant: -1 }, 50)).toEqual([2, 3, 4, 50, 5, 6, 7, 8, 50, 9, 10, 11]);
    // Slanted first, then turned by a quarter.
    const turned = move(counting(3, 3), { slant: 1, angle: Math.PI / 2 }, 50);
    expect(turned).toEqual([2, 6, 50, 1, 5, 9, 50, 4, 8]);
  });

  it.each(photo.crop)(
    "reads a window as torchvision's resized_crop does: $h x $w of $height x $width, mirrored $mirrored",
    (given) => {
      const { channels, height, width, mirrored, result } = given;
      const window = { top: given.top, left: given.left, height: given.h, width: given.w };
      const map = throughWindow(inverseMap(still, height, width), window, mirrored, height, width);
      const pictures = { pixels: Uint8Array.from(given.pixels), channels, height, width };
      const out = new Float32Array(result.length);
      resample(out, 0, pictures, 0, map, null, 0, window);
      for (const [i, value] of result.entries()) {
        expect(Math.abs(out[i]! - value), `[${i}] ${out[i]} for ${value}`).toBeLessThan(5e-5);
      }
    },
  );

  it("mirrors and moves in one pass: as one after the other, where nothing falls between pixels", () => {
    const whole = { top: 0, left: 0, height: 3, width: 4 };
    const map = throughWindow(inverseMap({ ...still, right: 1 }, 3, 4), whole, true, 3, 4);
    const out = new Float32Array(12);
    resample(out, 0, counting(3, 4), 0, map, null, 50);
    expect([...out]).toEqual([50, 4, 3, 2, 50, 8, 7, 6, 50, 12, 11, 10]);
  });
});
