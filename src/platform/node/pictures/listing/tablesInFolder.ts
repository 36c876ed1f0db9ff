import { open, readdir, realpath } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { InputError } from "../../../../base/index.ts";
import { listed } from "../../../../base/listed.ts";
import { type Part, partOf } from "../../../../data/part.ts";
import type { PictureColumns } from "../../../../modality/image/pictureTable.ts";
import { embeddingColumns } from "../../embeddings/embeddingColumns.ts";
import type { PictureListing } from "./pictureListing.ts";
import { glanceAtPictureTable, listPictureTable, type TableOptions } from "./pictureTableFile.ts";
import { isInside, type OtherFiles } from "./pictureTree.ts";
import { isTextTable } from "./readTable.ts";

/** Tables that are named. */
const mostNamed = 5;

/** A table that names pictures. */
interface FoundTable {
  readonly path: string;
  /** The part that its own name or that of its folder tells; null for none. */
  readonly part: Part | null;
  readonly columns: PictureColumns;
}

/**
 * The pictures of a folder as a table in it tells them, or one beside it that names files in it: where the folder has no
 * folders of classes of its own, such a table has the labels. Tables of parts (`train.csv`, `test.csv`, or one in each of
 * `train/` and `test/`) are taken together.
 *
 * @param source the folder
 * @param listing what the folder tells by itself; null where it has no pictures
 * @returns the listing with the labels of the tables, or what was given, with notes on the tables that are passed over
 * @throws InputError when several tables may be meant, or several columns.
 */
export async function withTables(
  source: string,
  listing: PictureListing | null,
  options: TableOptions,
): Promise<PictureListing | null> {
  if (options.unlabelled) return listing;
  const lenient = { ...options, labelRequired: false };
  const inside = await tablesIn(source, null, lenient);
  const classes = new Set(listing?.pictures.map(({ label }) => label));
  classes.delete(null);
  if (listing && classes.size > 1) {
    const labelled = inside.filter(({ columns }) => columns.label >= 0);
    const notes = labelled.map(
      ({ path }) =>
        `${path} is passed over, as the folders tell the classes: give it as --data to take its labels`,
    );
    return { ...listing, notes: [...(listing.notes ?? []), ...notes] };
  }
  const tables =
    inside.length > 0 ? inside : listing ? await tablesOfPartsOrBeside(source, listing, lenient) : [];
  const chosen = chosenTables(source, tables);
  if (chosen.length === 0) {
    const [first] = tables;
    if (!first) return listing;
    // Says which columns may be meant, where there are some.
    await listPictureTable(first.path, options);
    const notes = tables.map(({ path }) => `${path} is passed over, as none of its columns holds labels`);
    return listing && { ...listing, notes: [...(listing.notes ?? []), ...notes] };
  }
  const over = tables.filter((table) => !chosen.includes(table));
  const folder = listing && { ...listing, otherFiles: othersThan(source, chosen, listing) };
  return joined(source, folder, await listings(chosen, options), [
    ...chosen.map(({ path }) => `the labels are those of ${path}`),
    ...over.map(({ path }) => `${path} is passed over, as none of its columns holds labels`),
  ]);
}

/** The files that are neither pictures nor tables that are taken. */
function othersThan(
  source: string,
  tables: readonly FoundTable[],
  { otherFiles = [] }: PictureListing,
): OtherFiles[] {
  const taken = new Set(tables.map(({ path }) => resolve(path)));
  return otherFiles
    .map(({ ending, paths }) => ({
      ending,
      paths: paths.filter((path) => !taken.has(resolve(source, path))),
    }))
    .filter(({ paths }) => paths.length > 0);
}

/** The tables of a folder that name pictures, by their names. */
async function tablesIn(folder: string, part: Part | null, options: TableOptions): Promise<FoundTable[]> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith(".") && isTextTable(name)).sort();
  const found: FoundTable[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const columns = (await isOfEmbeddings(path)) ? null : await glanceAtPictureTable(path, options);
    if (columns) found.push({ path, part: part ?? partOfTable(name), columns });
  }
  return found;
}

/** Whether a table is what `kindred embed` wrote, whose labels were those of the pictures then. */
export async function isOfEmbeddings(path: string): Promise<boolean> {
  const start = embeddingColumns.join(",");
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(start.length), 0, start.length, 0);
    return buffer.toString("latin1", 0, bytesRead) === start;
  } finally {
    await file.close();
  }
}

/** `train.csv`, `labels_train.csv` and the like. */
export function partOfTable(name: string): Part | null {
  const stem = basename(name, extname(name));
  return partOf(stem) ?? partOf(stem.split(/[_\-. ]/).at(-1)!) ?? null;
}

/** Tables in folders of parts, or else those beside the folder that name files in it. */
async function tablesOfPartsOrBeside(
  source: string,
  listing: PictureListing,
  options: TableOptions,
): Promise<FoundTable[]> {
  const folders = (await readdir(source, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const ofParts: FoundTable[] = [];
  for (const { name } of folders) {
    const part = partOf(name);
    if (part) ofParts.push(...(await tablesIn(join(source, name), part, options)));
  }
  if (ofParts.length > 0) return ofParts;
  const parent = dirname(resolve(source));
  if (parent === resolve(source)) return [];
  const own = new Set(listing.pictures.map(({ file }) => file));
  const beside: FoundTable[] = [];
  for (const table of await tablesIn(parent, null, options)) {
    const { pictures } = await listPictureTable(table.path, { ...options, unlabelled: true });
    if (pictures.some(({ file }) => own.has(file))) beside.push(table);
  }
  return beside;
}

/** The one table with labels, or the ones of the parts; none where no table has labels. */
function chosenTables(source: string, tables: readonly FoundTable[]): readonly FoundTable[] {
  const labelled = tables.filter(({ columns }) => columns.label >= 0);
  const general = labelled.filter(({ part }) => part === null);
  const ofParts = (["train", "validation", "test"] as const).map((part) =>
    (part === "train" ? labelled : tables).filter((table) => table.part === part),
  );
  const [train = []] = ofParts;
  const usable = general.length > 0 ? [...general, ...train] : train;
  if (usable.length > 1 || ofParts.some((each) => general.length === 0 && each.length > 1)) {
    const names = [...new Set([...usable, ...ofParts.filter((each) => each.length > 1).flat()])];
    throw new InputError(
      `${source} has several tables that name pictures, ${listed(
        names.map(({ path }) => path),
        mostNamed,
      )}: give the one to take as --data`,
    );
  }
  if (general.length === 1) return general;
  if (train.length === 1) return ofParts.flat();
  return labelled.length === 1 ? labelled : [];
}

async function listings(tables: readonly FoundTable[], options: TableOptions): Promise<PictureListing[]> {
  const all: PictureListing[] = [];
  for (const { path, part } of tables) {
    const lenient = part === null || part === "train" ? options : { ...options, labelRequired: false };
    const listing = await listPictureTable(path, lenient);
    const pictures =
      part === null || tables.length === 1
        ? listing.pictures
        : listing.pictures.map((each) => ({ ...each, part }));
    all.push({ ...listing, pictures });
  }
  return all;
}

/** One listing of several, by paths relative to the folder where all lie in it; with what of the folder no table names. */
async function joined(
  source: string,
  folder: PictureListing | null,
  listings: readonly PictureListing[],
  notes: readonly string[],
): Promise<PictureListing> {
  const root = await realpath(source);
  const pictures = listings
    .flatMap((listing) => listing.pictures)
    .map((picture) => {
      const inside = isInside(root, picture.file);
      return inside
        ? { ...picture, path: picture.file.slice(root.length + 1).replaceAll("\\", "/") }
        : picture;
    });
  const named = new Set(pictures.map(({ file }) => file));
  const unnamed = folder?.pictures.filter(({ file }) => !named.has(file)) ?? [];
  const own = pictures.filter(({ file }) => isInside(root, file));
  return {
    source,
    // Of a table beside the folder, what it names elsewhere is not asked for.
    pictures: folder && own.length > 0 ? own : pictures,
    problems: [...(folder?.problems ?? []), ...listings.flatMap(({ problems }) => problems)],
    emptyClasses: [],
    passedOver: folder?.passedOver ?? [],
    otherFiles: folder?.otherFiles ?? [],
    notes: [
      ...notes,
      ...listings.flatMap((listing) => listing.notes ?? []),
      ...(unnamed.length > 0
        ? [
            `${unnamed.length.toLocaleString("en")} ${unnamed.length === 1 ? "picture" : "pictures"} of ${source} ${unnamed.length === 1 ? "is" : "are"} in no table and left out, such as ${unnamed[0]!.path}`,
          ]
        : []),
    ],
  };
}
