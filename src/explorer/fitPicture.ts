import { greyOf, type Preprocessing } from "../data/index.ts";
import { requireSize } from "./digit.ts";
import { type Coverage, kernelCoverage, resampledPlane } from "./resample.ts";

/**
 * A picture as an encoder takes it, for where there is no sharp, as in a browser: its alpha laid on black, fitted to a
 * square, and made grey where the encoder wants that. Equal to what `preprocessPicture` gives but for some levels of 255.
 *
 * @param pixels red, green, blue, alpha, `[height, width, 4]`, turned as their orientation says
 * @returns `[channels, size, size]`, 0 to 255
 * @throws InputError when the sizes do not fit.
 */
export function fitPicture(
  pixels: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
  { size, channels, fit }: Preprocessing,
): Uint8Array<ArrayBuffer> {
  requireSize(width, height, pixels.length, 4);
  const across = windowOf(width, size, fit === "stretch" ? width / size : stepOf(width, height, size, fit));
  const down = windowOf(height, size, fit === "stretch" ? height / size : stepOf(width, height, size, fit));
  const opaque = onBlack(pixels);
  const [red, green, blue] = [0, 1, 2].map((channel) =>
    resampledPlane(opaque, { width, height }, across.coverage, down.coverage, 3, channel).map(clamped),
  );
  const planes =
    channels === 1
      ? [red!.map((value, i) => greyOf(Math.round(value), Math.round(green![i]!), Math.round(blue![i]!)))]
      : [red!, green!, blue!];
  const area = size * size;
  const result = new Uint8Array(channels * area);
  for (const [channel, plane] of planes.entries()) {
    for (let y = 0; y < down.coverage.length; y++) {
      for (let x = 0; x < across.coverage.length; x++) {
        const at = channel * area + (down.from + y) * size + across.from + x;
        result[at] = Math.round(plane[y * across.coverage.length + x]!);
      }
    }
  }
  return result;
}

/** `[height, width, 3]`, what shines through being black. */
function onBlack(pixels: Uint8Array | Uint8ClampedArray): Uint8Array {
  const opaque = new Uint8Array((pixels.length / 4) * 3);
  for (let i = 0; i < pixels.length / 4; i++) {
    const alpha = pixels[4 * i + 3]! / 255;
    for (let channel = 0; channel < 3; channel++) {
      opaque[3 * i + channel] = Math.round(pixels[4 * i + channel]! * alpha);
    }
  }
  return opaque;
}

/** Old pixels to a new one. */
function stepOf(width: number, height: number, size: number, fit: "cover" | "contain"): number {
  return (fit === "cover" ? Math.min(width, height) : Math.max(width, height)) / size;
}

/** The new pixels that a side of a picture fills: which they are, and what each is made of. */
function windowOf(
  length: number,
  size: number,
  step: number,
): { readonly from: number; readonly coverage: Coverage } {
  const whole = Math.max(1, Math.round(length / step));
  const filled = Math.min(size, whole);
  // What is cut off goes from both ends alike, of an odd number the greater part from the first, as sharp has it.
  const cut = Math.ceil((whole - filled) / 2);
  // Whole pixels may be a part of one more or less than the picture: half of that at either end, or, where it becomes
  // larger, all at the last, as libvips has it.
  const origin = (step < 1 ? 0 : (length - whole * step) / 2) + cut * step;
  return {
    from: Math.floor((size - filled) / 2),
    coverage: kernelCoverage(origin, step, filled, length),
  };
}

function clamped(value: number): number {
  return Math.min(255, Math.max(0, value));
}
