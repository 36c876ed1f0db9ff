import { realpath } from "node:fs/promises";
import { basename, dirname, extname, relative, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { AbortedError, quote } from "../../../base/index.ts";
import { listed } from "../../../base/listed.ts";
import type { ItemFile } from "../../../data/items/item.ts";
import { isBlank, labelIn, namesIn, partIn, textsIn } from "../../../data/items/itemCells.ts";
import type { CollectedRow, ItemCollector } from "../../../data/items/itemCollector.ts";
import {
  type FileKind,
  type ItemColumns,
  itemColumns,
  mayHoldModality,
  type SeenColumn,
} from "../../../data/items/itemColumns.ts";
import type { Part } from "../../../data/part.ts";
import { explainIoError } from "../files/files.ts";
import { FileFinder, type FoundFile } from "../pictures/listing/fileFinder.ts";
import { baseOf } from "../pictures/listing/pictureTableFile.ts";
import { kindOfFile, kindOfName } from "./fileKind.ts";
import type { ReadItemsOptions } from "./itemOptions.ts";
import { isEmbedded, type SourceRow, type TableSource, tableSource, whereIn } from "./tableSource.ts";

/** A table whose columns are known. */
export interface OpenedTable {
  readonly source: TableSource;
  /** The names of its columns, which may be made up. */
  readonly names: readonly string[];
  /** Whether its first row has names, which are no item. */
  readonly headed: boolean;
  readonly columns: ItemColumns;
  readonly finder: FileFinder;
  /** Where the names of its files begin. */
  readonly base: string;
  /** Whether some of the files that it names are there. */
  readonly found: boolean;
}

/** Names of files are no longer than this. */
const longestName = 1024;
/** Rows between two looks at the signal. */
const rowsAtOnce = 256;

/**
 * Opens a table and finds out which columns hold what.
 *
 * @param root the folder that paths are relative to. Default: the table's own
 * @throws InputError when it cannot be read or has no column of a modality.
 */
export async function openTable(
  path: string,
  options: ReadItemsOptions,
  root?: string,
): Promise<OpenedTable> {
  const { label = null, unlabelled = false, fields = false, outside = true, signal } = options;
  const source = await tableSource(path, { fields, label, signal });
  const own = await folderOf(path);
  const finder = new FileFinder(root ?? own, outside);
  let { names, sample } = source;
  let headed = false;
  if (names === null) {
    const first = await firstRow(source);
    const told = await Promise.all(first.map((cell) => kindOf(cell, finder, own)));
    const named = first.some(
      (cell) => typeof cell === "string" && kindOfName(cell) === null && mayHoldModality(cell),
    );
    headed = named || told.every((kind) => kind === null);
    if (headed) names = first.map(String);
    else {
      sample = sample.map((cells, column) => [first[column], ...cells].filter((cell) => !isBlank(cell)));
      names = await namesByContent(sample, finder, own);
    }
  }
  const candidates = names.flatMap((name, column) => {
    const usual = /path|file|image|img|audio|wav|sound|^id$/i.test(name);
    return (sample[column] ?? [])
      .flat()
      .filter((cell): cell is string => isName(cell) && (usual || kindOfName(cell) !== null));
  });
  const base = await baseOf(root === undefined ? finder : new FileFinder(own, outside), candidates, path);
  const seen: SeenColumn[] = await Promise.all(
    names.map(async (name, column) => ({
      name,
      cells: sample[column] ?? [],
      files: await kindOfMost(sample[column] ?? [], finder, base, name),
    })),
  );
  const columns = itemColumns(path, seen, {
    label: options.labelRequired === false && label !== null && !names.includes(label) ? null : label,
    unlabelled,
  });
  const found = await someFound([...columns.image, ...columns.audio, ...columns.files], sample, finder, base);
  return { source, names, headed, columns, finder, base, found };
}

async function folderOf(file: string): Promise<string> {
  try {
    return await realpath(dirname(file));
  } catch (error) {
    throw explainIoError(error, "read", file);
  }
}

async function firstRow(source: TableSource): Promise<readonly unknown[]> {
  for await (const { cells } of source.rows()) return cells;
  return [];
}

function isName(cell: unknown): cell is string {
  return typeof cell === "string" && cell.trim() !== "" && cell.length <= longestName;
}

/** What a cell names or holds. */
async function kindOf(cell: unknown, finder: FileFinder, base: string): Promise<FileKind | null> {
  if (isEmbedded(cell)) return kindOfFile(cell.file);
  if (!isName(cell)) return null;
  const named = kindOfName(cell);
  // A sentence may end like a file.
  if (named) return /\s\S*\s/.test(cell.trim()) && !(await isFound(cell, finder, base)) ? null : named;
  const at = await find(finder, base, cell);
  return "file" in at ? kindOfFile(at.file) : null;
}

async function isFound(cell: string, finder: FileFinder, base: string): Promise<boolean> {
  return "file" in (await find(finder, base, cell));
}

/** The file of a name, also with the number of a text behind it, as Flickr8k's token file has them: `1.jpg#0`. */
async function find(finder: FileFinder, base: string, name: string): Promise<FoundFile> {
  if (/^https?:\/\//i.test(name)) {
    return { reason: "is an address on the web, which is not fetched: download the file and name that" };
  }
  const at = await finder.find(name, base);
  if ("file" in at || !/#\d+$/.test(name)) return at;
  return finder.find(name.replace(/#\d+$/, ""), base);
}

/** What at least half of some cells name or hold. */
async function kindOfMost(
  cells: readonly unknown[],
  finder: FileFinder,
  base: string,
  name: string,
): Promise<FileKind | null> {
  const values = cells.flat();
  const usual = /path|file|image|img|audio|wav|sound|^id$/i.test(name);
  const kinds = await Promise.all(
    // A number may happen to be the name of a file.
    values.map((cell) => (usual || Number.isNaN(Number(cell)) ? kindOf(cell, finder, base) : null)),
  );
  for (const kind of ["image", "audio"] as const) {
    const count = kinds.filter((each) => each === kind).length;
    if (count > 0 && 2 * count >= values.length) return kind;
  }
  return null;
}

async function someFound(
  columns: readonly number[],
  sample: TableSource["sample"],
  finder: FileFinder,
  base: string,
): Promise<boolean> {
  for (const column of columns) {
    for (const cell of (sample[column] ?? []).flat()) {
      if (isEmbedded(cell) || (isName(cell) && (await isFound(cell, finder, base)))) return true;
    }
  }
  return false;
}

/** Names for the columns of a table without a header, by what is in them. */
async function namesByContent(
  sample: TableSource["sample"],
  finder: FileFinder,
  base: string,
): Promise<string[]> {
  const counts = new Map<string, number>();
  const names: string[] = [];
  for (const cells of sample) {
    const kind = await kindOfMost(cells, finder, base, "file");
    const sentences = cells.filter((cell) => typeof cell === "string" && /\S\s+\S/.test(cell)).length;
    const again = cells.length >= 4 && 2 * new Set(cells).size <= cells.length;
    const name = kind ?? (2 * sentences > cells.length ? "text" : again ? "label" : "column");
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    names.push(
      count === 1 && name !== "column" ? name : `${name} ${name === "column" ? names.length + 1 : count}`,
    );
  }
  // One column beside the files is of texts, however short.
  const others = names.flatMap((name, at) => (/^(?:column|label)/.test(name) ? [at] : []));
  if (!names.includes("text") && others.length === 1 && names[others[0]!] !== "label")
    names[others[0]!] = "text";
  return names;
}

/** Cells of the columns that become fields. */
export interface FieldCells {
  readonly names: readonly string[];
  readonly rows: SourceRow[];
}

/**
 * Adds the items of a table to a collector. A row with a file that is not there is a problem, and left out.
 *
 * @param part of all rows, where the table's name tells it
 * @param several whether the table is one of several
 * @param firstRow how many rows of tables before it were kept
 * @returns the cells of the other columns, by {@link CollectedRow.row}; none without `fields`
 */
export async function collectTable(
  { source, names, headed, columns, finder, base }: OpenedTable,
  collector: ItemCollector,
  options: ReadItemsOptions,
  {
    part,
    several,
    firstRow,
  }: { readonly part: Part | null; readonly several: boolean; readonly firstRow: number },
): Promise<FieldCells> {
  const cellAt = (row: SourceRow, column: number) => ({
    where: `${source.file}: ${row.where}`,
    column: names[column]!,
    value: row.cells[column],
  });
  const classes = source.classes.get(names[columns.label] ?? "") ?? null;
  const known = new Map<string, FoundFile>();
  const embedded = new Map<string, string>();
  const fields: FieldCells = { names: columns.others.map((column) => names[column]!), rows: [] };
  const within = several ? `${basename(source.file, extname(source.file))}/` : "";
  let number = 0;
  for await (const row of source.rows()) {
    if (headed && number++ === 0) continue;
    if (!headed) number++;
    if (number % rowsAtOnce === 0) {
      if (options.signal?.aborted) throw new AbortedError("stopped: its signal was aborted");
      options.onItems?.(number);
      // Rows that are at hand leave nothing else a turn.
      await setImmediate();
    }
    const where = whereIn(source, row, several);
    const itemNumber = headed ? number - 1 : number;
    const files = { image: [] as ItemFile[], audio: [] as ItemFile[] };
    let fault = false;
    for (const [column, kind] of fileColumns(columns)) {
      const value = row.cells[column];
      for (const cell of Array.isArray(value) ? value : [value]) {
        const at = isEmbedded(cell)
          ? { path: embeddedName(cell.path, cell.file), file: cell.file }
          : await named(cell, column);
        if (at === null) continue;
        const is = kind ?? (await kindOfFile(at.file));
        if (is) files[is].push(at);
        else {
          fault = true;
          collector.problem(at.path, `${where}: is neither a picture nor a recording`);
        }
      }
    }
    if (fault) continue;
    const texts = columns.text.flatMap((column) => textsIn(cellAt(row, column)));
    const collected: CollectedRow = {
      where,
      id:
        columns.id >= 0 && !isBlank(row.cells[columns.id])
          ? String(row.cells[columns.id])
          : `${within}${itemNumber}`,
      ...{ images: files.image, audio: files.audio, texts },
      label: columns.label < 0 ? null : labelIn(cellAt(row, columns.label), classes),
      part: part ?? (columns.split < 0 ? "train" : partIn(cellAt(row, columns.split))),
      ...(options.fields ? { row: firstRow + fields.rows.length } : {}),
    };
    if (options.fields) {
      fields.rows.push({ where, cells: columns.others.map((column) => row.cells[column]) });
    }
    collector.add(collected);

    async function named(cell: unknown, column: number): Promise<ItemFile | null> {
      const [name] = namesIn({ ...cellAt(row, column), value: cell });
      if (name === undefined) return null;
      let at = known.get(name);
      if (!at) {
        at = await find(finder, base, name);
        known.set(name, at);
      }
      if ("file" in at) return at;
      fault = true;
      collector.problem(name, `${where}: ${at.reason}`);
      return null;
    }

    function embeddedName(path: string | null, file: string): string {
      const own = path ? basename(path.replaceAll("\\", "/")) : "";
      const plain = `${within}${own}`;
      if (own !== "" && (embedded.get(plain) ?? file) === file) {
        embedded.set(plain, file);
        return plain;
      }
      return `${within}${itemNumber}${own === "" ? "" : `-${own}`}`;
    }
  }
  return fields;
}

function fileColumns({ image, audio, files }: ItemColumns): (readonly [number, FileKind | null])[] {
  const all = (columns: readonly number[], kind: FileKind | null) =>
    columns.map((column) => [column, kind] as const);
  return [...all(image, "image"), ...all(audio, "audio"), ...all(files, null)];
}

/** What there is to say of how a table was read. */
export function notesOf({ source, names, headed, columns, finder, base }: OpenedTable): string[] {
  const notes = [...columns.notes];
  if (source.names === null && !headed) {
    const told = names.map((name, column) => `column ${column + 1} is ${name.replace(/ \d+$/, "")}`);
    notes.push(`${source.file} has no header: ${listed(told.filter((text) => !text.endsWith("is column")))}`);
  }
  if (base !== finder.folder) {
    notes.push(`${source.file}: its files lie in ${relative(finder.folder, base).replaceAll(sep, "/")}/`);
  }
  for (const column of columns.text) {
    if ((source.sample[column] ?? []).length === 0) {
      notes.push(
        `${source.file}: the column ${quote(names[column]!)} is empty in every row, so that no item has a text of it`,
      );
    }
  }
  return notes;
}
