import { extname, posix } from "node:path";
import { AbortedError } from "../../../base/index.ts";
import { counted } from "../../../base/listed.ts";
import { byCodePoint } from "../../../data/classNumbers.ts";
import type { ItemFile } from "../../../data/items/item.ts";
import type { ItemCollector } from "../../../data/items/itemCollector.ts";
import type { FileKind } from "../../../data/items/itemColumns.ts";
import type { Part } from "../../../data/part.ts";
import { readFileOrExplain } from "../files/files.ts";
import { batches } from "../pictures/batches.ts";
import { partsOf } from "../pictures/listing/pictureParts.ts";
import { fileInside, findPictures, type PictureTree, picturesIn } from "../pictures/listing/pictureTree.ts";
import { describeOthers } from "../pictures/pictureReport.ts";
import { kindOfFile, kindOfName } from "./fileKind.ts";
import type { ReadItemsOptions } from "./itemOptions.ts";

type Kind = FileKind | "text";

/** Folders that only say what kind of files is in them. */
const kindFolders: Readonly<Record<Kind, RegExp>> = {
  image: /^(?:images?|imgs?|pictures?|photos?|jpe?gs?|pngs?)$/i,
  text: /^(?:texts?|txts?|captions?|transcripts?|transcriptions?)$/i,
  audio: /^(?:audios?|sounds?|wavs?|mp3s?|recordings?|clips?|speech)$/i,
};
/** Texts that tell of a folder and not of an item. */
const ofFolder =
  /^(?:readme|licen[cs]e|classes|labels|notes|changelog|requirements|attribution|obj|names)\b/i;
/** Folders that are numbered as shards are, of which none is a class. */
const shard = /^\d{5,}$/;
/** Files that are read at once. */
const readAtOnce = 32;

/** Files that share a name. */
interface Named {
  readonly part: Part;
  readonly label: string | null;
  readonly image: ItemFile[];
  readonly audio: ItemFile[];
  readonly text: ItemFile[];
}

/**
 * Adds the items of a folder whose files share names. What is hidden or a system's, and runs of Kindred, are passed over as for
 * pictures.
 *
 * @returns what there is to say of how it was read
 * @throws InputError when the folder cannot be read, or it is open whether its folders are parts or classes.
 */
export async function collectFolder(
  source: string,
  collector: ItemCollector,
  options: ReadItemsOptions,
): Promise<string[]> {
  const found = await findPictures(source);
  const root = await rootOf(source);
  const kinds = new Map<string, Kind>();
  const files: ItemFile[] = picturesIn(found.tree);
  for (const { path } of files) kinds.set(path, "image");
  const unknown: string[] = [];
  for (const some of batches(
    found.others.flatMap(({ paths }) => paths),
    readAtOnce,
  )) {
    if (options.signal?.aborted) throw new AbortedError("stopped: its signal was aborted");
    const places = await Promise.all(some.map(async (path) => ({ path, at: await fileInside(root, path) })));
    for (const { path, at } of places) {
      if ("reason" in at) continue;
      const isText = extname(path).toLowerCase() === ".txt" && !ofFolder.test(posix.basename(path));
      const kind = isText ? "text" : await kindOfFile(at.file);
      if (kind) {
        kinds.set(path, kind);
        files.push({ path, file: at.file });
      } else unknown.push(path);
    }
  }
  for (const { path, reason } of found.problems) collector.problem(path, reason);
  const { parts, strays, passedOver } = partsOf(source, treeOf(files));
  for (const { path, reason } of strays) collector.problem(path, reason);
  const notes = [...passedOver, ...found.outputs].map(({ path, reason }) => `${path} ${reason}: passed over`);
  const named = new Map<string, Named>();
  const hasShards = parts.some(
    ([, folder]) => folder.folders.size > 0 && [...folder.folders.keys()].every((name) => shard.test(name)),
  );
  let shards = false;
  for (const [part, folder] of parts) {
    for (const file of picturesIn(folder)) {
      const kind = kinds.get(file.path)!;
      const within = folder.path === "" ? file.path : file.path.slice(folder.path.length + 1);
      const steps = within
        .split("/")
        .filter((step, at, all) => at === all.length - 1 || !kindFolders[kind].test(step));
      const first = steps.length > 1 ? steps[0]! : null;
      const isClass = first !== null && !options.unlabelled && !hasShards;
      shards ||= first !== null && hasShards;
      const key = `${part}/${stemOf(steps.join("/"), kind)}`;
      let files = named.get(key);
      if (!files) {
        files = { part, label: isClass ? first : null, image: [], audio: [], text: [] };
        named.set(key, files);
      }
      files[kind].push(file);
    }
  }
  if (shards) notes.push("the folders are numbered as shards are, so that their names are no labels");
  notes.push(...(await addNamed(named, collector, options)));
  if (unknown.length > 0) {
    const byEnding = Map.groupBy(unknown, (path) => extname(path).toLowerCase());
    const others = [...byEnding].map(([ending, paths]) => ({ ending, paths }));
    notes.push(`neither pictures nor texts nor recordings, so passed over: ${describeOthers(others)}`);
  }
  return notes;
}

async function rootOf(source: string): Promise<string> {
  const at = await fileInside(source, ".");
  return "file" in at ? at.file : source;
}

/** A name without its ending; of a text `a.jpg.txt` without both. */
function stemOf(path: string, kind: Kind): string {
  const stem = path.slice(0, path.length - extname(path).length);
  return kind === "text" && kindOfName(stem) !== null
    ? stem.slice(0, stem.length - extname(stem).length)
    : stem;
}

/** Files as a tree of their folders. */
function treeOf(files: readonly ItemFile[]): PictureTree {
  interface Growing {
    readonly path: string;
    readonly folders: Map<string, Growing>;
    readonly pictures: ItemFile[];
  }
  const grow = (path: string): Growing => ({ path, folders: new Map(), pictures: [] });
  const root = grow("");
  for (const file of files.toSorted((a, b) => byCodePoint(a.path, b.path))) {
    let at = root;
    for (const step of file.path.split("/").slice(0, -1)) {
      let next = at.folders.get(step);
      if (!next) {
        next = grow(at.path === "" ? step : `${at.path}/${step}`);
        at.folders.set(step, next);
      }
      at = next;
    }
    at.pictures.push(file);
  }
  return root;
}

async function addNamed(
  named: ReadonlyMap<string, Named>,
  collector: ItemCollector,
  options: ReadItemsOptions,
): Promise<string[]> {
  const notes: string[] = [];
  // Texts alone are items where texts stand beside files; else they are anything.
  const beside = [...named.values()].some(
    ({ image, audio, text }) => text.length > 0 && image.length + audio.length > 0,
  );
  const alone: string[] = [];
  const boxes: string[] = [];
  let done = 0;
  for (const some of batches([...named.values()], readAtOnce)) {
    if (options.signal?.aborted) throw new AbortedError("stopped: its signal was aborted");
    const read = await Promise.all(
      some.map(async (files) => ({
        files,
        texts: beside ? await Promise.all(files.text.map(({ file }) => textsOf(file))) : [],
      })),
    );
    for (const { files, texts } of read) {
      const { image, audio, text, label, part } = files;
      if (!beside) alone.push(...text.map(({ path }) => path));
      const usable: string[] = [];
      for (const [i, lines] of texts.entries()) {
        const { path } = text[i]!;
        if (lines === null) collector.problem(path, "is no UTF-8 text: save it as UTF-8");
        else if (lines.length > 0 && lines.every(isBox)) boxes.push(path);
        else if (lines.length === 0) collector.problem(path, "is empty, expected a text in each line");
        else usable.push(...lines);
      }
      if (image.length + audio.length + usable.length === 0) continue;
      const id = text[0]?.path ?? "";
      collector.add({
        where: (image[0] ?? audio[0] ?? text[0])!.path,
        id,
        images: image,
        audio,
        texts: usable,
        label,
        part,
      });
    }
    done += some.length;
    options.onItems?.(done);
  }
  if (boxes.length > 0) {
    notes.push(
      `${counted(boxes.length, "text file holds", "text files hold")} numbers as of boxes, no texts, and ${boxes.length === 1 ? "is" : "are"} passed over, such as ${boxes[0]}`,
    );
  }
  if (alone.length > 0) {
    notes.push(
      `${counted(alone.length, "text file stands", "text files stand")} beside no picture or recording of ${alone.length === 1 ? "its" : "their"} name, so passed over, such as ${alone[0]}`,
    );
  }
  return notes;
}

/** The lines of a text that are not blank; null where it is no UTF-8. */
async function textsOf(file: string): Promise<string[] | null> {
  const bytes = await readFileOrExplain(file);
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text
      .split(/\r\n|\r|\n/)
      .map((line) => line.trim())
      .filter((line) => line !== "");
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** A class and the corners of a box, as detection data has them. */
function isBox(line: string): boolean {
  return /^[-\d.eE+]+(?:\s+[-\d.eE+]+){3,}$/.test(line);
}
