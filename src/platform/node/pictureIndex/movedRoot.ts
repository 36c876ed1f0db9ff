import type { ImageDataset } from "../../../modality/image/index.ts";
import { localNames, pictureHash } from "./embedPictures.ts";
import type { IndexLocation } from "./indexLocation.ts";
import { type Collection, type IndexRoot, idIn, placeOf, rootOfId } from "./indexRoots.ts";
import type { PictureRecord } from "./indexRows.ts";

/** A collection of an index that is no longer where it was, and how many of its pictures are in another place now. */
export interface MovedRoot {
  readonly root: IndexRoot;
  readonly same: number;
  readonly of: number;
}

/**
 * The collection of an index that was moved to where this one is: nothing is where it was, and more than half of its pictures
 * are here under the same names with the same pixels. That of an index from before collections were kept is found likewise.
 */
export function movedRoot(
  collection: Collection,
  parts: readonly ImageDataset[],
  known: ReadonlyMap<string, PictureRecord>,
  roots: readonly IndexRoot[],
  location: IndexLocation,
): MovedRoot | null {
  const unknown: IndexRoot = { name: collection.name, prefix: "", place: null };
  const candidates =
    roots.length === 0
      ? known.size > 0
        ? [unknown]
        : []
      : roots.filter((root) => root.place !== null && placeOf(root, location) === null);
  if (candidates.length === 0 || collection.lone) return null;
  const names = parts.map((part, at) => localNames(part, at > 0));
  for (const root of candidates) {
    let of = 0;
    for (const id of known.keys()) if ((rootOfId(roots, id)?.root ?? root) === root) of++;
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
