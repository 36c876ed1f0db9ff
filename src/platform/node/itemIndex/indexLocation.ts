import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "../../../base/index.ts";
import type { IndexRoot } from "../../../retrieval/index.ts";

/** The table of items within the database that an index is. */
export const tableName = "items";

/** The table of an index before it held items of any modality. */
const oldTableName = "pictures";

/** Where an index is: a folder, or a place of an object storage. */
export interface IndexLocation {
  /** As it was given, for messages. */
  readonly path: string;
  /** The folder's absolute path; null for an object storage. */
  readonly folder: string | null;
}

/** A folder from its path, an object storage from a URI such as `s3://bucket/my.lance`. */
export function indexLocation(path: string): IndexLocation {
  if (/^file:\/\//i.test(path)) return { path, folder: resolve(fileURLToPath(path)) };
  // Two letters or more, as `C:\` begins a path.
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(path)) return { path, folder: null };
  return { path, folder: resolve(path) };
}

/**
 * Whether an index, or an empty folder that may become one, is at a folder's path.
 *
 * @throws InputError when a file, an index of an earlier version or something else is there.
 */
export function stateOfFolder(location: IndexLocation, folder: string): "absent" | "empty" | "index" {
  if (!existsSync(folder)) return "absent";
  if (!statSync(folder).isDirectory()) {
    throw new InputError(`${location.path} is a file, expected the folder of an index: name another path`);
  }
  const names = readdirSync(folder);
  if (names.includes(`${tableName}.lance`)) return "index";
  requireNoOldTable(
    location,
    names.map((name) => name.replace(/\.lance$/, "")),
  );
  if (names.length === 0) return "empty";
  throw new InputError(
    `${location.path} is a folder that holds other things than an index: name another path`,
  );
}

/** @throws InputError when the tables of a database are those of an index of an earlier version. */
export function requireNoOldTable({ path }: IndexLocation, tables: readonly string[]): void {
  if (tables.includes(tableName) || !tables.includes(oldTableName)) return;
  throw new InputError(
    `${path} is an index that an earlier version of Kindred made, with the table ${oldTableName}, expected ${tableName}: remove it and make it anew with kindred index`,
  );
}

/** A path as an index keeps it: from the folder that the index is in where that can be, with `/`. */
export function relativeToIndex(location: IndexLocation, path: string): string | null {
  if (location.folder === null) return null;
  const from = relative(dirname(location.folder), resolve(path));
  return isAbsolute(from) ? null : from.split(sep).join("/");
}

/** Places that an index keeps, on the disk: from the index first, as the two may have been moved together. */
export function placesFrom(
  { folder }: IndexLocation,
  place: NonNullable<IndexRoot["place"]>,
): readonly string[] {
  const { relative, absolute } = place;
  const near = relative !== null && folder !== null ? [join(dirname(folder), relative)] : [];
  return [...new Set([...near, absolute])];
}

/** Where a collection is now; null where it is no more. */
export function placeOf({ place }: IndexRoot, location: IndexLocation): string | null {
  return (place && placesFrom(location, place).find((path) => existsSync(path))) ?? null;
}
