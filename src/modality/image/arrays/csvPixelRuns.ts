const zero = 48;

/** Columns side by side that hold pixels in their order, or one column of another kind. */
export interface PixelRun {
  /** The first pixel, or what else the column is. */
  readonly role: number;
  readonly length: number;
}

export function pixelRuns(columns: Int32Array): PixelRun[] {
  const runs: { role: number; length: number }[] = [];
  for (const role of columns) {
    const before = runs.at(-1);
    if (before && role >= 0 && before.role >= 0 && role === before.role + before.length) before.length++;
    else runs.push({ role, length: 1 });
  }
  return runs;
}

/**
 * Reads so many fields as pixels, and returns where the last one ends; -1 where one is no number from 0 to 255. Nearly all
 * bytes of a file are read here.
 */
export function readPixels(
  bytes: Uint8Array,
  start: number,
  separator: number,
  pixels: Uint8Array,
  first: number,
  length: number,
): number {
  const end = first + length;
  let at = start;
  for (let out = first; ; at++) {
    let value = bytes[at]! - zero;
    if (!(value >= 0 && value <= 9)) return -1;
    let digit = bytes[++at]! - zero;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digit = bytes[++at]! - zero;
    }
    if (value > 255) return -1;
    pixels[out++] = value;
    if (out === end) return at;
    if (bytes[at] !== separator) return -1;
  }
}

export function isDigit(byte: number): boolean {
  return byte >= zero && byte <= zero + 9;
}

/** The digit of a byte that {@link isDigit}. */
export function digitOf(byte: number): number {
  return byte - zero;
}
