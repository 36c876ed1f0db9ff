import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "../../../base/index.ts";

/** The table of pictures within the database that an index is. */
export const tableName = "pictures";

/** Where an index is: a folder, or a place of an object storage. */
export interface IndexLocation {
  /** As it was given, for messages. */
  readonly path: string;
  /** What LanceDB connects to. */
  readonly uri: string;
  /** The folder's absolute path; null for an object storage. */
  readonly folder: string | null;
}

/** A folder from its path, an object storage from a URI such as `s3://bucket/my.lance`. */
export function indexLocation(path: string): IndexLocation {
  if (/^file:\/\//i.test(path)) return folderLocation(path, fileURLToPath(path));
  // Two letters or more, as `C:\` begins a path.
  if (/^[a-z][a-z\d+.-]+:\/\//i.test(path)) return { path, uri: path, folder: null };
  return folderLocation(path, path);
}

/** Absolute, because LanceDB takes some relative paths (with other letters than ASCII, say) for those of its cloud. */
function folderLocation(path: string, folder: string): IndexLocation {
  return { path, uri: resolve(folder), folder: resolve(folder) };
}

/** Whether an index, or an empty folder that may become one, is at a folder's path. */
export function stateOfFolder(location: IndexLocation, folder: string): "absent" | "empty" | "index" {
  if (!existsSync(folder)) return "absent";
  if (!statSync(folder).isDirectory()) {
    throw new InputError(`${location.path} is a file, expected the folder of an index: name another path`);
  }
  if (existsSync(join(folder, `${tableName}.lance`))) return "index";
  if (readdirSync(folder).length === 0) return "empty";
  throw new InputError(
    `${location.path} is a folder that holds other things than an index: name another path`,
  );
}

/** A name beside a folder for what is to take its place. */
export function besideFolder(folder: string): string {
  return join(dirname(folder), `.${basename(folder)}.${process.pid}-${temporaries++}.tmp`);
}

let temporaries = 0;

/** A path as an index keeps it: from the folder that the index is in where that can be, with `/`. */
export function relativeToIndex(location: IndexLocation, path: string): string | null {
  if (location.folder === null) return null;
  const from = relative(dirname(location.folder), resolve(path));
  return isAbsolute(from) ? null : from.split(sep).join("/");
}
