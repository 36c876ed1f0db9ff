import { InputError } from "../base/index.ts";
import { parseCsvHeader, quote } from "./csvHeader.ts";
import type { ImageDataset } from "./dataset.ts";

const newline = 10;
const carriageReturn = 13;
const comma = 44;
const zero = 48;
/** A line this long belongs to no table of images: a header of a million columns takes 13 MB. */
const longestLine = 16 * 1024 * 1024;
const largestLabel = 2 ** 31 - 1;

export interface CsvOptions {
  /** Named in messages and as the dataset's name. */
  file: string;
  /** Rows to read; those after them are neither read nor checked. All by default. */
  limit?: number;
}

/**
 * Reads Kaggle's digit-recognizer `train.csv` from chunks of bytes: a header `label,pixel0,…,pixelN` and a row of
 * integers for each square image, the label 0 or more and the pixels 0 to 255.
 *
 * `\r\n`, a byte-order mark, a last line without newline and blank lines at the end are accepted; anything else
 * out of the ordinary is an error. It works on bytes because a general CSV reader makes a string of each of the
 * file's 33 million fields, which takes tens of seconds; this takes a few tenths of one.
 *
 * A chunk is not kept after {@link push} returns, so that its memory may be filled again.
 */
export class CsvParser {
  readonly #file: string;
  readonly #limit: number;
  /** The beginning of a line whose end has not come yet. */
  #carry = new Uint8Array(4096);
  #carried = 0;
  #side = 0;
  #line = 0;
  #blankLine = 0;
  #count = 0;
  #pixels = new Uint8Array(0);
  #labels = new Int32Array(0);

  constructor(options: CsvOptions) {
    this.#file = options.file;
    this.#limit = options.limit ?? Number.POSITIVE_INFINITY;
  }

  /** Whether `limit` rows have been read: more bytes would be ignored. */
  get done(): boolean {
    return this.#count >= this.#limit;
  }

  /**
   * Reads the next bytes of the file; a chunk may end anywhere.
   *
   * @throws InputError naming file, line and column of the first field that is not what it should be.
   */
  push(chunk: Uint8Array): void {
    if (this.done) return;
    let start = 0;
    if (this.#carried > 0) {
      const end = chunk.indexOf(newline) + 1;
      this.#keep(chunk.subarray(0, end === 0 ? chunk.length : end));
      if (end === 0) return;
      const carried = this.#carried;
      this.#carried = 0;
      this.#lines(this.#carry, 0, carried);
      start = end;
    }
    const end = chunk.lastIndexOf(newline) + 1;
    if (end > start) this.#lines(chunk, start, end);
    if (!this.done) this.#keep(chunk.subarray(Math.max(start, end)));
  }

  /**
   * The images read.
   *
   * @throws InputError when the file was empty or held a header only, or its last line is not what it should be.
   */
  finish(): ImageDataset {
    // A last line without a newline gets one, so that every line is read in the same way.
    if (this.#carried > 0) this.push(Uint8Array.of(newline));
    if (this.#line === 0) {
      throw new InputError(
        `${this.#file} is empty, expected a header label,pixel0,… and a row for each image`,
      );
    }
    if (this.#count === 0) {
      throw new InputError(`${this.#file} ends after its header, expected a row for each image`);
    }
    const size = this.#side * this.#side;
    return {
      name: this.#file,
      count: this.#count,
      channels: 1,
      height: this.#side,
      width: this.#side,
      pixels: this.#pixels.slice(0, this.#count * size),
      labels: this.#labels.slice(0, this.#count),
    };
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#carried + bytes.length;
    if (length > longestLine) {
      throw new InputError(
        `${this.#file}: line ${this.#line + 1} is longer than 16 MiB, expected comma-separated text with a line for each image`,
      );
    }
    if (length > this.#carry.length) {
      const grown = new Uint8Array(2 * length);
      grown.set(this.#carry.subarray(0, this.#carried));
      this.#carry = grown;
    }
    this.#carry.set(bytes, this.#carried);
    this.#carried = length;
  }

  /** Reads the lines in `[start, end)`, the last byte of which is a newline. */
  #lines(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end && !this.done) {
      const first = bytes[at]!;
      if (this.#line === 0) {
        const next = bytes.indexOf(newline, at) + 1;
        this.#header(bytes.subarray(at, next));
        at = next;
      } else if (first === newline || (first === carriageReturn && bytes[at + 1] === newline)) {
        this.#line++;
        if (this.#blankLine === 0) this.#blankLine = this.#line;
        at += first === newline ? 1 : 2;
      } else {
        at = this.#row(bytes, at);
      }
    }
  }

  #header(line: Uint8Array): void {
    // An empty file and one of blank lines are the same mistake.
    if (line.every((byte) => byte === newline || byte === carriageReturn)) {
      throw new InputError(
        `${this.#file}: line 1 is blank, expected a header label,pixel0,… and a row for each image`,
      );
    }
    this.#side = parseCsvHeader(this.#file, line);
    this.#line = 1;
  }

  /** Reads the row that begins at `start` and returns where the next line begins. */
  #row(bytes: Uint8Array, start: number): number {
    this.#line++;
    const size = this.#side * this.#side;
    if (this.#count === this.#labels.length) this.#grow(size);
    const pixels = this.#pixels;
    const last = (this.#count + 1) * size;
    let out = this.#count * size;
    let at = start;

    let label = 0;
    let digit = bytes[at]! - zero;
    while (digit >= 0 && digit <= 9) {
      label = label * 10 + digit;
      digit = bytes[++at]! - zero;
    }
    let sound = at > start && label <= largestLabel && this.#blankLine === 0;

    // Here bytes[at] is what ended the field before; a newline always comes before the bytes end.
    while (sound && out < last && bytes[at] === comma) {
      let value = bytes[at + 1]! - zero;
      sound = value >= 0 && value <= 9;
      at += 2;
      digit = sound ? bytes[at]! - zero : -1;
      while (digit >= 0 && digit <= 9) {
        value = value * 10 + digit;
        digit = bytes[++at]! - zero;
      }
      sound = sound && value <= 255;
      pixels[out++] = value;
    }
    if (sound && bytes[at] === carriageReturn) at++;
    if (!sound || out !== last || bytes[at] !== newline) {
      const end = bytes.indexOf(newline, start);
      throw this.#explain(new TextDecoder().decode(bytes.subarray(start, end)));
    }
    this.#labels[this.#count++] = label;
    return at + 1;
  }

  #grow(size: number): void {
    const rows = Math.min(this.#limit, Math.max(1024, 2 * this.#labels.length));
    const pixels = new Uint8Array(rows * size);
    pixels.set(this.#pixels);
    this.#pixels = pixels;
    const labels = new Int32Array(rows);
    labels.set(this.#labels);
    this.#labels = labels;
  }

  /** What is wrong with a row that could not be read, field by field. */
  #explain(row: string): InputError {
    const where = `${this.#file}: line ${this.#line}`;
    if (this.#blankLine > 0) {
      return new InputError(
        `${this.#file}: line ${this.#blankLine} is blank, but line ${this.#line} holds ${quote(row)}, expected blank lines at the end only: remove it`,
      );
    }
    const fields = row.replace(/\r$/, "").split(",");
    const expected = this.#side * this.#side + 1;
    for (const [i, field] of fields.slice(0, expected).entries()) {
      const [name, range, largest] =
        i === 0
          ? ["label", `a label from 0 to ${largestLabel}`, largestLabel]
          : [`pixel${i - 1}`, "a pixel from 0 to 255", 255];
      const at = `${where}, column ${i + 1} (${name})`;
      // A row that breaks off is short, whatever its last field looks like.
      if (i > 0 && i === fields.length - 1 && field === "" && fields.length < expected) break;
      if (/^-\d+$/.test(field) || (/^\d+$/.test(field) && Number(field) > Number(largest))) {
        return new InputError(`${at} is ${quote(field)}, out of range, expected ${range}`);
      }
      if (!/^\d+$/.test(field)) {
        return new InputError(`${at} is ${quote(field)}, no integer, expected ${range}`);
      }
    }
    const extra = fields.length > expected ? `, the first too many being ${quote(fields[expected]!)}` : "";
    return new InputError(
      `${where} has ${fields.length} fields${extra}, expected ${expected} as in the header: label and ${expected - 1} pixels`,
    );
  }
}

/** {@link CsvParser} over the whole file at once. */
export function parseCsv(bytes: Uint8Array, options: CsvOptions): ImageDataset {
  const parser = new CsvParser(options);
  parser.push(bytes);
  return parser.finish();
}
