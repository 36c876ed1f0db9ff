import type { PictureInput } from "./manifest.ts";

/** Opaque pixels `[height, width, 3]`, 0 to 255. */
export interface RgbPicture {
  readonly data: Uint8Array;
  readonly width: number;
  readonly height: number;
}

type Filter = readonly [support: number, at: (x: number) => number];

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));

const filters: Readonly<Record<Exclude<PictureInput["resample"], "nearest">, Filter>> = {
  lanczos: [3, (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0)],
  bilinear: [1, (x) => Math.max(0, 1 - Math.abs(x))],
  bicubic: [2, (x) => cubic(Math.abs(x))],
  box: [0.5, (x) => (x > -0.5 && x <= 0.5 ? 1 : 0)],
  hamming: [
    1,
    (x) => (Math.abs(x) >= 1 ? 0 : sinc(Math.abs(x)) * (0.54 + 0.46 * Math.cos(Math.PI * Math.abs(x)))),
  ],
};

/** Keys' cubic with a = -0.5. */
function cubic(x: number): number {
  const a = -0.5;
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
}

/** Bits of a weight behind the point. */
const precision = 22;

/**
 * A picture at another size, to the byte as `PIL.Image.resize` makes it: pretrained towers saw pictures that were resized so.
 * Where it becomes smaller the filter widens; weights are whole numbers of 22 bits, and what goes
 * one way is rounded to bytes before the other.
 *
 * @see https://github.com/python-pillow/Pillow/blob/main/src/libImaging/Resample.c
 */
export function pilResample(
  picture: RgbPicture,
  { width, height }: { readonly width: number; readonly height: number },
  resample: PictureInput["resample"],
): RgbPicture {
  if (resample === "nearest") return nearest(picture, width, height);
  const filter = filters[resample];
  const across = (one: RgbPicture): RgbPicture =>
    one.width === width ? one : resampled(one, width, true, filter);
  const down = (one: RgbPicture): RgbPicture =>
    one.height === height ? one : resampled(one, height, false, filter);
  // Found by trying Pillow 13, which goes down first where that leaves fewer pixels for the other way.
  const downFirst = height < picture.height && picture.height - height > 2 * (picture.width - width);
  return downFirst && picture.width !== width ? across(down(picture)) : down(across(picture));
}

interface Window {
  readonly first: number;
  readonly weights: Int32Array;
}

function windows(size: number, count: number, [support, at]: Filter): Window[] {
  const step = size / count;
  const scale = Math.max(1, step);
  const reach = support * scale;
  return Array.from({ length: count }, (_, i) => {
    const middle = (i + 0.5) * step;
    const first = Math.max(0, Math.trunc(middle - reach + 0.5));
    const end = Math.min(size, Math.trunc(middle + reach + 0.5));
    const raw = Array.from({ length: end - first }, (_, x) => at((x + first - middle + 0.5) / scale));
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    const weights = Int32Array.from(raw, (weight) => {
      const part = (total === 0 ? weight : weight / total) * 2 ** precision;
      return Math.trunc(part + (weight < 0 ? -0.5 : 0.5));
    });
    return { first, weights };
  });
}

function resampled(
  { data, width, height }: RgbPicture,
  count: number,
  across: boolean,
  filter: Filter,
): RgbPicture {
  const size = across ? { width: count, height } : { width, height: count };
  const result = new Uint8Array(size.width * size.height * 3);
  const step = across ? 3 : width * 3;
  const wanted = windows(across ? width : height, count, filter);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const { first, weights } = wanted[across ? x : y]!;
      const from = (across ? y * width : x) * 3 + first * step;
      for (let channel = 0; channel < 3; channel++) {
        let sum = 2 ** (precision - 1);
        for (let i = 0; i < weights.length; i++) sum += weights[i]! * data[from + i * step + channel]!;
        result[(y * size.width + x) * 3 + channel] = Math.min(255, Math.max(0, sum >> precision));
      }
    }
  }
  return { data: result, ...size };
}

function nearest(picture: RgbPicture, width: number, height: number): RgbPicture {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * picture.height) / height) * picture.width;
    for (let x = 0; x < width; x++) {
      const from = (row + Math.floor(((x + 0.5) * picture.width) / width)) * 3;
      data.set(picture.data.subarray(from, from + 3), (y * width + x) * 3);
    }
  }
  return { data, width, height };
}
