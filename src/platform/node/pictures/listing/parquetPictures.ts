import { readdir } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { InputError, quote } from "../../../../base/index.ts";
import { type Part, partOf } from "../../../../data/part.ts";
import type { Table, TableRow } from "../../../../modality/image/pictureTable.ts";
import { filesAsEntries, makeRoom } from "../cache/cacheRoom.ts";
import type { PictureListing } from "./pictureListing.ts";
import { listTable, type TableOptions } from "./pictureTableFile.ts";
import { parquetPicturesFolder, readParquet } from "./readParquet.ts";

/** A Parquet file of a data set. */
export interface ParquetFile {
  readonly path: string;
  /** The part that its name or its folder tells; null for none. */
  readonly part: Part | null;
}

/**
 * The Parquet files of a folder, as Hugging Face lays them out: `train-00000-of-00003.parquet` in it or in `data/`, or any in
 * folders of parts.
 */
export async function parquetFilesIn(folder: string): Promise<ParquetFile[]> {
  const own = await filesIn(folder, null);
  if (own.length > 0) return own;
  const found: ParquetFile[] = [];
  const entries = await readdir(folder, { withFileTypes: true });
  for (const { name } of entries.filter((entry) => entry.isDirectory()).sort(byName)) {
    const part = partOf(name);
    if (part || name === "data") found.push(...(await filesIn(join(folder, name), part ?? null)));
  }
  return found;
}

async function filesIn(folder: string, part: Part | null): Promise<ParquetFile[]> {
  const names = (await readdir(folder)).filter((name) => /^[^.].*\.parquet$/i.test(name)).sort();
  return names.map((name) => ({
    path: join(folder, name),
    part: part ?? partOf(/^[a-z]+/i.exec(name)?.[0] ?? "") ?? null,
  }));
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

/**
 * The pictures of Parquet files: those whose paths they name, and those that they hold as bytes or as `{bytes, path}`.
 *
 * @param source what messages call them together
 * @throws InputError when one cannot be read or is damaged, they differ in their columns, or they are no tables of pictures.
 */
export async function listParquet(
  source: string,
  files: readonly ParquetFile[],
  options: TableOptions,
): Promise<PictureListing> {
  const listings: PictureListing[] = [];
  const inUse = new Set<string>();
  let added = false;
  const parts = new Set(files.map(({ part }) => part));
  for (const part of parts) {
    const own = files.filter((file) => file.part === part);
    const optional = parts.size > 1 && part !== null && part !== "train";
    const { listing, ...kept } = await listPart(own, optional ? lenient(options) : options);
    for (const file of kept.files) inUse.add(file);
    added ||= kept.added;
    const alone = part === null || parts.size === 1;
    const pictures = alone ? listing.pictures : listing.pictures.map((picture) => ({ ...picture, part }));
    listings.push({ ...listing, pictures });
  }
  if (added) await makeRoom(await filesAsEntries(parquetPicturesFolder()), inUse);
  return {
    source,
    pictures: listings.flatMap(({ pictures }) => pictures),
    problems: listings.flatMap(({ problems }) => problems),
    emptyClasses: [],
    notes: [...new Set(listings.flatMap(({ notes = [] }) => notes))],
  };
}

function lenient(options: TableOptions): TableOptions {
  return { ...options, labelRequired: false };
}

/** What some of the files list, with the files in the cache that hold their pictures. */
async function listPart(
  files: readonly ParquetFile[],
  options: TableOptions,
): Promise<{ listing: PictureListing; files: Iterable<string>; added: boolean }> {
  const first = files[0]!.path;
  let names: readonly string[] = [];
  let classes: ReadonlyMap<string, readonly string[]> = new Map();
  const rows: TableRow[] = [];
  const embedded = new Map<string, string>();
  let added = false;
  for (const [at, { path }] of files.entries()) {
    const table = await readParquet(path);
    added ||= table.added;
    if (at === 0) ({ names, classes } = table);
    else if (table.names.join("\n") !== names.join("\n")) {
      throw new InputError(
        `${path} has the columns ${table.names.map(quote).join(", ")}, but ${first} has ${names.map(quote).join(", ")}, expected the same in all: give one as --data`,
      );
    }
    const within = files.length > 1 ? `${basename(path, extname(path))}/` : "";
    for (const [row, cells] of table.rows.entries()) {
      const values = cells.map((cell) => {
        if (typeof cell !== "object" || cell === null) return cell;
        const own = cell.path ? basename(cell.path.replaceAll("\\", "/")) : "";
        const plain = own !== "" && !embedded.has(`${within}${own}`);
        const called = `${within}${plain ? own : `${row + 1}${own === "" ? "" : `-${own}`}`}`;
        embedded.set(called, cell.file);
        return called;
      });
      rows.push({ where: files.length > 1 ? `${basename(path)}: row ${row + 1}` : `row ${row + 1}`, values });
    }
  }
  const table: Table = { file: first, names, rows };
  return { listing: await listTable(table, options, { embedded, classes }), files: embedded.values(), added };
}
