import { realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, relative, resolve, sep } from "node:path";
import { InputError } from "../../../base/index.ts";
import type { ImageDataset } from "../../../modality/image/index.ts";
import { type IndexRoot, type ItemRecord, idIn, newRoot, rootOfId } from "../../../retrieval/index.ts";
import { isNamedSet } from "../datasets/datasets.ts";
import { type IndexLocation, placeOf, relativeToIndex } from "../itemIndex/indexLocation.ts";
import { localNames, pictureHash } from "./embedPictures.ts";

/** Pictures that are about to be indexed, as the disk has them. */
export interface Collection {
  readonly name: string;
  /** Its real path; null of a packaged data set. */
  readonly path: string | null;
  /** Whether it is one picture file, which may lie in another collection. */
  readonly lone: boolean;
}

/**
 * What a source of pictures is, whatever folder it is named from.
 *
 * @param parts what was read of it
 */
export async function collectionOf(source: string, parts: readonly ImageDataset[]): Promise<Collection> {
  if (isNamedSet(source)) return { name: source, path: null, lone: false };
  const paths = parts[0]?.paths;
  const isFolder = (await stat(source)).isDirectory();
  // Paths that a file gives are relative to its folder.
  const path = isFolder || !paths ? await realpath(source) : await realpath(dirname(resolve(source)));
  const lone = !isFolder && paths?.length === 1 && paths[0] === basename(source);
  return { name: basename(path) || path, path, lone };
}

/** Where pictures go in an index. */
export interface CollectionPlace {
  /** The collection of the index that they are of. */
  readonly root: IndexRoot;
  /** All collections of the index from then on. */
  readonly roots: readonly IndexRoot[];
  /** The folders within the collection that lead to a lone picture. */
  readonly within: string;
}

/**
 * Which collection of an index pictures are of: one that is there, one that was moved to where they are, or a new one.
 *
 * @param known the index's items by id
 * @param onNote told of a collection that was moved, and of one whose ids begin with its name
 */
export async function placeOfPictures(
  collection: Collection,
  parts: readonly ImageDataset[],
  roots: readonly IndexRoot[],
  known: ReadonlyMap<string, ItemRecord>,
  location: IndexLocation,
  onNote: ((line: string) => void) | undefined,
): Promise<CollectionPlace> {
  const there = await knownRoot(collection, roots, location);
  if (there) return { ...there, roots };
  const { name, path } = collection;
  const place = path === null ? null : { relative: relativeToIndex(location, path), absolute: path };
  const moved = collection.lone ? null : movedRoot(parts, known, roots, location);
  if (moved) {
    const { root: old, same, of } = moved;
    const root = { name, prefix: old.prefix, place };
    onNote?.(
      `${old.name} was moved from ${old.place?.absolute} to ${path}: ${same} of its ${of} pictures are there as they were`,
    );
    return { root, roots: [...roots.filter((other) => other !== old), root], within: "" };
  }
  const ids = [...known.keys()];
  const root = newRoot(name, place, roots, (prefix) =>
    prefix === "" ? ids.length > 0 : ids.some((id) => id.startsWith(`${prefix}:`)),
  );
  if (root.prefix !== "") {
    onNote?.(
      `${path ?? name} is another collection than the index has: the ids of its pictures begin with ${root.prefix}:`,
    );
  }
  return { root, roots: [...roots, root], within: "" };
}

/** @throws InputError for a picture whose id would be taken for one of another collection. */
export function ownId({ root, roots }: CollectionPlace, local: string): string {
  const id = idIn(root, local);
  if (rootOfId(roots, id)?.root.prefix === root.prefix) return id;
  throw new InputError(
    `the picture ${id} would have an id as those of another collection of the index have them: rename its file`,
  );
}

/** The collection of an index that another one on the disk is, and the folders within it to the lone picture. */
async function knownRoot(
  collection: Collection,
  roots: readonly IndexRoot[],
  location: IndexLocation,
): Promise<{ readonly root: IndexRoot; readonly within: string } | null> {
  let found: { root: IndexRoot; within: string } | null = null;
  for (const root of roots) {
    if (collection.path === null || root.place === null) {
      const same = collection.path === null && root.place === null && root.name === collection.name;
      if (same) return { root, within: "" };
      continue;
    }
    const place = placeOf(root, location);
    if (place === null) continue;
    const within = relative(await realpath(place), collection.path);
    if (within === "") return { root, within };
    const inside = !isAbsolute(within) && within.split(sep)[0] !== "..";
    // The innermost of several.
    if (collection.lone && inside && (found === null || within.length < found.within.length)) {
      found = { root, within: within.split(sep).join("/") };
    }
  }
  return found;
}

/**
 * The collection of an index that was moved to where these pictures are, and how many of its pictures are the same: nothing is
 * where it was, and more than half of its pictures are here under the same names with the same pixels.
 */
function movedRoot(
  parts: readonly ImageDataset[],
  known: ReadonlyMap<string, ItemRecord>,
  roots: readonly IndexRoot[],
  location: IndexLocation,
): { readonly root: IndexRoot; readonly same: number; readonly of: number } | null {
  const gone = roots.filter((root) => root.place !== null && placeOf(root, location) === null);
  if (gone.length === 0) return null;
  const names = parts.map((part, at) => localNames(part, at > 0));
  for (const root of gone) {
    let of = 0;
    for (const id of known.keys()) if (rootOfId(roots, id)?.root === root) of++;
    let same = 0;
    for (const [at, part] of parts.entries()) {
      for (const [image, name] of names[at]!.entries()) {
        const there = known.get(idIn(root, name));
        if (there && there.hash === pictureHash(part, image)) same++;
      }
    }
    if (2 * same > of) return { root, same, of };
  }
  return null;
}
