import { type Dirent, existsSync } from "node:fs";
import { readdir, realpath } from "node:fs/promises";
import { basename, dirname, extname, join, relative, sep } from "node:path";
import { InputError, quote } from "../../../../base/index.ts";
import { plainName } from "../../../../data/columnNames.ts";
import { partOf } from "../../../../data/part.ts";
import type { LabelChoice } from "../../../../modality/image/arrays/pixelTable.ts";
import {
  type ListedPicture,
  type PictureColumns,
  pictureColumns,
  pictureTable,
  type Table,
} from "../../../../modality/image/pictureTable.ts";
import { explainIoError } from "../../files/files.ts";
import { FileFinder } from "./fileFinder.ts";
import type { PictureListing } from "./pictureListing.ts";
import type { PictureFile, PictureProblem } from "./pictureTree.ts";
import { glanceAtTable, readTextTable } from "./readTable.ts";
import { tableFields } from "./tableFields.ts";

/** How a table of pictures is read. */
export interface TableOptions extends LabelChoice {
  /** Whether files out of the table's folder may be taken. */
  readonly outside: boolean;
  /** Whether the columns beside path, label and split become fields of the pictures. Default false. */
  readonly fields?: boolean;
}

/** What a table knows beside its cells. */
export interface TableContents {
  /** Files of the pictures that the table itself holds, by what its cells call them. */
  readonly embedded: ReadonlyMap<string, string>;
  /** Names of labels that are numbers, by column. */
  readonly classes: ReadonlyMap<string, readonly string[]>;
}

const bare: TableContents = { embedded: new Map(), classes: new Map() };

/** Rows that are looked at to know which columns name files, in even distances. */
const looked = 24;
/** Columns that are looked at: a table of files has no more. */
const mostColumns = 256;

const pictureEnding = /\.(?:png|jpe?g|jfif|webp|gif|tiff?|avif|svg|bmp|p[bgpn]m|hei[cf]|jp2|jxl|ico|tga)$/i;

/** What a table's columns are, where some name pictures. */
interface KnownTable {
  readonly table: Table;
  readonly columns: PictureColumns;
  /** Where the files' names begin. */
  readonly base: string;
}

/**
 * What the first rows of a table of text show: the columns that name pictures, or null where none does.
 *
 * @throws InputError when it cannot be read, or several columns may be meant.
 */
export async function glanceAtPictureTable(
  path: string,
  options: TableOptions,
): Promise<PictureColumns | null> {
  let table: Table;
  try {
    table = await glanceAtTable(path);
  } catch (error) {
    // A quote that is astray, or fields too many, are for whoever reads the whole to explain.
    if (error instanceof InputError && existsSync(path)) return null;
    throw error;
  }
  return (await known(table, options, bare.embedded))?.columns ?? null;
}

/**
 * The pictures that a table of text names, by paths relative to its folder, or to the folder in it that has such files.
 *
 * @throws InputError when the file cannot be read, or is no table of pictures, see `pictureColumns`.
 */
export async function listPictureTable(path: string, options: TableOptions): Promise<PictureListing> {
  return listTable(await readTextTable(path), options);
}

/**
 * The pictures that a table names.
 *
 * @param contents what it knows beside its cells. Default: nothing
 * @throws InputError as {@link listPictureTable} does.
 */
export async function listTable(
  table: Table,
  options: TableOptions,
  contents: TableContents = bare,
): Promise<PictureListing> {
  const { file } = table;
  const found = await known(table, options, contents.embedded);
  if (!found) {
    const names = (table.names ?? table.rows[0]?.values.map(String) ?? []).slice(0, 8);
    throw new InputError(
      `${file} names no pictures: it has the columns ${names.map(quote).join(", ")}, expected one with the pictures' paths, such as path or file_name`,
    );
  }
  const labelName = found.table.names?.[found.columns.label];
  const classes = labelName === undefined ? undefined : contents.classes.get(labelName);
  const beside = options.fields ? tableFields(found.table, found.columns) : null;
  const listed = pictureTable(found.table, found.columns, classes ?? null).map((picture, row) =>
    beside ? { ...picture, fields: beside.fields[row]! } : picture,
  );
  const finder = new FileFinder(await folderOf(file), options.outside);
  const pictures: (ListedPicture & PictureFile)[] = [];
  const problems: PictureProblem[] = [];
  for (const picture of listed) {
    const inTable = contents.embedded.get(picture.path);
    if (inTable !== undefined) {
      pictures.push({ ...picture, file: inTable });
      continue;
    }
    const at = await finder.find(picture.path, found.base);
    if ("reason" in at) problems.push({ path: picture.path, reason: at.reason });
    else pictures.push({ ...picture, ...at });
  }
  const notes = [...found.columns.notes, ...(beside?.notes ?? [])];
  if (found.base !== finder.folder) {
    notes.push(`${file}: its files lie in ${relative(finder.folder, found.base).replaceAll(sep, "/")}/`);
  }
  const once = withoutRepetition(file, pictures, contents.embedded, problems, notes);
  const parted = found.columns.split < 0 ? partsByFolder(file, once, notes) : once;
  return {
    source: file,
    pictures: options.unlabelled ? parted : withLabels(file, parted, notes),
    problems,
    emptyClasses: [],
    notes,
  };
}

async function folderOf(file: string): Promise<string> {
  try {
    return await realpath(dirname(file));
  } catch (error) {
    throw explainIoError(error, "read", file);
  }
}

/** The table with its header taken off, its columns, and where its files' names begin; null where it names no pictures. */
async function known(
  table: Table,
  options: TableOptions,
  embedded: TableContents["embedded"],
): Promise<KnownTable | null> {
  const finder = new FileFinder(await folderOf(table.file), options.outside);
  const { rows } = table;
  if (rows.length === 0) return null;
  const header = table.names ?? rows[0]!.values.map(String);
  if (header.length > mostColumns) return null;
  const body = table.names ? rows : rows.slice(1);
  const sample = Array.from(
    { length: Math.min(looked, body.length) },
    (_, i) => body[Math.floor((i * body.length) / Math.min(looked, body.length))]!,
  );
  const base =
    embedded.size > 0
      ? finder.folder
      : await baseOf(finder, fileCells(header, sample.length > 0 ? sample : rows), table.file);
  const names = async (cell: unknown, column: number): Promise<boolean> => {
    if (typeof cell !== "string" || cell.trim() === "") return false;
    if (embedded.has(cell) || pictureEnding.test(cell)) return true;
    // A number may happen to be the name of a file: only where the column is one of files.
    if (
      Number.isFinite(Number(cell)) &&
      !/^(?:id|image|imageid|file|name)$/.test(plainName(header[column]!))
    ) {
      return false;
    }
    const at = await finder.find(cell, base);
    return "file" in at && pictureEnding.test(at.file);
  };
  const headless =
    !table.names && (await Promise.all(header.map((cell, column) => names(cell, column)))).some(Boolean);
  const all = headless ? rows : body;
  const holding = new Set<number>();
  for (const column of header.keys()) {
    const cells = (headless && sample.length === 0 ? rows : sample).map(({ values }) => values[column]);
    const naming = (await Promise.all(cells.map((cell) => names(cell, column)))).filter(Boolean).length;
    if (naming > 0 && 2 * naming >= cells.length) holding.add(column);
  }
  const headed: Table = { file: table.file, names: headless ? null : header, rows: all };
  const columns = pictureColumns(headed, (column) => holding.has(column), options, options.fields);
  return columns && { table: headed, columns, base };
}

/** Cells that look like names of files, or are of a column that by its name holds some. */
function fileCells(header: readonly string[], sample: Table["rows"]): string[] {
  const usual = header.flatMap((name, column) => (/path|file|image|img|^id$/i.test(name) ? [column] : []));
  return sample.flatMap(({ values }) =>
    values.filter(
      (value, column): value is string =>
        typeof value === "string" &&
        value.trim() !== "" &&
        (pictureEnding.test(value) || usual.includes(column)),
    ),
  );
}

/**
 * The folder that files' names are relative to: that of the table, or else the one folder in it that has such files.
 *
 * @param cells some names of files
 * @throws InputError when several folders have them.
 */
export async function baseOf(finder: FileFinder, cells: readonly string[], file: string): Promise<string> {
  const count = async (base: string): Promise<number> =>
    (await Promise.all(cells.map((cell) => finder.find(cell, base)))).filter((at) => "file" in at).length;
  if (cells.length === 0 || (await count(finder.folder)) > 0) return finder.folder;
  const counts: { folder: string; found: number }[] = [];
  for (const folder of await foldersIn(finder.folder)) {
    const found = await count(folder);
    if (found > 0) counts.push({ folder, found });
  }
  const most = Math.max(0, ...counts.map(({ found }) => found));
  let best = counts.filter(({ found }) => found === most);
  // Beside train.csv, train/ or train_images/ is meant.
  const stem = plainName(basename(file, extname(file)));
  const alike = best.filter(({ folder }) => plainName(basename(folder)).startsWith(stem));
  if (best.length > 1 && alike.length === 1) best = alike;
  if (best.length > 1) {
    const shown = best.slice(0, 3).map(({ folder }) => `${relative(finder.folder, folder)}/`);
    throw new InputError(
      `${file} names files that are in ${shown.join(" and in ")}: write the folder before each name`,
    );
  }
  return best[0]?.folder ?? finder.folder;
}

/** Folders in a folder and in these. */
async function foldersIn(folder: string, depth = 2): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((): Dirent[] => []);
  const folders = entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map(({ name }) => join(folder, name));
  const deeper = depth > 1 ? await Promise.all(folders.map((each) => foldersIn(each, depth - 1))) : [];
  return [...folders, ...deeper.flat()];
}

type Listed = ListedPicture & PictureFile;

/** Each file once; one that is named with several labels or parts not at all. */
function withoutRepetition(
  file: string,
  pictures: readonly Listed[],
  embedded: TableContents["embedded"],
  problems: PictureProblem[],
  notes: string[],
): Listed[] {
  // What a table holds may be there twice, under two names.
  const key = ({ path, file: real }: Listed): string => (embedded.has(path) ? path : real);
  const first = new Map<string, Listed>();
  const unclear = new Map<string, string>();
  let again = 0;
  for (const picture of pictures) {
    const before = first.get(key(picture));
    if (!before) first.set(key(picture), picture);
    else if (before.label === picture.label && before.part === picture.part) again++;
    else {
      const as = ({ label, part }: Listed): string =>
        `${label === null ? "without a label" : quote(label)} (${part})`;
      unclear.set(key(picture), `is named as ${as(before)} and as ${as(picture)}: keep one of the rows`);
    }
  }
  if (again > 0) {
    notes.push(
      `${file}: ${again.toLocaleString("en")} ${again === 1 ? "row names" : "rows name"} a file that another one names likewise, which is taken once`,
    );
  }
  for (const [real, reason] of unclear) problems.push({ path: first.get(real)!.path, reason });
  return [...first.values()].filter((picture) => !unclear.has(key(picture)));
}

/** The parts that folders tell, where each file lies in one of `train`, `val` and `test`. */
function partsByFolder(file: string, pictures: readonly Listed[], notes: string[]): readonly Listed[] {
  const parts = pictures.map(({ path }) => (path.includes("/") ? partOf(path.split("/", 1)[0]!) : undefined));
  const told = new Set(parts);
  if (told.has(undefined) || !told.has("train") || told.size < 2) return pictures;
  notes.push(`${file}: the first folder of each file tells its part (train, val or test)`);
  return pictures.map((picture, i) => ({ ...picture, part: parts[i]! }));
}

/** Pictures with a label where others of their part have one. */
function withLabels(file: string, pictures: readonly Listed[], notes: string[]): readonly Listed[] {
  const labelled = new Set(pictures.filter(({ label }) => label !== null).map(({ part }) => part));
  const kept = pictures.filter(({ label, part }) => label !== null || !labelled.has(part));
  const without = pictures.length - kept.length;
  if (without > 0) {
    notes.push(
      `${without.toLocaleString("en")} of ${pictures.length.toLocaleString("en")} pictures of ${file} have no label and are left out (--unlabelled takes all, without labels)`,
    );
  }
  return kept;
}
