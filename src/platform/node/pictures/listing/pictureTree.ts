import { type Dirent, existsSync } from "node:fs";
import { open, readdir, readFile, realpath, stat } from "node:fs/promises";
import { extname, join, relative, resolve, sep } from "node:path";
import { byCodePoint } from "../../../../data/classNumbers.ts";
import { describeIoError, explainIoError } from "../../files/files.ts";
import { batches } from "../batches.ts";
import { requireDescriptors } from "../decode/openFiles.ts";
import { pictureFormat, signatureBytes } from "../decode/pictureFormat.ts";

/**
 * Endings of files that are meant as pictures, so that one that cannot be read is told of; capitals do not matter. Files of
 * other endings, and of none, are pictures where their content is one.
 */
const endings = new Set(
  ".png .apng .jpg .jpeg .jpe .jfif .webp .gif .tif .tiff .avif .svg .bmp .dib .pnm .pgm .ppm .pbm .heic .heif".split(
    " ",
  ),
);

/** What systems and programs leave in folders, in small letters; names that begin with a dot are of that kind too. */
const systemNames = new Set([
  "__macosx",
  "@eadir",
  "@recycle",
  "#recycle",
  "$recycle.bin",
  "system volume information",
  "lost+found",
  "thumbs.db",
  "ehthumbs.db",
  "desktop.ini",
  "icon\r",
]);

/** Files opened at once to see what they are. */
const openedAtOnce = 32;

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

/** Files that are no pictures, by the endings of their names. */
export interface OtherFiles {
  /** In small letters, with its dot; empty for names without one. */
  readonly ending: string;
  readonly paths: readonly string[];
}

/** A data set's folder as it was found. */
export interface FoundPictures {
  readonly tree: PictureTree;
  /** What cannot be followed: links that lead out of the folder or nowhere, folders that may not be read. */
  readonly problems: readonly PictureProblem[];
  /** The most frequent first. */
  readonly others: readonly OtherFiles[];
  /** Folders with what Kindred wrote, which are not looked into, and what they hold. */
  readonly outputs: readonly PictureProblem[];
}

/**
 * The pictures under a folder, by content or by the endings of their names. What systems leave there is passed over. A
 * symbolic link is followed where it leads to a place in the folder; by the real path, so that no detour leads out of it.
 *
 * @throws InputError when the folder cannot be read.
 */
export async function findPictures(folder: string): Promise<FoundPictures> {
  try {
    const root = await realpath(folder);
    const search: Search = { root, problems: [], others: new Map(), outputs: [] };
    const tree = await readTree(search, root, "", [root]);
    const others = [...search.others]
      .map(([ending, paths]) => ({ ending, paths }))
      .sort((a, b) => b.paths.length - a.paths.length || byCodePoint(a.ending, b.ending));
    return { tree, problems: search.problems, others, outputs: search.outputs };
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
    requireDescriptors(error);
    return { reason: reasonOf(error, path) };
  }
  if (isInside(root, file)) return { file };
  return { reason: `leads out of the folder, to ${file}: put the picture itself there` };
}

interface Search {
  readonly root: string;
  readonly problems: PictureProblem[];
  /** Paths of files that are no pictures, by their endings. */
  readonly others: Map<string, string[]>;
  readonly outputs: PictureProblem[];
}

async function readTree(
  search: Search,
  folder: string,
  path: string,
  above: readonly string[],
): Promise<PictureTree> {
  const folders = new Map<string, PictureTree>();
  const files: (PictureFile & { readonly name: string })[] = [];
  const entries = await entriesOf(search, folder, path);
  const written = await writtenBesides(folder, entries);
  for (const entry of entries) {
    const at = path === "" ? entry.name : `${path}/${entry.name}`;
    const found = await resolved(search, folder, entry, at);
    if (found === null) continue;
    if (!found.isFolder) files.push({ path: at, file: found.real, name: entry.name });
    else if (above.includes(found.real)) {
      search.problems.push({ path: at, reason: "leads back to a folder that it is in" });
    } else {
      const output = written.has(entry.name) ? "is of the run beside it" : await outputIn(found.real);
      if (output) search.outputs.push({ path: at, reason: output });
      else folders.set(entry.name, await readTree(search, found.real, at, [...above, found.real]));
    }
  }
  return { path, folders, pictures: await picturesAmong(search, files) };
}

/** Those of a folder's files that are pictures; the others are counted. */
async function picturesAmong(
  { others }: Search,
  files: readonly (PictureFile & { readonly name: string })[],
): Promise<PictureFile[]> {
  const pictures: PictureFile[] = [];
  for (const some of batches(files, openedAtOnce)) {
    const are = await Promise.all(some.map(({ name, file }) => isPictureName(name) || isPicture(file)));
    for (const [i, { path, file, name }] of some.entries()) {
      if (are[i]) pictures.push({ path, file });
      else {
        const ending = extname(name).toLowerCase();
        const known = others.get(ending);
        if (known) known.push(path);
        else others.set(ending, [path]);
      }
    }
  }
  return pictures;
}

/** Whether a file's first bytes are a picture's, of a format that is read or not. */
export async function isPicture(path: string): Promise<boolean> {
  try {
    const file = await open(path);
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(signatureBytes), 0, signatureBytes, 0);
      return pictureFormat(buffer.subarray(0, bytesRead)) !== null;
    } finally {
      await file.close();
    }
  } catch (error) {
    requireDescriptors(error);
    // What may not be read is no picture by its name either.
    return false;
  }
}

/** What Kindred wrote that makes a folder none of pictures: a run, or an index. */
async function outputIn(folder: string): Promise<string | null> {
  if (await isRun(folder)) return "holds a run of Kindred";
  // Before indexes held items, their table was `pictures`.
  const isIndex = ["items.lance", "pictures.lance"].some((table) => existsSync(join(folder, table)));
  return isIndex ? "holds an index of Kindred" : null;
}

/** Folders that a run has in the folder that it is in, where a run was trained among its own pictures. */
const runFolders = [
  "figures",
  "checkpoints",
  "recording",
  "model",
  "embeddings",
  "plots",
  "explorer",
  "export",
];

async function writtenBesides(folder: string, entries: readonly Dirent[]): Promise<ReadonlySet<string>> {
  const hasConfig = entries.some(({ name }) => name === "config.json");
  return new Set(hasConfig && (await isRun(folder)) ? runFolders : []);
}

async function isRun(folder: string): Promise<boolean> {
  try {
    const config: unknown = JSON.parse(await readFile(join(folder, "config.json"), "utf8"));
    return (
      typeof config === "object" &&
      config !== null &&
      ["version", "recipe", "data"].every((name) => name in config) &&
      ("towers" in config || "encoder" in config)
    );
  } catch (error) {
    requireDescriptors(error);
    return false;
  }
}

async function entriesOf({ problems }: Search, folder: string, path: string): Promise<Dirent[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter(({ name }) => !name.startsWith(".") && !systemNames.has(name.toLowerCase()))
      .sort((a, b) => byCodePoint(a.name, b.name));
  } catch (error) {
    if (path === "") throw error;
    requireDescriptors(error);
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

/** Whether a file is meant as a picture, by its name. */
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
