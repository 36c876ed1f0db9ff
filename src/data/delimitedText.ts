import { InputError } from "../base/index.ts";
import { type Separator, separatorName } from "./separator.ts";

/** A record of a table: its fields, and the line that it begins on, counted from 1. */
export interface TextRecord {
  readonly line: number;
  readonly fields: readonly string[];
}

/**
 * What a quote is that stands where none may: a mistake, or, in `loose` text such as of sentences, a character as others are.
 */
export type Quotes = "strict" | "loose";

/**
 * The records of separated text (RFC 4180): fields may be quoted, and then hold separators, line breaks and doubled
 * quotes. Several blanks separate as one. `\n`, `\r\n` and `\r` end lines, a byte-order mark is passed over, and so are empty lines. All records must
 * have as many fields as the first.
 *
 * This is for tables of names; pictures as numbers are read by `CsvParser`, from bytes and much faster.
 *
 * @param file what messages call the text
 * @param separator what is between fields. Default: a comma
 * @param quotes default: `strict`
 * @throws InputError naming the line of a quote that has no end or stands where none may, or of a record that is too short
 * or too long.
 * @see https://www.rfc-editor.org/rfc/rfc4180
 */
export function parseDelimited(
  file: string,
  text: string,
  separator: Separator = ",",
  quotes: Quotes = "strict",
): TextRecord[] {
  const blanks = separator === " ";
  const quote = quotes === "strict" ? '"' : "";
  const special = new RegExp(
    `[${quote}\\r\\n${blanks ? " \\t" : separator === "|" ? "\\|" : separator}]`,
    "g",
  );
  const separates = (at: number): boolean =>
    blanks ? text[at] === " " || text[at] === "\t" : text[at] === separator;
  const records: TextRecord[] = [];
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  let line = 1;
  while (at < text.length) {
    const record: { line: number; fields: string[] } = { line, fields: [] };
    for (;;) {
      // Blanks at the beginning of a line separate nothing.
      while (blanks && separates(at)) at++;
      const field =
        text[at] === '"'
          ? quoted(file, text, at, line, separates, quotes === "loose" ? special : null)
          : plain(file, text, at, line, special);
      record.fields.push(field.value);
      line += field.breaks;
      at = field.end;
      if (!separates(at)) break;
      at++;
      // Nor do those at its end.
      if (blanks && /^[ \t]*(?:[\r\n]|$)/.test(text.slice(at, text.indexOf("\n", at) + 1 || text.length))) {
        while (separates(at)) at++;
        break;
      }
    }
    // The end of the text, or of a line.
    if (at < text.length) {
      at += text.startsWith("\r\n", at) ? 2 : 1;
      line++;
    }
    if (record.fields.length === 1 && record.fields[0] === "") continue;
    const expected = records[0]?.fields.length ?? record.fields.length;
    if (record.fields.length !== expected) {
      throw new InputError(
        `${file}: line ${record.line} has ${record.fields.length} ${record.fields.length === 1 ? "field" : "fields"}, expected ${expected} as in the first line, separated by ${separatorName(separator)}: put fields that hold one in quotes`,
      );
    }
    records.push(record);
  }
  return records;
}

interface Field {
  readonly value: string;
  /** Where the text goes on: at a separator, a line break, or its end. */
  readonly end: number;
  /** Line breaks inside it. */
  readonly breaks: number;
}

const lineBreak = /\r\n|\r|\n/g;

function plain(file: string, text: string, start: number, line: number, special: RegExp): Field {
  special.lastIndex = start;
  const found = special.exec(text);
  if (found?.[0] === '"') {
    throw new InputError(
      `${file}: line ${line} has a quote inside a field that does not begin with one: put the whole field in quotes, and double the quotes in it`,
    );
  }
  const end = found?.index ?? text.length;
  return { value: text.slice(start, end), end, breaks: 0 };
}

function quoted(
  file: string,
  text: string,
  start: number,
  line: number,
  separates: (at: number) => boolean,
  loose: RegExp | null,
): Field {
  let end = start + 1;
  for (;;) {
    end = text.indexOf('"', end);
    if (end < 0) {
      if (loose) return plain(file, text, start, line, loose);
      throw new InputError(`${file}: line ${line} begins a quoted field that has no end: close the quote`);
    }
    if (text[end + 1] !== '"') break;
    end += 2;
  }
  const next = text[end + 1];
  if (next !== undefined && !separates(end + 1) && next !== "\n" && next !== "\r") {
    if (loose) return plain(file, text, start, line, loose);
    throw new InputError(
      `${file}: line ${line} goes on after a closing quote with ${JSON.stringify(next)}, expected a separator or the end of the line`,
    );
  }
  const inner = text.slice(start + 1, end);
  return {
    value: inner.replaceAll('""', '"'),
    end: end + 1,
    breaks: inner.match(lineBreak)?.length ?? 0,
  };
}
