import { existsSync } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { z } from "zod";
import { InputError } from "../../../base/index.ts";
import type { ImageDataset } from "../../../modality/image/index.ts";
import { type IndexLocation, relativeToIndex } from "./indexLocation.ts";

const rootSchema = z.object({
  /** What it is called: its folder's or file's name, or `mnist`. */
  name: z.string(),
  /** What stands before the colon in the ids of its pictures; empty for the first collection, whose ids are bare. */
  prefix: z.string(),
  /** Where it is, from the index's folder and absolutely; null where it comes with a package. */
  place: z.object({ relative: z.string().nullable(), absolute: z.string() }).nullable(),
});

/** A collection of pictures in an index: a folder that their paths are relative to, a file of arrays, or a packaged data set. */
export type IndexRoot = Readonly<z.infer<typeof rootSchema>>;

/** Key in the metadata of the column of ids. */
export const rootsKey = "kindred.roots";

/** The collections of an index; those of an index from before they were kept are not known. */
export function parseRoots(text: string | undefined): readonly IndexRoot[] {
  const parsed = text === undefined ? null : z.array(rootSchema).safeParse(JSON.parse(text));
  return parsed?.success ? parsed.data : [];
}

/** A picture's id: its path in its collection, or its row there, behind the collection's prefix. */
export function idIn({ prefix }: Pick<IndexRoot, "prefix">, local: string): string {
  return prefix === "" ? local : `${prefix}:${local}`;
}

/** The collection that an id is of, and what it is called there; null of an index whose collections are not known. */
export function rootOfId(
  roots: readonly IndexRoot[],
  id: string,
): { readonly root: IndexRoot; readonly local: string } | null {
  const root =
    roots.find(({ prefix }) => prefix !== "" && id.startsWith(`${prefix}:`)) ??
    roots.find(({ prefix }) => prefix === "");
  if (!root) return null;
  return { root, local: root.prefix === "" ? id : id.slice(root.prefix.length + 1) };
}

/** Where a collection is now: from the index first, as the two may have been moved together; null where it is no more. */
export function placeOf({ place }: IndexRoot, { folder }: IndexLocation): string | null {
  if (place === null) return null;
  const places = [
    ...(place.relative !== null && folder !== null ? [join(dirname(folder), place.relative)] : []),
    place.absolute,
  ];
  return places.find((path) => existsSync(path)) ?? null;
}

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
  if (source === "mnist" || source === "mnist-60k") return { name: source, path: null, lone: false };
  const paths = parts[0]?.paths;
  const isFolder = (await stat(source)).isDirectory();
  // Paths that a file gives are relative to its folder.
  const path = isFolder || !paths ? await realpath(source) : await realpath(dirname(resolve(source)));
  const lone = !isFolder && paths?.length === 1 && paths[0] === basename(source);
  return { name: basename(path) || path, path, lone };
}

/** The collection of an index that another one on the disk is, and the folders within it to the lone picture. */
export async function knownRoot(
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
 * A collection that an index does not have yet. The ids of the first are bare; those of another begin with a short name of
 * its own, so that no two collections can have one id.
 *
 * @param taken whether there are ids with a prefix already
 */
export function newRoot(
  { name, path }: Collection,
  roots: readonly IndexRoot[],
  location: IndexLocation,
  taken: (prefix: string) => boolean,
): IndexRoot {
  const place = path === null ? null : { relative: relativeToIndex(location, path), absolute: path };
  if (roots.length === 0 && !taken("")) return { name, prefix: "", place };
  const short = name.replaceAll(/[:\p{Cc}]/gu, "_");
  const used = (prefix: string): boolean =>
    roots.some((root) => root.prefix === prefix || root.name === prefix) || taken(prefix);
  for (let number = 1; ; number++) {
    const prefix = number === 1 ? short : `${short}-${number}`;
    if (!used(prefix)) return { name, prefix, place };
  }
}

/** @throws InputError for a picture whose id would be taken for one of another collection. */
export function requireOwnId(roots: readonly IndexRoot[], root: IndexRoot, id: string): void {
  if (rootOfId(roots, id)?.root.prefix === root.prefix) return;
  throw new InputError(
    `the picture ${id} would have an id as those of another collection of the index have them: rename its file`,
  );
}
