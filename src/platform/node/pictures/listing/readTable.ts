import { open } from "node:fs/promises";
import { extname } from "node:path";
import { InputError, quote } from "../../../../base/index.ts";
import { parseDelimited, type Quotes } from "../../../../data/delimitedText.ts";
import { separatorOf } from "../../../../data/separator.ts";
import type { Table, TableRow } from "../../../../modality/image/pictureTable.ts";
import { explainIoError, readFileOrExplain } from "../../files/files.ts";

/** Bytes of a table that are looked at to know what it is. */
const glancedBytes = 2 ** 18;
/** Lines that the separator is found by. */
const separatedLines = 20;

/** Whether a file may be a table of text, by its ending. */
export function isTextTable(name: string): boolean {
  return [".csv", ".tsv", ".tab", ".txt", ".jsonl"].includes(extname(name).toLowerCase());
}

/**
 * A table of text: with fields between separators, or JSON Lines, an object each. All of its lines are rows, as what a
 * header is hangs on what is looked for.
 *
 * @param quotes default: `strict`
 * @throws InputError when it cannot be read, or is no such table.
 */
export async function readTextTable(path: string, quotes: Quotes = "strict"): Promise<Table> {
  return tableOf(path, await readFileOrExplain(path), quotes);
}

/**
 * The first rows of a table of text, as far as they are whole in 256 KiB.
 *
 * @throws InputError when it cannot be read, or these are no table.
 */
export async function glanceAtTable(path: string, quotes: Quotes = "strict"): Promise<Table> {
  let bytes: Uint8Array;
  try {
    const file = await open(path);
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(glancedBytes), 0, glancedBytes, 0);
      const whole = bytesRead < glancedBytes ? bytesRead : Math.max(0, buffer.lastIndexOf("\n") + 1);
      bytes = buffer.subarray(0, whole);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw explainIoError(error, "read", path);
  }
  return tableOf(path, bytes, quotes);
}

function tableOf(path: string, bytes: Uint8Array, quotes: Quotes): Table {
  const text = textOf(path, bytes);
  if (extname(path).toLowerCase() === ".jsonl") return objectsOf(path, text);
  const lines = text.split(/\r\n|\r|\n/, separatedLines).filter((line) => line.trim() !== "");
  const separator = quotes === "loose" && areTabbed(lines) ? "\t" : separatorOf(lines);
  const records = parseDelimited(path, text, separator, quotes);
  const rows = records.map(
    ({ line, fields }): TableRow => ({ where: `line ${line}`, values: fields.map((field) => field.trim()) }),
  );
  return { file: path, names: null, rows };
}

/** Whether each line has as many tabs, and some: of sentences between them, commas tell nothing. */
function areTabbed(lines: readonly string[]): boolean {
  const counts = lines.map((line) => line.split("\t").length);
  return counts.length > 0 && counts[0]! > 1 && counts.every((count) => count === counts[0]);
}

function textOf(path: string, bytes: Uint8Array): string {
  const mark = bytes[0]! * 256 + bytes[1]!;
  // As Excel saves "Unicode text"; the last of what was glanced at may be half a character.
  if (mark === 0xfffe || mark === 0xfeff) {
    return new TextDecoder(mark === 0xfffe ? "utf-16le" : "utf-16be").decode(
      bytes.subarray(0, bytes.length & ~1),
    );
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new InputError(`${path} is no UTF-8 text, expected a table as text: save it as UTF-8`, {
      cause: error,
    });
  }
}

function objectsOf(path: string, text: string): Table {
  const names: string[] = [];
  const objects: { where: string; values: Readonly<Record<string, unknown>> }[] = [];
  for (const [i, line] of text.split(/\r\n|\r|\n/).entries()) {
    if (line.trim() === "") continue;
    const where = `line ${i + 1}`;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      throw new InputError(`${path}: ${where} is ${quote(line)}, expected a JSON object in each line`, {
        cause: error,
      });
    }
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new InputError(`${path}: ${where} is ${quote(line)}, expected a JSON object in each line`);
    }
    const values = { ...value };
    for (const name of Object.keys(values)) if (!names.includes(name)) names.push(name);
    objects.push({ where, values });
  }
  const rows = objects.map(
    ({ where, values }): TableRow => ({
      where,
      values: names.map((name) => (Object.hasOwn(values, name) ? values[name] : undefined)),
    }),
  );
  return { file: path, names, rows };
}
