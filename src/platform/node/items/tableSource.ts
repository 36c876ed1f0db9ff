import { createReadStream } from "node:fs";
import { basename, extname } from "node:path";
import { AbortedError, InputError, quote } from "../../../base/index.ts";
import { NoItemsError } from "../../../data/items/item.ts";
import { isBlank } from "../../../data/items/itemCells.ts";
import { mayHoldModality } from "../../../data/items/itemColumns.ts";
import { explainIoError } from "../files/files.ts";
import { filesAsEntries, makeRoom } from "../pictures/cache/cacheRoom.ts";
import { parquetColumns, parquetPicturesFolder, readParquetItems } from "../pictures/listing/readParquet.ts";
import { glanceAtTable, readTextTable } from "../pictures/listing/readTable.ts";

/** A row of a table, its cells in the order of the columns. */
export interface SourceRow {
  /** Such as `line 7`, counted from 1. */
  readonly where: string;
  readonly cells: readonly unknown[];
}

/** A table whose rows can be gone through. */
export interface TableSource {
  readonly file: string;
  /** Names of the columns; null where nothing says whether the first row has them. */
  readonly names: readonly string[] | null;
  /** Some cells of each column that are not blank. */
  readonly sample: readonly (readonly unknown[])[];
  /** Names of labels that are numbers, by column. */
  readonly classes: ReadonlyMap<string, readonly string[]>;
  rows(): Iterable<SourceRow> | AsyncIterable<SourceRow>;
}

/** A cell of a table that holds a file itself. */
export interface EmbeddedFile {
  readonly file: string;
  readonly path: string | null;
}

export function isEmbedded(cell: unknown): cell is EmbeddedFile {
  return typeof cell === "object" && cell !== null && "file" in cell && typeof cell.file === "string";
}

export interface SourceOptions {
  /** Whether columns that hold no modality are wanted too. */
  readonly fields: boolean;
  /** Columns that are wanted whatever their names. */
  readonly label: string | null;
  readonly signal?: AbortSignal | undefined;
}

/** More columns than these are no table of items, but of pixels or features. */
const mostColumns = 256;
/** Cells of a column that are looked at. */
const looked = 24;
/** Names of columns that say something of items beside their modalities. */
const wantedBeside =
  /label|class|category|target|split|subset|partition|usage|item|concept|thing|caption|^id$|species|breed/i;

/**
 * Opens a table: text with separators, JSON Lines or Parquet, by its ending.
 *
 * @throws InputError when it cannot be read, is damaged or empty.
 */
export async function tableSource(path: string, options: SourceOptions): Promise<TableSource> {
  const ending = extname(path).toLowerCase();
  if (ending === ".parquet") return parquetSource(path, options);
  return ending === ".jsonl" || ending === ".ndjson" ? jsonSource(path, options) : textSource(path);
}

async function textSource(file: string): Promise<TableSource> {
  // A table of pixels would take all memory as text.
  const [first] = (await glanceAtTable(file, "loose")).rows;
  if (first && first.values.length > mostColumns) {
    throw new NoItemsError(
      `${file} has ${first.values.length} columns, expected at most ${mostColumns}, such as image, text, audio and label`,
    );
  }
  const { rows } = await readTextTable(file, "loose");
  if (rows.length === 0)
    throw new InputError(`${file} is empty, expected a row with the columns' names and a row for each item`);
  return {
    ...{ file, names: null, classes: new Map() },
    sample: sampleOf(rows[0]!.values.length, rows.slice(1)),
    *rows() {
      for (const { where, values } of rows) yield { where, cells: values };
    },
  };
}

/** Cells of rows in even distances. */
function sampleOf(columns: number, rows: readonly { readonly values: readonly unknown[] }[]): unknown[][] {
  const cells: unknown[][] = Array.from({ length: columns }, () => []);
  const step = Math.max(1, rows.length / looked);
  for (let at = 0; at < rows.length; at += step) {
    for (const [column, value] of rows[Math.floor(at)]!.values.entries()) {
      if (!isBlank(value)) cells[column]?.push(value);
    }
  }
  // Columns that are nearly empty, too.
  for (const [column, some] of cells.entries()) {
    if (some.length > 0) continue;
    const filled = rows.filter(({ values }) => !isBlank(values[column]));
    some.push(...filled.slice(0, looked).map(({ values }) => values[column]));
  }
  return cells;
}

async function parquetSource(file: string, { fields, label }: SourceOptions): Promise<TableSource> {
  const { names: all, files } = await parquetColumns(file);
  const needed = all.filter(
    (name) => files.includes(name) || mayHoldModality(name) || wantedBeside.test(name) || name === label,
  );
  const modalities = needed.some((name) => files.includes(name) || mayHoldModality(name));
  const { names, rows, classes, added } = await readParquetItems(file, fields || !modalities ? all : needed);
  if (all.length > 0 && rows.length === 0)
    throw new InputError(`${file} is empty, expected a row for each item`);
  if (added) await makeRoom(await filesAsEntries(parquetPicturesFolder()), filesOf(rows));
  return {
    ...{ file, names, classes },
    sample: sampleOf(
      names.length,
      rows.map((values) => ({ values })),
    ),
    *rows() {
      for (const [row, cells] of rows.entries()) yield { where: `row ${row + 1}`, cells };
    },
  };
}

function filesOf(rows: readonly (readonly unknown[])[]): Set<string> {
  const files = new Set<string>();
  for (const row of rows) {
    for (const cell of row.flat()) if (isEmbedded(cell)) files.add(cell.file);
  }
  return files;
}

/** JSON Lines, gone through twice and never held as a whole: for the columns, and for the rows. */
async function jsonSource(file: string, { signal }: SourceOptions): Promise<TableSource> {
  const sample = new Map<string, unknown[]>();
  let lines = 0;
  for await (const { value } of jsonLines(file, signal)) {
    lines++;
    for (const [name, cell] of Object.entries(value)) {
      const cells = sample.get(name);
      if (!cells) sample.set(name, isBlank(cell) ? [] : [cell]);
      else if (cells.length < looked && !isBlank(cell)) cells.push(cell);
    }
  }
  if (lines === 0) throw new InputError(`${file} is empty, expected a JSON object in each line`);
  const names = [...sample.keys()];
  return {
    ...{ file, names, classes: new Map() },
    sample: [...sample.values()],
    async *rows() {
      for await (const { line, value } of jsonLines(file, signal)) {
        yield {
          where: `line ${line}`,
          cells: names.map((name) => (Object.hasOwn(value, name) ? value[name] : undefined)),
        };
      }
    },
  };
}

/** @throws InputError naming the first line that is no object. */
async function* jsonLines(
  file: string,
  signal?: AbortSignal,
): AsyncGenerator<{ readonly line: number; readonly value: Readonly<Record<string, unknown>> }> {
  let line = 0;
  for await (const text of linesOf(file, signal)) {
    line++;
    if (text.trim() === "") continue;
    const value = parsed(text);
    if (value === null) {
      throw new InputError(
        `${file}: line ${line} is ${quote(text)}, expected a JSON object in each line: mend or remove the line`,
      );
    }
    yield { line, value };
  }
}

function parsed(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The lines of a file of text, without what ends them, read a part at a time. */
async function* linesOf(file: string, signal?: AbortSignal): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let rest = "";
  try {
    for await (const bytes of createReadStream(file, { highWaterMark: 2 ** 18 })) {
      if (signal?.aborted) throw new AbortedError("stopped: its signal was aborted");
      const parts = (rest + decode(file, decoder, bytes)).split("\n");
      rest = parts.pop()!;
      for (const part of parts) yield part.endsWith("\r") ? part.slice(0, -1) : part;
    }
  } catch (error) {
    if (error instanceof InputError || error instanceof AbortedError) throw error;
    throw explainIoError(error, "read", file);
  }
  rest += decode(file, decoder);
  if (rest !== "") yield rest;
}

function decode(file: string, decoder: InstanceType<typeof TextDecoder>, bytes?: Uint8Array): string {
  try {
    return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
  } catch (error) {
    throw new InputError(`${file} is no UTF-8 text, expected a table as text: save it as UTF-8`, {
      cause: error,
    });
  }
}

/** What messages call a row of one of several tables. */
export function whereIn(source: TableSource, row: SourceRow, several: boolean): string {
  return several ? `${basename(source.file)}: ${row.where}` : row.where;
}
