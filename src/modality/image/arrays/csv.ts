import { InputError, quote } from "../../../base/index.ts";
import type { ImageDataset } from "../imageDataset.ts";
import { type ColourOrder, colourOrderOf, makePlanar } from "./colourOrder.ts";
import { columnNotes } from "./csvColumnNotes.ts";
import { labelEdge, takeLastForLabels } from "./csvLabelEdge.ts";
import { CsvLabels, largestLabel, noLabel } from "./csvLabels.ts";
import { digitOf, isDigit, type PixelRun, pixelRuns, readPixels } from "./csvPixelRuns.ts";
import { scaleNote } from "./csvScaleNote.ts";
import { readTextRow } from "./csvTextRow.ts";
import { labelColumn, type PixelTableForm, pixelTableForm } from "./pixelTable.ts";

const newline = 10;
const carriageReturn = 13;
/** A line this long belongs to no table of images: a header of a million columns takes 13 MB. */
const longestLine = 16 * 1024 * 1024;

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
  #runs: readonly PixelRun[] = [];
  #line = 0;
  #blankLine = 0;
  #count = 0;
  #pixels = new Uint8Array(0);
  readonly #labels = new CsvLabels();
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
    const { values } = this.#labels;
    const labels = Int32Array.from(taken, (row) => Math.max(0, values[row]!));
    const { classes, labelled } = this.#classes(labels);
    const scale = scaleNote(this.#file, pixels);
    if (scale !== null) this.#notes.push(scale);
    this.#notes.push(...columnNotes(this.#file, this.#form, this.#options.unlabelled ?? false));
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
    requireUtf8(this.#file, bytes);
    const lines = new TextDecoder().decode(bytes).split("\n");
    if (/\r(?!$)/.test(lines[0]!)) {
      throw new InputError(
        `${this.#file} ends its lines by carriage returns alone, as old programs do, expected line feeds: save it anew with line ends of Unix or Windows`,
      );
    }
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
    this.#runs = pixelRuns(this.#form.columns);
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
    if (this.#count * this.#size === this.#pixels.length) this.#grow();
    const separator = this.#separator;
    const pixels = this.#pixels;
    const first = this.#count * this.#size;
    let at = start;
    let label = noLabel;
    let sound = this.#blankLine === 0 && this.#form!.packed === null;
    // A newline always comes before the bytes end.
    for (let run = 0; sound && run < this.#runs.length; run++) {
      const { role, length } = this.#runs[run]!;
      if (run > 0) sound = bytes[at++] === separator;
      if (role === labelColumn && (this.#labels.named || !isDigit(bytes[at]!))) {
        const end = this.#fieldEnd(bytes, at);
        const text = new TextDecoder().decode(bytes.subarray(at, end)).trim();
        at = end;
        sound &&= !text.includes('"');
        if (sound) label = this.#labels.numberOf(text);
        continue;
      }
      if (role < 0) {
        let value = 0;
        sound &&= isDigit(bytes[at]!);
        for (; isDigit(bytes[at]!); at++) value = value * 10 + digitOf(bytes[at]!);
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
    this.#labels.add(label);
    this.#count++;
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
    if (text.trim() === "") {
      if (this.#blankLine === 0) this.#blankLine = this.#line;
      return;
    }
    if (this.#blankLine > 0) {
      throw new InputError(
        `${this.#file}: line ${this.#blankLine} is blank, but line ${this.#line} holds ${quote(text)}, expected blank lines at the end only: remove it`,
      );
    }
    const first = this.#count * this.#size;
    const label = readTextRow(
      text,
      this.#form!,
      this.#pixels.subarray(first, first + this.#size),
      `${this.#file}: line ${this.#line}`,
    );
    this.#labels.add(this.#labels.numberOf(label));
    this.#count++;
  }

  #grow(): void {
    const pixels = new Uint8Array(Math.max(1024, 2 * this.#count) * this.#size);
    pixels.set(this.#pixels);
    this.#pixels = pixels;
  }

  /** Takes the first column or the last for the labels, as nothing names them; the first was read as them. */
  #chooseLabels(): void {
    const [labels, size] = [this.#labels.values, this.#size];
    const edge = labelEdge(labels, this.#pixels, size, this.#file);
    this.#notes.push(`${this.#file} names no column of labels: the ${edge} is taken for it`);
    if (edge === "last") takeLastForLabels(labels, this.#pixels, size);
  }

  /** The rows that have a label where some have one; else all. */
  #takenRows(): Uint32Array {
    const all = Uint32Array.from({ length: this.#count }, (_, row) => row);
    if (this.#options.unlabelled) return all;
    const { values } = this.#labels;
    const labelled = all.filter((row) => values[row] !== noLabel);
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
      this.#form!.columns.includes(labelColumn) && this.#labels.values.some((label) => label !== noLabel);
    if (!hasLabels || this.#options.unlabelled) {
      labels.fill(0);
      return { classes: null, labelled: false };
    }
    return { classes: this.#labels.classesOf(labels, this.#options.classes ?? null), labelled: true };
  }
}

/** That bytes do not begin with the mark of UTF-16. */
function requireUtf8(file: string, bytes: Uint8Array): void {
  const mark = bytes[0]! * 256 + bytes[1]!;
  if (mark === 0xfffe || mark === 0xfeff) {
    throw new InputError(`${file} is UTF-16 text, expected UTF-8: save it as "CSV UTF-8"`);
  }
}

/** {@link CsvParser} over the whole file at once. */
export function parseCsv(bytes: Uint8Array, options: CsvOptions): ImageDataset {
  const parser = new CsvParser(options);
  parser.push(bytes);
  return parser.finish();
}
