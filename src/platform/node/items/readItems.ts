import { readdir, realpath, stat } from "node:fs/promises";
import { dirname, extname, join } from "node:path";
import { InputError, quote } from "../../../base/index.ts";
import { listed } from "../../../base/listed.ts";
import { type Item, type ItemTable, NoItemsError } from "../../../data/items/item.ts";
import { ItemCollector } from "../../../data/items/itemCollector.ts";
import { type Part, partOf } from "../../../data/part.ts";
import { explainIoError } from "../files/files.ts";
import { parquetFilesIn } from "../pictures/listing/parquetPictures.ts";
import { findPictures, picturesIn } from "../pictures/listing/pictureTree.ts";
import { isTextTable } from "../pictures/listing/readTable.ts";
import { tableFields } from "../pictures/listing/tableFields.ts";
import { isOfEmbeddings, partOfTable } from "../pictures/listing/tablesInFolder.ts";
import { kindOfName } from "./fileKind.ts";
import { collectFolder } from "./folderItems.ts";
import type { ReadItemsOptions } from "./itemOptions.ts";
import { collectTable, type FieldCells, notesOf, type OpenedTable, openTable } from "./tableItems.ts";

const acceptedForms =
  "expected a table (.csv, .tsv, .txt, .jsonl or .parquet) with columns such as image, text, audio and label, or a folder with one or with files that share a name, such as a.jpg, a.txt and a.wav";

/** Endings of files that are known and are no table. */
const archives = new Set([".tar", ".zip", ".gz", ".tgz", ".7z", ".rar"]);
/** A `.txt` that stands by itself may be a table; so many of them are looked at. */
const mostTextFiles = 8;

/**
 * Reads what belongs together, with the values of each modality and no file decoded, from:
 *
 * - a table of text (`.csv`, `.tsv`, `.txt`, `.jsonl`) or Parquet, see `itemColumns` for its columns. Rows of one picture, or else
 *   of one recording, are one item with the texts of all, as Flickr8k's five captions of each picture
 * - a folder with such a table as Hugging Face has it (`metadata.csv`, `.jsonl` or `.parquet`, also one in each of `train/` and
 *   `test/`), with one table that brings texts or recordings, with one for each part, or with Parquet files
 * - a folder in which files share a name: `a.jpg`, `a.txt` with a text in each line, and `a.wav`; also with a folder for each kind
 *   (`images/a.jpg`, `texts/a.txt`), and in folders of parts and of classes
 *
 * Paths are relative to the folder, or to the table's, and what leads out of it is left out where `outside` is false. Pictures and
 * recordings that a Parquet file holds are put into the cache folder, each under the SHA-256 of its bytes.
 *
 * @throws NoItemsError when it is no table or folder of items, such as a table of pixels; InputError when it cannot be read, or, with `strict`, something of it cannot be taken.
 * @throws AbortedError when stopped by `signal`.
 */
export async function readItems(source: string, options: ReadItemsOptions = {}): Promise<ItemTable> {
  const isFolder = await isFolderAt(source);
  const root = await realpath(isFolder ? source : dirname(source));
  const tables = isFolder ? await tablesIn(source, root, options) : [{ path: source, part: null }];
  const collector = new ItemCollector();
  if (tables.length === 0) {
    const notes = await collectFolder(source, collector, options);
    return collector.table({ name: source, root, notes }, options);
  }
  if (!isFolder) requireTable(source);
  const notes: string[] = [];
  const fields: { readonly file: string; readonly cells: FieldCells; readonly first: number }[] = [];
  let rows = 0;
  for (const { path, part } of tables) {
    const opened = await openTable(path, options, isFolder ? root : undefined);
    if (isFolder) notes.push(`the items are those of ${path}`);
    const place = { part: tables.length > 1 ? part : null, several: tables.length > 1, firstRow: rows };
    const cells = await collectTable(opened, collector, options, place);
    fields.push({ file: path, cells, first: rows });
    rows += cells.rows.length;
    notes.push(...notesOf(opened), ...(options.fields ? [] : otherColumns(opened)));
  }
  const values: NonNullable<Item["fields"]>[] = [];
  for (const { file, cells } of options.fields ? fields : []) {
    const table = {
      ...{ file, names: cells.names },
      rows: cells.rows.map(({ where, cells: ofRow }) => ({ where, values: ofRow })),
    };
    const kept = tableFields(table, { path: -1, label: -1, split: -1, notes: [] });
    for (const each of kept.fields) values.push(each);
    notes.push(...kept.notes);
  }
  return collector.table(
    { name: source, root, notes },
    { ...options, ...(options.fields ? { fieldsOf: (row: number) => values[row] } : {}) },
  );
}

/**
 * Whether a source has pictures and nothing beside them, at a glance: a folder in which each file is a picture, or a table whose
 * columns name nothing else. What cannot be told at a glance is not alone.
 */
export async function hasPicturesAlone(source: string, options: ReadItemsOptions = {}): Promise<boolean> {
  try {
    if (await isFolderAt(source)) {
      const { others, tree } = await findPictures(source);
      return others.length === 0 && picturesIn(tree).length > 0;
    }
    const { image, text, audio, files } = (await openTable(source, { ...options, label: null })).columns;
    return image.length > 0 && text.length + audio.length + files.length === 0;
  } catch (error) {
    // Whoever reads it all tells what is wrong.
    if (error instanceof InputError) return false;
    throw error;
  }
}

async function isFolderAt(source: string): Promise<boolean> {
  try {
    return (await stat(source)).isDirectory();
  } catch (error) {
    throw explainIoError(error, "read", source);
  }
}

function requireTable(source: string): void {
  const ending = extname(source).toLowerCase();
  if (isTextTable(source) || [".parquet", ".ndjson"].includes(ending)) return;
  if (archives.has(ending)) {
    throw new NoItemsError(
      `${source} is an archive, which is not read as it is: unpack it and give its folder`,
    );
  }
  throw new NoItemsError(`${source} is no table of items, ${acceptedForms}`);
}

function otherColumns({ source, names, columns }: OpenedTable): string[] {
  const over = columns.others.filter((column) => names[column] !== "" && column !== columns.id);
  if (over.length === 0) return [];
  const called = over.map((column) => quote(names[column]!));
  return [
    `${source.file}: passed over ${over.length === 1 ? "is the column" : "are the columns"} ${listed(called, 8)}`,
  ];
}

/** A table of a folder, and the part that its name or that of its folder tells. */
interface FoundTable {
  readonly path: string;
  readonly part: Part | null;
}

/**
 * The tables that tell a folder's items; none where its files do.
 *
 * @throws InputError when several may be meant.
 */
async function tablesIn(source: string, root: string, options: ReadItemsOptions): Promise<FoundTable[]> {
  const places: { readonly folder: string; readonly part: Part | null }[] = [{ folder: source, part: null }];
  for (const entry of await readdir(source, { withFileTypes: true })) {
    const part = partOf(entry.name);
    if (entry.isDirectory() && (part || entry.name === "data")) {
      places.push({ folder: join(source, entry.name), part: part ?? null });
    }
  }
  const all: (FoundTable & { readonly metadata: boolean })[] = [];
  for (const { folder, part } of places) {
    for (const name of await tableNames(folder)) {
      const metadata = /^metadata\.(?:csv|tsv|jsonl|parquet)$/i.test(name);
      all.push({ path: join(folder, name), part: part ?? (metadata ? null : partOfTable(name)), metadata });
    }
  }
  const metadata = all.filter((table) => table.metadata);
  if (metadata.length > 0) return oneOfEachPart(source, metadata);
  const bringing: FoundTable[] = [];
  for (const table of all) if (await bringsModality(table.path, root, options)) bringing.push(table);
  if (bringing.length > 0) return oneOfEachPart(source, bringing);
  return parquetFilesIn(source).then((files) => [...files]);
}

function oneOfEachPart(source: string, tables: readonly FoundTable[]): FoundTable[] {
  const parts = new Set(tables.map(({ part }) => part));
  if (parts.size < tables.length || (parts.has(null) && parts.size > 1)) {
    throw new InputError(
      `${source} has several tables of items, ${listed(
        tables.map(({ path }) => path),
        5,
      )}: give the one to take as --data`,
    );
  }
  return [...tables];
}

/** Names of files that may be tables of text: not those that stand beside a picture or a recording of their name. */
async function tableNames(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith(".")).sort();
  const stem = (name: string): string => name.slice(0, name.length - extname(name).length);
  const media = new Set(names.filter((name) => kindOfName(name) !== null).map(stem));
  const tables = names.filter(
    (name) => (isTextTable(name) || /^metadata\.parquet$/i.test(name)) && !media.has(stem(name)),
  );
  const texts = tables.filter((name) => extname(name).toLowerCase() === ".txt");
  return texts.length > mostTextFiles ? tables.filter((name) => !texts.includes(name)) : tables;
}

/** Whether a table tells more of files that are there than pictures and labels. */
async function bringsModality(path: string, root: string, options: ReadItemsOptions): Promise<boolean> {
  if (await isOfEmbeddings(path)) return false;
  try {
    const { columns, found } = await openTable(path, { ...options, label: null }, root);
    return found && columns.text.length + columns.audio.length + columns.files.length > 0;
  } catch (error) {
    // A table of something else, or what is no table, is passed over beside the others.
    if (error instanceof InputError) return false;
    throw error;
  }
}
