import { InputError } from "../../../base/index.ts";

/** Where the three colours of a picture's numbers are: all of red, green and blue after each other, or side by side in each pixel. */
export const colourOrders = ["planar", "interleaved"] as const;
export type ColourOrder = (typeof colourOrders)[number];

/** Pictures that are looked at. */
const mostLookedAt = 200;
/** One order is taken for right where neighbours differ by this share less than in the other. */
const clearly = 0.9;

/**
 * In which order the colours of pictures are: that in which neighbouring pixels differ less.
 *
 * @param pixels `[count, 3 side^2]`, in either order
 * @throws InputError when both are about as likely.
 */
export function colourOrderOf(file: string, pixels: Uint8Array, count: number, side: number): ColourOrder {
  const each = 3 * side * side;
  const looked = Math.min(count, mostLookedAt);
  const difference = { planar: 0, interleaved: 0 };
  for (let n = 0; n < looked; n++) {
    const start = Math.floor((n * count) / looked) * each;
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        for (let colour = 0; colour < 3; colour++) {
          const inPlane = start + (colour * side + y) * side + x;
          const inPixel = start + (y * side + x) * 3 + colour;
          if (x > 0) {
            difference.planar += Math.abs(pixels[inPlane]! - pixels[inPlane - 1]!);
            difference.interleaved += Math.abs(pixels[inPixel]! - pixels[inPixel - 3]!);
          }
          if (y > 0) {
            difference.planar += Math.abs(pixels[inPlane]! - pixels[inPlane - side]!);
            difference.interleaved += Math.abs(pixels[inPixel]! - pixels[inPixel - 3 * side]!);
          }
        }
      }
    }
  }
  if (difference.planar < clearly * difference.interleaved) return "planar";
  if (difference.interleaved < clearly * difference.planar) return "interleaved";
  throw new InputError(
    `${file} has pictures of 3 x ${side} x ${side} whose numbers do not show where the colours are: say --colour-order planar (all red, then all green, then all blue) or interleaved (red, green, blue of each pixel)`,
  );
}

/** Makes interleaved pictures planar, in place. */
export function makePlanar(pixels: Uint8Array, count: number, side: number): void {
  const area = side * side;
  const picture = new Uint8Array(3 * area);
  for (let n = 0; n < count; n++) {
    const start = n * 3 * area;
    picture.set(pixels.subarray(start, start + 3 * area));
    for (let i = 0; i < area; i++) {
      for (let colour = 0; colour < 3; colour++) pixels[start + colour * area + i] = picture[3 * i + colour]!;
    }
  }
}
