import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toI420 } from "./i420.ts";

/** Rec. 709 by its definition, in floating point: luma and the two colour differences of one colour. */
function rec709(red: number, green: number, blue: number): [number, number, number] {
  const y = (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
  return [16 + 219 * y, 128 + (224 * (blue / 255 - y)) / 1.8556, 128 + (224 * (red / 255 - y)) / 1.5748];
}

const filled = (width: number, height: number, colour: readonly number[]): Uint8Array =>
  Uint8Array.from({ length: width * height * 4 }, (_, i) => colour[i % 4]!);

describe("toI420", () => {
  it("is Rec. 709 to half a step, for any colour", () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(byte, byte, byte, (red, green, blue) => {
        const planes = toI420(filled(4, 2, [red, green, blue, 255]), 4, 2);
        const [y, u, v] = rec709(red, green, blue);
        for (const luma of planes.subarray(0, 8)) expect(Math.abs(luma - y)).toBeLessThan(0.51);
        for (const value of planes.subarray(8, 10)) expect(Math.abs(value - u)).toBeLessThan(0.51);
        for (const value of planes.subarray(10, 12)) expect(Math.abs(value - v)).toBeLessThan(0.51);
      }),
    );
  });

  it("keeps luma for each pixel and the mean colour of each four, plane after plane", () => {
    const pixels = filled(4, 2, [0, 0, 0, 255]);
    pixels.set([255, 255, 255, 255], 4 * 5);
    pixels.set([255, 0, 0, 255], 4 * 2);
    const planes = toI420(pixels, 4, 2);
    const [red] = rec709(255, 0, 0);
    expect([...planes.subarray(0, 8)]).toEqual([16, 16, Math.round(red), 16, 16, 235, 16, 16]);
    const [, u, v] = rec709(255 / 4, 0, 0);
    expect([...planes.subarray(8)]).toEqual([128, Math.round(u), 128, Math.round(v)]);
  });

  it("refuses odd sides and pictures that are cut off", () => {
    expect(() => toI420(new Uint8Array(3 * 2 * 4), 3, 2)).toThrow(/expected even sides/);
    expect(() => toI420(new Uint8Array(30), 4, 2)).toThrow(/30 bytes are no picture of 4 x 2/);
  });
});
