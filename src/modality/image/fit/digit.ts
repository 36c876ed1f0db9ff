import { InputError } from "../../../base/index.ts";
import { coverage } from "./resample.ts";

/** Side of the picture that an encoder of digits takes. */
export const digitSize = 28;
/** Side of the square that MNIST's digits were scaled to fit. */
const inkSize = 20;
/** Less than that is no ink. */
const faintest = 1;
/** Where the centre of mass comes to lie, the corner being 0: the middle of pixel 14, as in MNIST itself (14.5 in the mean of its test pictures). */
const massCentre = 14.5;

/** Light values, row by row. */
export interface GreyPicture {
  readonly width: number;
  readonly height: number;
  /** `[height, width]`, 0 to 255. */
  readonly values: Uint8Array | Uint8ClampedArray | Float32Array;
}

/**
 * A digit as MNIST has them, of ink on a canvas (255 is full ink, 0 is none: white on black): what is drawn, scaled to fit
 * 20 x 20 with its aspect kept and its edges smoothed, and placed in 28 x 28 by its centre of mass.
 *
 * Blank gives null. The ink's darkest is brought to 255 as MNIST's is, so that a pale pencil will do.
 *
 * @returns `[28, 28]`, 0 to 255
 * @throws InputError when the sizes do not fit.
 * @see http://yann.lecun.com/exdb/mnist/
 */
export function digitFromDrawing({ width, height, values }: GreyPicture): Uint8Array<ArrayBuffer> | null {
  requireSize(width, height, values.length, 1);
  const box = inkBox(width, height, values);
  if (!box) return null;
  const scale = inkSize / Math.max(box.right - box.left, box.bottom - box.top);
  const size = {
    width: Math.max(1, Math.round((box.right - box.left) * scale)),
    height: Math.max(1, Math.round((box.bottom - box.top) * scale)),
  };
  const ink = resampled({ width, height, values }, box, size);
  const placed = centredByMass(ink, size);
  const most = placed.reduce((a, b) => Math.max(a, b), 0);
  return Uint8Array.from(placed, (value) => Math.round((value * 255) / most));
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function inkBox(width: number, height: number, values: GreyPicture["values"]): Box | null {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!(values[y * width + x]! >= faintest)) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = y + 1;
    }
  }
  return right > left ? { left, top, right, bottom } : null;
}

/** A box of a picture at another size: each new pixel is the mean of the area that it covers, or, larger, linear between. */
function resampled(
  { width, values }: GreyPicture,
  box: Box,
  size: { readonly width: number; readonly height: number },
): Float64Array {
  const across = coverage(box.left, box.right, size.width);
  const down = coverage(box.top, box.bottom, size.height);
  const result = new Float64Array(size.width * size.height);
  for (const [y, rows] of down.entries()) {
    for (const [x, columns] of across.entries()) {
      let sum = 0;
      for (const { at: row, weight: h } of rows) {
        for (const { at: column, weight: w } of columns) sum += h * w * values[row * width + column]!;
      }
      result[y * size.width + x] = sum;
    }
  }
  return result;
}

/** Ink placed in the picture by whole pixels, its centre of mass as near to the middle as that allows and it fits. */
function centredByMass(
  ink: Float64Array,
  size: { readonly width: number; readonly height: number },
): Float64Array {
  let [total, x, y] = [0, 0, 0];
  for (const [i, value] of ink.entries()) {
    total += value;
    x += value * ((i % size.width) + 0.5);
    y += value * (Math.floor(i / size.width) + 0.5);
  }
  const left = offsetOf(x / total, size.width);
  const top = offsetOf(y / total, size.height);
  const placed = new Float64Array(digitSize * digitSize);
  for (const [i, value] of ink.entries()) {
    placed[(top + Math.floor(i / size.width)) * digitSize + left + (i % size.width)] = value;
  }
  return placed;
}

function offsetOf(centre: number, size: number): number {
  return Math.min(digitSize - size, Math.max(0, Math.round(massCentre - centre)));
}

/** @throws InputError when the numbers make no picture. */
export function requireSize(width: number, height: number, length: number, each: number): void {
  const whole = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  if (whole && length === width * height * each) return;
  throw new InputError(
    `a picture of ${width} x ${height} with ${length} numbers was given, expected whole sizes and ${each} for each pixel`,
  );
}
