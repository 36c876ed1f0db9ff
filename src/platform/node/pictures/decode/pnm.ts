import { InputError } from "../../../../base/index.ts";

/** Pixels of a decoded picture. */
export interface RawPixels {
  /** `[height, width, channels]`, 0 to 255, or 0 to 65,535 of two bytes each. */
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array;
  readonly width: number;
  readonly height: number;
  /** Grey, grey and alpha, red green blue, or those and alpha. */
  readonly channels: 1 | 2 | 3 | 4;
}

/** What the header of a PNM file says. */
interface PnmHeader {
  /** 1 to 3 as text, 4 to 6 as bytes: bits, grey, or red, green and blue. */
  readonly kind: number;
  readonly width: number;
  readonly height: number;
  /** The level that stands for white. */
  readonly most: number;
  /** Where the pixels begin. */
  readonly at: number;
}

/**
 * Width and height of a PNM file (PBM, PGM, PPM), by its first bytes.
 *
 * @throws InputError when they are no such header.
 */
export function pnmSize(bytes: Uint8Array): { readonly width: number; readonly height: number } {
  const { width, height } = headerOf(bytes);
  return { width, height };
}

/**
 * The pixels of a PNM file: bits (PBM), grey (PGM) or colours (PPM), as text or as bytes, of one or two bytes a level.
 *
 * @throws InputError when it is cut off, or is none; the message begins with `is`.
 * @see https://netpbm.sourceforge.net/doc/pnm.html
 */
export function decodePnm(bytes: Uint8Array): RawPixels {
  const header = headerOf(bytes);
  const { kind, width, height, most } = header;
  const channels = kind % 3 === 0 ? 3 : 1;
  const levels = kind > 3 ? binaryLevels(bytes, header, channels) : textLevels(bytes, header, channels);
  const deep = most > 255;
  const scale = (deep ? 65_535 : 255) / most;
  const data = deep ? new Uint16Array(levels.length) : new Uint8Array(levels.length);
  // Of bits, 1 is black.
  const bits = kind % 3 === 1;
  for (const [i, level] of levels.entries()) {
    data[i] = bits ? (level === 0 ? 255 : 0) : Math.round(Math.min(level, most) * scale);
  }
  return { data, width, height, channels };
}

const cutOff = (): InputError => new InputError("is damaged or cut off: it ends before its last pixel");

function headerOf(bytes: Uint8Array): PnmHeader {
  const kind = bytes[1]! - 48;
  const wanted = kind % 3 === 1 ? 2 : 3;
  const reader = new Numbers(bytes, 2);
  const numbers: number[] = [];
  while (numbers.length < wanted) {
    const number = reader.next();
    if (number === null) throw new InputError("is damaged or cut off: its header is not whole");
    numbers.push(number);
  }
  const [width, height, most = 1] = numbers;
  if (width! < 1 || height! < 1 || most < 1 || most > 65_535) {
    throw new InputError(`is damaged: its header says ${width} x ${height} pixels of levels up to ${most}`);
  }
  // One blank stands between header and pixels.
  return { kind, width: width!, height: height!, most, at: reader.at + 1 };
}

function textLevels(
  bytes: Uint8Array,
  { kind, width, height, at }: PnmHeader,
  channels: number,
): Uint16Array {
  // Bits need no blanks between them.
  const reader = new Numbers(bytes, at, kind === 1 ? 1 : 9);
  const count = width * height * channels;
  // Each level takes a byte at least.
  if (count > bytes.length) throw cutOff();
  return Uint16Array.from({ length: count }, () => {
    const level = reader.next();
    if (level === null) throw cutOff();
    return level;
  });
}

function binaryLevels(
  bytes: Uint8Array,
  { kind, width, height, most, at }: PnmHeader,
  channels: number,
): Uint16Array {
  const count = width * height * channels;
  const rowBytes = kind === 4 ? Math.ceil(width / 8) : width * channels * (most > 255 ? 2 : 1);
  if (at + rowBytes * height > bytes.length) throw cutOff();
  if (kind === 4) {
    return Uint16Array.from({ length: count }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      return (bytes[at + y * rowBytes + (x >> 3)]! >> (7 - (x & 7))) & 1;
    });
  }
  if (most <= 255) return Uint16Array.from(bytes.subarray(at, at + count));
  return Uint16Array.from({ length: count }, (_, i) => bytes[at + 2 * i]! * 256 + bytes[at + 2 * i + 1]!);
}

/** Whole numbers in a text, one after another; from `#` to the end of the line is comment. */
class Numbers {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #digits: number;

  constructor(bytes: Uint8Array, at: number, digits = 9) {
    this.#bytes = bytes;
    this.at = at;
    this.#digits = digits;
  }

  /** The next number; null at the end, or where something else stands. */
  next(): number | null {
    const bytes = this.#bytes;
    for (; this.at < bytes.length; this.at++) {
      const byte = bytes[this.at]!;
      if (byte === 0x23) {
        while (this.at < bytes.length && bytes[this.at] !== 0x0a && bytes[this.at] !== 0x0d) this.at++;
      } else if (byte !== 0x20 && (byte < 0x09 || byte > 0x0d)) break;
    }
    let value = 0;
    const start = this.at;
    for (; this.at < bytes.length && this.at - start < this.#digits; this.at++) {
      const digit = bytes[this.at]! - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    return this.at > start ? value : null;
  }
}
