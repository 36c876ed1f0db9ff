import { z } from "zod";
import { parseJson } from "../base/parseJson.ts";

const rootSchema = z.object({
  /** What it is called: its folder's or file's name, or `mnist`. */
  name: z.string(),
  /** What stands before the colon in the ids of its items; empty for the first collection, whose ids are bare. */
  prefix: z.string(),
  /** Where it is, from the index's folder and absolutely; null where it comes with a package. */
  place: z.object({ relative: z.string().nullable(), absolute: z.string() }).nullable(),
});

/** A collection of items in an index: a folder that their paths are relative to, a file of arrays, or a packaged data set. */
export type IndexRoot = Readonly<z.infer<typeof rootSchema>>;

/** Key in the metadata of the column of ids. */
export const rootsKey = "kindred.roots";

/** @throws InputError when the text is missing, or is none of an index's. */
export function parseRoots(text: string | undefined, path: string): readonly IndexRoot[] {
  return parseJson(
    z.array(rootSchema),
    text,
    `${path}: its metadata ${rootsKey}`,
    "the collections of an index: make it anew with kindred index --force",
  );
}

/** An item's id: its path in its collection, or its row there, behind the collection's prefix. */
export function idIn({ prefix }: Pick<IndexRoot, "prefix">, local: string): string {
  return prefix === "" ? local : `${prefix}:${local}`;
}

/** The collection that an id is of, and what it is called there; null in an index whose items are of no collection. */
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

/**
 * A collection that an index does not have yet. The ids of the first are bare; those of another begin with a short name of
 * its own, so that no two collections can have one id.
 *
 * @param taken whether there are ids with a prefix already
 */
export function newRoot(
  name: string,
  place: IndexRoot["place"],
  roots: readonly IndexRoot[],
  taken: (prefix: string) => boolean,
): IndexRoot {
  if (roots.length === 0 && !taken("")) return { name, prefix: "", place };
  const short = name.replaceAll(/[:\p{Cc}]/gu, "_");
  const used = (prefix: string): boolean =>
    roots.some((root) => root.prefix === prefix || root.name === prefix) || taken(prefix);
  for (let number = 1; ; number++) {
    const prefix = number === 1 ? short : `${short}-${number}`;
    if (!used(prefix)) return { name, prefix, place };
  }
}
