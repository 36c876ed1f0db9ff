import type { Preprocessing } from "../index.ts";
import { backgroundOf } from "./background.ts";
import { requireSize } from "./digit.ts";
import { greyOf } from "./grey.ts";
import { kernelCoverage, resampledPixels } from "./resample.ts";

/** Opaque pixels, some of which are a picture. */
export interface PlacedPixels {
  /** `[height, width, channels]`, 0 to 255 */
  readonly data: Uint8Array | Float32Array;
  readonly width: number;
  readonly height: number;
  /** Grey, or red, green and blue. */
  readonly channels: 1 | 3;
  /** Where the picture is among them; its edges may lie within a pixel. */
  readonly place: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
  /** The picture's own size, as pixels here may be a little wider than high. */
  readonly of: { readonly width: number; readonly height: number };
}

/**
 * A picture as an encoder takes it, for where there is no sharp, as in a browser: what shines through it laid on the
 * background, fitted to a square, and made grey where the encoder wants that. As {@link fitPixels}, which
 * `preprocessPicture` ends with too.
 *
 * @param pixels red, green, blue, alpha, `[height, width, 4]`, turned as their orientation says
 * @returns `[channels, size, size]`, 0 to 255
 * @throws InputError when the sizes do not fit.
 */
export function fitPicture(
  pixels: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
  preprocessing: Preprocessing,
): Uint8Array<ArrayBuffer> {
  requireSize(width, height, pixels.length, 4);
  const data = opaque(pixels, backgroundOf(preprocessing));
  const place = { left: 0, top: 0, width, height };
  return fitPixels({ data, width, height, channels: 3, place, of: place }, preprocessing);
}

/**
 * A picture fitted to a square. Both edges of what is cut off, or stays free, are as far from the middle, to a part of a
 * pixel, so that copies of a picture in other sizes come out the same.
 *
 * @returns `[channels, size, size]`, 0 to 255
 */
export function fitPixels(
  { data, width, height, channels: given, place, of }: PlacedPixels,
  preprocessing: Preprocessing,
): Uint8Array<ArrayBuffer> {
  const { size, channels, fit } = preprocessing;
  const [short, long] = [Math.min(of.width, of.height), Math.max(of.width, of.height)];
  const windowOf = (start: number, length: number, own: number): Window => {
    if (fit === "stretch") return { from: 0, step: length / size, origin: start, filled: size };
    if (fit === "cover") {
      const shown = (length * short) / own;
      return { from: 0, step: shown / size, origin: start + (length - shown) / 2, filled: size };
    }
    const filled = containedSide(own, long, size);
    return { from: Math.floor((size - filled) / 2), step: length / filled, origin: start, filled };
  };
  const across = windowOf(place.left, place.width, of.width);
  const down = windowOf(place.top, place.height, of.height);
  const wide = kernelCoverage(across.origin, across.step, across.filled, width);
  const high = kernelCoverage(down.origin, down.step, down.filled, height);
  const pixels = resampledPixels(data, { width, height, channels: given }, wide, high);
  const area = size * size;
  const result = new Uint8Array(channels * area);
  if (fit === "contain") {
    const ground = backgroundOf(preprocessing);
    const levels = channels === 3 ? ground : [greyOf(...ground)];
    for (const [channel, level] of levels.entries()) result.fill(level, channel * area, (channel + 1) * area);
  }
  for (let y = 0; y < down.filled; y++) {
    for (let x = 0; x < across.filled; x++) {
      const from = (y * across.filled + x) * given;
      const to = (down.from + y) * size + across.from + x;
      const red = wholeByte(pixels[from]!);
      const green = given === 1 ? red : wholeByte(pixels[from + 1]!);
      const blue = given === 1 ? red : wholeByte(pixels[from + 2]!);
      if (channels === 1) result[to] = given === 1 ? red : greyOf(red, green, blue);
      else {
        result[to] = red;
        result[area + to] = green;
        result[2 * area + to] = blue;
      }
    }
  }
  return result;
}

/** The new pixels that a side fills, and the old ones that they are made of. */
interface Window {
  readonly from: number;
  readonly filled: number;
  readonly origin: number;
  /** Old pixels to a new one. */
  readonly step: number;
}

/** How long a side of a picture is within a square that holds all of it. */
export function containedSide(side: number, longest: number, size: number): number {
  return Math.min(size, Math.max(1, Math.round((side * size) / longest)));
}

/** `[height, width, 3]`, laid on a ground of one colour. */
function opaque(
  pixels: Uint8Array | Uint8ClampedArray,
  ground: readonly [number, number, number],
): Uint8Array {
  const laid = new Uint8Array((pixels.length / 4) * 3);
  for (let i = 0; i < pixels.length / 4; i++) {
    const alpha = pixels[4 * i + 3]! / 255;
    for (let channel = 0; channel < 3; channel++) {
      laid[3 * i + channel] = Math.round(pixels[4 * i + channel]! * alpha + ground[channel]! * (1 - alpha));
    }
  }
  return laid;
}

function wholeByte(value: number): number {
  return Math.round(Math.min(255, Math.max(0, value)));
}
