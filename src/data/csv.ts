import { InputError } from "../base/index.ts";
import { numberClasses } from "./classNumbers.ts";
import { type ColourOrder, colourOrderOf, makePlanar } from "./colourOrder.ts";
import type { ImageDataset } from "./dataset.ts";
import { labelColumn, type PixelTableForm, passedOver, pixelTableForm, quote } from "./pixelTable.ts";
import { separatorName, splitLine } from "./separator.ts";

const newline = 10;
const carriageReturn = 13;
const zero = 48;
/** A line this long belongs to no table of images: a header of a million columns takes 13 MB. */
const longestLine = 16 * 1024 * 1024;
const largestLabel = 2 ** 31 - 1;
/** The label of a row that has none, until rows are done. */
const noLabel = -1;
/** Names that a note has. */
const mostNamed = 8;

export interface CsvOptions {
  /** Named in messages and as the dataset's name. */
  file: string;
  /** The column of the labels, by name. Default: what the names tell. */
  labelColumn?: string | null;
  /** Whether there must be a column of that name. Default true. */
  labelRequired?: boolean;
  /** Pass over the labels. Default false. */
  unlabelled?: boolean;
  /** Of pictures in colour. Default: what the pictures show. */
  colourOrder?: ColourOrder | null;
  /** Names of classes that have their numbers already, by label. */
  classes?: readonly string[];
}

/**
 * Reads a table of pixels from chunks of bytes: a row of integers from 0 to 255 for each square picture, grey or in colours,
 * and its label, a number or a name. See `pixelTableForm` for the forms that are known by the first lines.
 *
 * `\r\n`, a byte-order mark, quotes, blanks around a field, a last line without newline and blank lines at the end are
 * accepted; anything else out of the ordinary is an error. Rows without a label are left out where others have one.
 *
 * It works on bytes because a general CSV reader makes a string of each of the
 * file's 33 million fields, which takes tens of seconds; this takes a few tenths of one. Rows in which a field is no plain
 * number, as in quotes, are split as text.
 *
 * A chunk is not kept after {@link push} returns, so that its memory may be filled again.
 */
export class CsvParser {
  readonly #options: CsvOptions;
  readonly #file: string;
  /** The beginning of a line whose end has not come yet; at first, the first two lines. */
  #carry = new Uint8Array(4096);
  #carried = 0;
  /** Known from the first two lines on. */
  #form: PixelTableForm | null = null;
  #separator = 0;
  #size = 0;
  #runs: readonly Run[] = [];
  #line = 0;
  #blankLine = 0;
  #count = 0;
  #pixels = new Uint8Array(0);
  #labels = new Int32Array(0);
  /** Numbers of the labels' names, once a label is no number. */
  #names: Map<string, number> | null = null;
  readonly #notes: string[] = [];

  constructor(options: CsvOptions) {
    this.#options = options;
    this.#file = options.file;
  }

  /** What there is to say about how the table was read, when it has been. */
  get notes(): readonly string[] {
    return this.#notes;
  }

  /**
   * Reads the next bytes of the file; a chunk may end anywhere.
   *
   * @throws InputError naming file, line and column of the first field that is not what it should be.
   */
  push(chunk: Uint8Array): void {
    let start = 0;
    if (!this.#form) {
      start = this.#firstLines(chunk);
      if (!this.#form) return;
    }
    if (this.#carried > 0) {
      const end = chunk.indexOf(newline, start) + 1;
      this.#keep(chunk.subarray(start, end === 0 ? chunk.length : end));
      if (end === 0) return;
      const carried = this.#carried;
      this.#carried = 0;
      this.#lines(this.#carry, 0, carried);
      start = end;
    }
    const end = chunk.lastIndexOf(newline) + 1;
    if (end > start) this.#lines(chunk, start, end);
    this.#keep(chunk.subarray(Math.max(start, end)));
  }

  /**
   * The images read.
   *
   * @throws InputError when the file was empty or held a header only, or its last line is not what it should be.
   */
  finish(): ImageDataset {
    const expected = "expected a row of pixels for each image, best with a header label,pixel0,…";
    // A last line without a newline gets one, so that every line is read in the same way.
    if (this.#carried > 0) this.push(Uint8Array.of(newline));
    if (!this.#form && this.#carried > 0) this.#begin(this.#carried);
    if (!this.#form) throw new InputError(`${this.#file} is empty, ${expected}`);
    if (this.#count === 0) throw new InputError(`${this.#file} ends after its header, ${expected}`);
    if (this.#form.labelFirstOrLast) this.#chooseLabels();
    const { channels, side } = this.#form;
    const shape = { name: this.#file, channels, height: side, width: side };
    const taken = this.#takenRows();
    const pixels = this.#pixelsOf(taken);
    if (channels === 3) this.#orderColours(pixels, side);
    const labels = Int32Array.from(taken, (row) => Math.max(0, this.#labels[row]!));
    const { classes, labelled } = this.#classes(labels);
    this.#noteForm();
    return {
      ...shape,
      count: taken.length,
      pixels,
      labels,
      ...(labelled ? {} : { labelled }),
      ...(classes ? { classes } : {}),
      ...(taken.length < this.#count ? { rows: taken } : {}),
    };
  }

  #keep(bytes: Uint8Array): void {
    const length = this.#carried + bytes.length;
    if (length > longestLine) {
      throw new InputError(
        `${this.#file}: line ${this.#line + 1} is longer than 16 MiB, expected a table as text with a line for each image`,
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

  /** Keeps the first two lines until they are whole, and then reads them; returns where in the chunk they end. */
  #firstLines(chunk: Uint8Array): number {
    let end = 0;
    for (let lines = this.#carry.subarray(0, this.#carried).includes(newline) ? 1 : 0; lines < 2; lines++) {
      const next = chunk.indexOf(newline, end) + 1;
      this.#keep(chunk.subarray(end, next === 0 ? chunk.length : next));
      if (next === 0) return chunk.length;
      end = next;
    }
    this.#begin(this.#carried);
    return end;
  }

  /** Knows the table's form by its first lines, and reads them. */
  #begin(length: number): void {
    const bytes = this.#carry.subarray(0, length);
    this.#carried = 0;
    const lines = new TextDecoder().decode(bytes).split("\n");
    // An empty file and one of blank lines are the same mistake.
    if (lines[0]!.replace(/^\uFEFF/, "").trim() === "") {
      throw new InputError(
        `${this.#file}: line 1 is blank, expected a header label,pixel0,… and a row for each image`,
      );
    }
    const { labelColumn: label = null, labelRequired = true, unlabelled = false } = this.#options;
    const second = lines[1]?.trim() ? [lines[1]] : [];
    this.#form = pixelTableForm(this.#file, [lines[0]!, ...second], { label, labelRequired, unlabelled });
    const { separator, channels, side, names } = this.#form;
    this.#separator = separator.charCodeAt(0);
    this.#size = channels * side * side;
    this.#runs = runsOf(this.#form.columns);
    let start = 0;
    if (names) {
      this.#line = 1;
      start = bytes.indexOf(newline) + 1;
    } else if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) start = 3;
    this.#lines(bytes, start, length);
  }

  /** Reads the lines in `[start, end)`, the last byte of which is a newline. */
  #lines(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      const first = bytes[at]!;
      if (first === newline || (first === carriageReturn && bytes[at + 1] === newline)) {
        this.#line++;
        if (this.#blankLine === 0) this.#blankLine = this.#line;
        at += first === newline ? 1 : 2;
      } else {
        at = this.#row(bytes, at);
      }
    }
  }

  /** Reads the row that begins at `start` and returns where the next line begins. */
  #row(bytes: Uint8Array, start: number): number {
    this.#line++;
    if (this.#count === this.#labels.length) this.#grow();
    const separator = this.#separator;
    const pixels = this.#pixels;
    const first = this.#count * this.#size;
    let at = start;
    let label = noLabel;
    let sound = this.#blankLine === 0;
    // A newline always comes before the bytes end.
    for (let run = 0; sound && run < this.#runs.length; run++) {
      const { role, length } = this.#runs[run]!;
      if (run > 0) sound = bytes[at++] === separator;
      if (role === labelColumn && (this.#names || !isDigit(bytes[at]!))) {
        const end = this.#fieldEnd(bytes, at);
        const text = new TextDecoder().decode(bytes.subarray(at, end)).trim();
        at = end;
        sound &&= !text.includes('"');
        if (sound) label = this.#labelOf(text);
        continue;
      }
      if (role < 0) {
        let value = 0;
        sound &&= isDigit(bytes[at]!);
        for (; isDigit(bytes[at]!); at++) value = value * 10 + bytes[at]! - zero;
        if (role !== labelColumn) continue;
        sound &&= value <= largestLabel;
        label = value;
        continue;
      }
      at = readPixels(bytes, at, separator, pixels, first + role, length);
      sound &&= at >= 0;
    }
    if (sound && bytes[at] === carriageReturn) at++;
    if (!sound || bytes[at] !== newline) {
      const end = bytes.indexOf(newline, start);
      this.#textRow(new TextDecoder().decode(bytes.subarray(start, end)));
      return end + 1;
    }
    this.#labels[this.#count++] = label;
    return at + 1;
  }

  /** Where a field ends that begins at `start`: at a separator, or at the end of its line. */
  #fieldEnd(bytes: Uint8Array, start: number): number {
    let at = start;
    while (bytes[at] !== this.#separator && bytes[at] !== newline) at++;
    return bytes[at] === newline && bytes[at - 1] === carriageReturn ? at - 1 : at;
  }

  /** Reads a row whose fields are not all plain numbers. */
  #textRow(text: string): void {
    const where = `${this.#file}: line ${this.#line}`;
    if (text.trim() === "") {
      if (this.#blankLine === 0) this.#blankLine = this.#line;
      return;
    }
    if (this.#blankLine > 0) {
      throw new InputError(
        `${this.#file}: line ${this.#blankLine} is blank, but line ${this.#line} holds ${quote(text)}, expected blank lines at the end only: remove it`,
      );
    }
    const { columns, separator, names, endsInSeparator } = this.#form!;
    const fields = splitLine(text, separator);
    if (endsInSeparator && fields.length === columns.length + 1 && fields.at(-1) === "") fields.pop();
    const first = this.#count * this.#size;
    let label = "";
    for (const [column, field] of fields.slice(0, columns.length).entries()) {
      const pixel = columns[column]!;
      if (pixel === labelColumn) label = field;
      if (pixel < 0) continue;
      // A row that breaks off is short, whatever its last field looks like.
      if (field === "" && column === fields.length - 1 && fields.length < columns.length) break;
      const value = field === "" ? Number.NaN : Number(field);
      if (!Number.isInteger(value) && Math.abs(value) !== Number.POSITIVE_INFINITY) {
        const hint = value > 0 && value < 1 ? ": multiply by 255 and round" : "";
        throw new InputError(
          `${where}, column ${column + 1} (${names?.[column] ?? `pixel ${pixel}`}) is ${quote(field)}, no integer, expected a pixel from 0 to 255${hint}`,
        );
      }
      if (value < 0 || value > 255) {
        throw new InputError(
          `${where}, column ${column + 1} (${names?.[column] ?? `pixel ${pixel}`}) is ${quote(field)}, out of range, expected a pixel from 0 to 255`,
        );
      }
      this.#pixels[first + pixel] = value;
    }
    if (fields.length !== columns.length) {
      const extra =
        fields.length > columns.length ? `, the first too many being ${quote(fields[columns.length]!)}` : "";
      throw new InputError(
        `${where} has ${fields.length} ${fields.length === 1 ? "field" : "fields"}${extra}, expected ${columns.length} as in line 1, separated by ${separatorName(separator)}`,
      );
    }
    this.#labels[this.#count] = this.#labelOf(label);
    this.#count++;
  }

  /** The number of a label; from the first one on that is none, of its name. */
  #labelOf(text: string): number {
    if (text === "") return noLabel;
    const whole = text.replace(/^(\d+)\.0*$/, "$1");
    if (!this.#names) {
      if (/^\d+$/.test(whole) && Number(whole) <= largestLabel) return Number(whole);
      this.#names = new Map();
      for (let row = 0; row < this.#count; row++) {
        const label = this.#labels[row]!;
        if (label !== noLabel) this.#labels[row] = this.#nameOf(String(label));
      }
    }
    return this.#nameOf(whole);
  }

  #nameOf(text: string): number {
    const names = this.#names!;
    const known = names.get(text);
    if (known !== undefined) return known;
    names.set(text, names.size);
    return names.size - 1;
  }

  #grow(): void {
    const rows = Math.max(1024, 2 * this.#labels.length);
    const pixels = new Uint8Array(rows * this.#size);
    pixels.set(this.#pixels);
    this.#pixels = pixels;
    const labels = new Int32Array(rows);
    labels.set(this.#labels);
    this.#labels = labels;
  }

  /**
   * Where nothing names the labels, they are in the first column or the last: in the one that looks like labels, whole
   * numbers with few gaps that come again, or else in the one that is further from the column beside it, since a pixel is
   * near to its neighbour. A column of one value is at the edge of all pictures.
   */
  #chooseLabels(): void {
    const size = this.#size;
    // The first column was read as the labels.
    const edge = { first: 0, last: 0 };
    const [first, last] = [new Set<number>(), new Set<number>()];
    for (let row = 0; row < this.#count; row++) {
      const start = row * size;
      const values = [this.#labels[row]!, this.#pixels[start + size - 1]!] as const;
      first.add(values[0]);
      last.add(values[1]);
      edge.first += Math.abs(values[0] - this.#pixels[start]!);
      edge.last += Math.abs(values[1] - this.#pixels[start + size - 2]!);
    }
    const likeLabels = [first, last].map((values) => this.#likeLabels(values));
    const [clearlyFirst, clearlyLast] = [
      last.size === 1 || (first.size > 1 && likeLabels[0]! && !likeLabels[1]!),
      first.size === 1 || (likeLabels[1]! && !likeLabels[0]!),
    ];
    const named = (column: string): number =>
      this.#notes.push(`${this.#file} names no column of labels: the ${column} is taken for it`);
    if (clearlyFirst || (!clearlyLast && edge.first > 2 * edge.last)) {
      named("first");
      return;
    }
    if (!clearlyLast && edge.last <= 2 * edge.first) {
      throw new InputError(
        `${this.#file} does not tell whether its first or its last column holds the labels: put a line with the columns' names on top, that of the labels being label`,
      );
    }
    named("last");
    for (let row = 0; row < this.#count; row++) {
      const start = row * size;
      const label = this.#pixels[start + size - 1]!;
      this.#pixels.copyWithin(start + 1, start, start + size - 1);
      this.#pixels[start] = this.#labels[row]!;
      this.#labels[row] = label;
    }
  }

  #likeLabels(values: ReadonlySet<number>): boolean {
    const sorted = [...values].sort((a, b) => a - b);
    const range = sorted.at(-1)! - sorted[0]! + 1;
    return range <= 2 * values.size && this.#count >= 2 * values.size;
  }

  /** The rows that have a label where some have one; else all. */
  #takenRows(): Uint32Array {
    const all = Uint32Array.from({ length: this.#count }, (_, row) => row);
    if (this.#options.unlabelled) return all;
    const labelled = all.filter((row) => this.#labels[row] !== noLabel);
    if (labelled.length === 0 || labelled.length === this.#count) return all;
    const without = this.#count - labelled.length;
    this.#notes.push(
      `${without.toLocaleString("en")} of ${this.#count.toLocaleString("en")} rows of ${this.#file} have no label and are left out (--unlabelled takes all, without labels)`,
    );
    return labelled;
  }

  #pixelsOf(taken: Uint32Array): Uint8Array {
    const size = this.#size;
    if (taken.length === this.#count) return this.#pixels.slice(0, this.#count * size);
    const pixels = new Uint8Array(taken.length * size);
    for (const [to, from] of taken.entries()) {
      pixels.set(this.#pixels.subarray(from * size, (from + 1) * size), to * size);
    }
    return pixels;
  }

  #orderColours(pixels: Uint8Array, side: number): void {
    const count = pixels.length / this.#size;
    if (this.#form!.planar) return;
    const chosen = this.#options.colourOrder ?? null;
    const order = chosen ?? colourOrderOf(this.#file, pixels, count, side);
    if (!chosen) {
      this.#notes.push(
        `${this.#file}: the colours are read as ${order}, as neighbouring pixels are alike so (--colour-order says otherwise)`,
      );
    }
    if (order === "interleaved") makePlanar(pixels, count, side);
  }

  /** The classes by their numbers, which replace those of the labels' names. */
  #classes(labels: Int32Array): { readonly classes: readonly string[] | null; readonly labelled: boolean } {
    const hasLabels =
      this.#form!.columns.includes(labelColumn) &&
      this.#labels.subarray(0, this.#count).some((label) => label !== noLabel);
    if (!hasLabels || this.#options.unlabelled) {
      labels.fill(0);
      return { classes: null, labelled: false };
    }
    const known = this.#options.classes ?? null;
    if (!this.#names && !known) return { classes: null, labelled: true };
    const texts = this.#names ? [...this.#names.keys()] : [...new Set(labels)].map(String);
    const { labelOf, classes } = numberClasses(texts, known);
    const numbers = new Map(texts.map((text, i) => [this.#names ? i : Number(text), labelOf(text)]));
    for (const [row, label] of labels.entries()) labels[row] = numbers.get(label)!;
    return { classes, labelled: true };
  }

  /** Says what of the columns was taken for what, where that may surprise. */
  #noteForm(): void {
    const { names, columns } = this.#form!;
    if (!names) return;
    const label = columns.indexOf(labelColumn);
    const over = names.filter((_, column) => columns[column] === passedOver);
    if (label >= 0 && names[label]!.toLowerCase() !== "label" && !this.#options.unlabelled) {
      this.#notes.push(`${this.#file}: the labels are those of the column ${quote(names[label]!)}`);
    }
    if (label < 0 && !this.#options.unlabelled) {
      this.#notes.push(
        `${this.#file} has no column of labels (--label-column names one): its pictures have none`,
      );
    }
    if (over.length === 0) return;
    const more = over.length > mostNamed ? ` and ${over.length - mostNamed} more` : "";
    this.#notes.push(
      `${this.#file}: passed over ${over.length === 1 ? "is the column" : "are the columns"} ${over.slice(0, mostNamed).map(quote).join(", ")}${more}`,
    );
  }
}

/** Columns side by side that hold pixels in their order, or one column of another kind. */
interface Run {
  /** The first pixel, or what else the column is. */
  readonly role: number;
  readonly length: number;
}

function runsOf(columns: Int32Array): Run[] {
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
function readPixels(
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

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= zero + 9;
}

/** {@link CsvParser} over the whole file at once. */
export function parseCsv(bytes: Uint8Array, options: CsvOptions): ImageDataset {
  const parser = new CsvParser(options);
  parser.push(bytes);
  return parser.finish();
}
