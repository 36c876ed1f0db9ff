import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { extname, join, relative, resolve, sep } from "node:path";
import { byCodePoint } from "../../../data/classNumbers.ts";
import { describeIoError, explainIoError } from "../files.ts";

/** Endings of the files that are taken for pictures; capitals do not matter. */
const endings = new Set([".png", ".jpg", ".jpeg", ".webp", ".gif", ".tif", ".tiff", ".avif", ".svg"]);

/** A file on the disk and what its data set calls it. */
export interface PictureFile {
  /** Relative to the data set's folder, with `/`. */
  readonly path: string;
  /** Where its bytes are: its real path. */
  readonly file: string;
}

/** A file that is not taken, and why. */
export interface PictureProblem {
  readonly path: string;
  /** What follows the path in a sentence: `is damaged …`. */
  readonly reason: string;
}

/** A folder with the pictures in it and in its folders. */
export interface PictureTree {
  /** Relative to the data set's folder; empty for that itself. */
  readonly path: string;
  /** By name, in the order of their code points. */
  readonly folders: ReadonlyMap<string, PictureTree>;
  /** Directly in it. */
  readonly pictures: readonly PictureFile[];
}

/** A data set's folder as it was found. */
export interface FoundPictures {
  readonly tree: PictureTree;
  /** What cannot be followed: links that lead out of the folder or nowhere, folders that may not be read. */
  readonly problems: readonly PictureProblem[];
}

/**
 * The pictures under a folder, by the endings of their names. Names that begin with a dot are passed over. A symbolic link is
 * followed where it leads to a place in the folder; by the real path, so that no detour leads out of it.
 *
 * @throws InputError when the folder cannot be read.
 */
export async function findPictures(folder: string): Promise<FoundPictures> {
  try {
    const root = await realpath(folder);
    const problems: PictureProblem[] = [];
    const tree = await readTree({ root, problems }, root, "", [root]);
    return { tree, problems };
  } catch (error) {
    throw explainIoError(error, "read", folder);
  }
}

/** All pictures of a tree, in the order of their paths. */
export function picturesIn(tree: PictureTree): PictureFile[] {
  const all = [...tree.pictures];
  for (const folder of tree.folders.values()) all.push(...picturesIn(folder));
  return all.sort((a, b) => byCodePoint(a.path, b.path));
}

/** The real path of a file that must lie in `root` (a real path), or why it cannot be taken. */
export async function fileInside(root: string, path: string): Promise<{ file: string } | { reason: string }> {
  let file: string;
  try {
    file = await realpath(resolve(root, path));
  } catch (error) {
    return { reason: reasonOf(error, path) };
  }
  if (isInside(root, file)) return { file };
  return { reason: `leads out of the folder, to ${file}: put the picture itself there` };
}

interface Search {
  readonly root: string;
  readonly problems: PictureProblem[];
}

async function readTree(
  search: Search,
  folder: string,
  path: string,
  above: readonly string[],
): Promise<PictureTree> {
  const folders = new Map<string, PictureTree>();
  const pictures: PictureFile[] = [];
  for (const entry of await entriesOf(search, folder, path)) {
    const at = path === "" ? entry.name : `${path}/${entry.name}`;
    const found = await resolved(search, folder, entry, at);
    if (found === null) continue;
    if (found.isFolder) {
      if (above.includes(found.real)) {
        search.problems.push({ path: at, reason: "leads back to a folder that it is in" });
      } else {
        folders.set(entry.name, await readTree(search, found.real, at, [...above, found.real]));
      }
    } else if (isPictureName(entry.name)) pictures.push({ path: at, file: found.real });
  }
  return { path, folders, pictures };
}

async function entriesOf({ problems }: Search, folder: string, path: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter(({ name }) => !name.startsWith(".") && name !== "__MACOSX")
      .sort((a, b) => byCodePoint(a.name, b.name));
  } catch (error) {
    if (path === "") throw error;
    problems.push({ path, reason: reasonOf(error, path) });
    return [];
  }
}

/** Where an entry is, and whether it is a folder; null where it is neither that nor a file, or may not be followed. */
async function resolved(
  { root, problems }: Search,
  folder: string,
  entry: Dirent,
  path: string,
): Promise<{ real: string; isFolder: boolean } | null> {
  const real = join(folder, entry.name);
  if (entry.isDirectory()) return { real, isFolder: true };
  if (entry.isFile()) return { real, isFolder: false };
  if (!entry.isSymbolicLink()) return null;
  const target = await fileInside(root, relative(root, real));
  if ("reason" in target) {
    problems.push({ path, reason: target.reason });
    return null;
  }
  return { real: target.file, isFolder: (await stat(target.file)).isDirectory() };
}

/** Whether a file is taken for a picture. */
export function isPictureName(name: string): boolean {
  return endings.has(extname(name).toLowerCase());
}

/** Whether a real path is a folder or lies in it. */
export function isInside(root: string, real: string): boolean {
  return real === root || real.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** `cannot be read: no such file …`, without the path that stands before it. */
function reasonOf(error: unknown, path: string): string {
  return describeIoError(error, "read", path).slice(path.length + 1);
}
