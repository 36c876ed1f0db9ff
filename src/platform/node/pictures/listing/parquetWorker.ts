import { createHash } from "node:crypto";
import { mkdirSync, renameSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { threadId } from "node:worker_threads";
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from "node:zlib";
import type { Compressors, FileMetaData, SchemaTree } from "hyparquet";
import { serveThread } from "../../threads/serveThread.ts";

/**
 * A thread that reads a Parquet file, a group of rows at a time: a damaged one can keep its reader in a loop without end, and a
 * thread can be ended.
 */

/** Rows told at once. */
const rowsAtATime = 1000;
/** Of items, which may be short texts in groups of a million, as many rows as have so many bytes in the file. */
const itemBytesAtATime = 2 ** 25;
/** More rows than this for each byte are no table of pictures: a file of a few bytes could ask for all memory. */
const mostRowsPerByte = 64;
/** Text without a sign that it is some is no longer than this. */
const longestText = 4096;
/** How often the use of a picture is noted, in milliseconds: a day. */
const noted = 24 * 3600 * 1000;

/** What a thread is to read. */
export interface ParquetRequest {
  readonly path: string;
  /** Where the pictures that the file holds are put, named by their content. */
  readonly folder: string;
  /**
   * Columns to read of a table of items, whose cells may hold files and lists of texts or files; with none, only what
   * the columns are. Left out, the file is a table of pictures.
   */
  readonly items?: readonly string[];
}

/** A cell that holds a picture: where its bytes were put, and what it is called there. */
export interface EmbeddedPicture {
  readonly file: string;
  readonly path: string | null;
}

export type ParquetCell = string | number | bigint | boolean | null | EmbeddedPicture;

/** A cell of a table of items. */
export type ParquetItemCell = ParquetCell | readonly ParquetCell[];

/** What a thread tells of a file on the way: its columns, and then its rows in parts. */
export type ParquetPart =
  | {
      readonly type: "columns";
      readonly names: readonly string[];
      /** Those of them whose cells hold files as `{bytes, path}`, also as lists of these. */
      readonly files: readonly string[];
      /** Columns that hold neither text nor numbers nor pictures, and are passed over. */
      readonly others: readonly string[];
      /** Names of labels that are numbers, by column, as Hugging Face keeps them. */
      readonly classes: readonly (readonly [string, readonly string[]])[];
    }
  | { readonly type: "rows"; readonly rows: readonly (readonly ParquetCell[])[] }
  | { readonly type: "itemRows"; readonly rows: readonly (readonly ParquetItemCell[])[] };

export interface ParquetDone {
  /** Whether a picture was put into the folder that was not there. */
  readonly added: boolean;
}

let added = false;

const compressors: Compressors = {
  GZIP: (bytes, length) => gunzipSync(bytes, { maxOutputLength: length }),
  BROTLI: (bytes, length) => brotliDecompressSync(bytes, { maxOutputLength: length }),
  ZSTD: (bytes, length) => zstdDecompressSync(bytes, { maxOutputLength: length }),
};

async function read(
  { path, folder, items }: ParquetRequest,
  tell: (part: ParquetPart) => void,
): Promise<ParquetDone> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } = await import(
    "hyparquet"
  );
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const rows = Number(metadata.num_rows);
  if (!(rows >= 0 && rows <= mostRowsPerByte * file.byteLength)) {
    throw new Error(`it says to have ${metadata.num_rows} rows, in ${file.byteLength} bytes`);
  }
  const { children } = parquetSchema(metadata);
  const columns = children.filter(
    (column) => holdsValues(column) || (items !== undefined && holdsList(column)),
  );
  const names = columns.map(({ element }) => element.name);
  const others = children.map(({ element }) => element.name).filter((name) => !names.includes(name));
  const files = columns.filter(holdsFiles).map(({ element }) => element.name);
  tell({ type: "columns", names, files, others, classes: [...classesIn(metadata)] });
  const wanted = items ? names.filter((name) => items.includes(name)) : names;
  if (wanted.length === 0) return { added };
  const atATime = items ? rowsOf(itemBytesAtATime, metadata) : rowsAtATime;
  let pictures: string | null = null;
  for (let start = 0; start < rows; start += atATime) {
    const objects = await parquetReadObjects({
      ...{ file, metadata, compressors, columns: wanted, utf8: false },
      ...{ rowStart: start, rowEnd: Math.min(rows, start + atATime) },
    });
    if (items) {
      const rowsHere = objects.map((row) => wanted.map((name) => itemCellOf(row[name], folder)));
      tell({ type: "itemRows", rows: rowsHere });
      continue;
    }
    pictures ??= pictureColumn(names, objects);
    tell({
      type: "rows",
      rows: objects.map((row) => names.map((name) => cellOf(row[name], name === pictures ? folder : null))),
    });
  }
  return { added };
}

/** Rows that have about so many bytes, one at least. */
function rowsOf(bytes: number, { row_groups, num_rows }: FileMetaData): number {
  const all = row_groups.reduce((sum, group) => sum + Number(group.total_byte_size), 0);
  return Math.max(1, Math.floor((bytes * Number(num_rows)) / Math.max(1, all)));
}

/** A list of texts, or of files. */
function holdsList(column: SchemaTree): boolean {
  const leaves = leavesOf(column);
  return (
    leaves.every(({ element }) => element.type === "BYTE_ARRAY") &&
    (leaves.length === 1 || holdsFiles(column))
  );
}

/** Files as `{bytes, path}`, one or a list. */
function holdsFiles(column: SchemaTree): boolean {
  return leavesOf(column).length > 1 && leavesOf(column).some(({ element }) => element.name === "bytes");
}

function leavesOf(column: SchemaTree): SchemaTree[] {
  return column.children.length === 0 ? [column] : column.children.flatMap(leavesOf);
}

/** Text, numbers and bytes, and pictures as Hugging Face has them: `{bytes, path}`. Lists, such as vectors, are not read. */
function holdsValues({ element, children }: SchemaTree): boolean {
  if (element.repetition_type === "REPEATED") return false;
  if (children.length === 0) return true;
  return children.some((child) => child.element.name === "bytes" && child.children.length === 0);
}

/** The column whose cells hold pictures: `image` where there are several. */
function pictureColumn(
  names: readonly string[],
  rows: readonly Readonly<Record<string, unknown>>[],
): string | null {
  const holding = names.filter((name) => rows.some((row) => pictureBytes(row[name]) !== null));
  return holding.find((name) => /^(?:image|img|picture|photo)$/i.test(name)) ?? holding[0] ?? null;
}

/** The bytes of a picture in a cell; null where it holds none. */
function pictureBytes(value: unknown): { bytes: Uint8Array; path: string | null } | null {
  if (value instanceof Uint8Array) return textIn(value) === null ? { bytes: value, path: null } : null;
  if (typeof value !== "object" || value === null || !("bytes" in value)) return null;
  const { bytes } = value;
  if (!(bytes instanceof Uint8Array)) return null;
  const path = "path" in value ? value.path : null;
  const name = path instanceof Uint8Array ? textIn(path) : typeof path === "string" ? path : null;
  return { bytes, path: name };
}

function textIn(bytes: Uint8Array): string | null {
  if (bytes.length > longestText) return null;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what text does not hold.
    return /[\u0000-\u0008\u000e-\u001f]/.test(text) ? null : text;
  } catch {
    return null;
  }
}

function cellOf(value: unknown, folder: string | null): ParquetCell {
  if (value === null || value === undefined) return null;
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value;
  if (typeof value === "boolean") return value;
  const picture = pictureBytes(value);
  if (picture) return folder === null ? null : { file: kept(picture.bytes, folder), path: picture.path };
  if (value instanceof Uint8Array) return textIn(value);
  if (typeof value === "object" && "path" in value && typeof value.path === "string") return value.path;
  return null;
}

/** A cell of a table of items: what a list holds, or what the cell does. */
function itemCellOf(value: unknown, folder: string): ParquetItemCell {
  return Array.isArray(value) ? value.map((inner) => cellOf(inner, folder)) : cellOf(value, folder);
}

/** Puts a picture into a file that is named by its content, or notes that the one that is there is in use. */
function kept(bytes: Uint8Array, folder: string): string {
  const name = createHash("sha256").update(bytes).digest("hex");
  const within = join(folder, name.slice(0, 2));
  const path = join(within, name);
  const there = statSync(path, { throwIfNoEntry: false });
  if (there) {
    markUsed(path, there.mtimeMs);
    return path;
  }
  mkdirSync(within, { recursive: true });
  const temporary = join(within, `.${name}.${process.pid}-${threadId}.tmp`);
  writeFileSync(temporary, bytes);
  renameSync(temporary, path);
  added = true;
  return path;
}

function markUsed(path: string, last: number): void {
  const now = Date.now();
  if (now - last < noted) return;
  try {
    utimesSync(path, new Date(now), new Date(now));
  } catch {
    // One that is not ours to touch is used all the same.
  }
}

/** Names of classes, which Hugging Face keeps beside the table. */
function* classesIn(metadata: FileMetaData): Generator<readonly [string, readonly string[]]> {
  const text = metadata.key_value_metadata?.find(({ key }) => key === "huggingface")?.value;
  if (text === undefined) return;
  let features: unknown;
  try {
    const value = JSON.parse(text) as { info?: { features?: unknown } } | null;
    features = value?.info?.features;
  } catch {
    // What is no JSON names no classes: the numbers stand for themselves.
    return;
  }
  for (const [column, feature] of Object.entries(features ?? {})) {
    const { names } = (feature ?? {}) as { names?: unknown };
    if (Array.isArray(names) && names.every((name) => typeof name === "string")) yield [column, names];
  }
}

serveThread(read);
