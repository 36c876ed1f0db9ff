import { readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { isMissing } from "../../files/ioErrors.ts";

/** Bytes that each folder of the cache may hold. */
const mostCached = 20 * 2 ** 30;

/** What a cache holds: files that go together. */
export interface CacheEntry {
  readonly files: readonly string[];
  readonly bytes: number;
  /** When it was last used, in milliseconds since 1970. */
  readonly used: number;
}

/**
 * Removes what was unused for the longest while a cache holds too much. A file that is mapped into memory stays there until it
 * is left.
 *
 * @param keep entries with one of these files stay, however much that is
 * @param most bytes; default 20 GiB
 */
export async function makeRoom(
  entries: readonly CacheEntry[],
  keep: ReadonlySet<string>,
  most: number = mostCached,
): Promise<void> {
  let held = entries.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { files, bytes } of entries.toSorted((a, b) => a.used - b.used)) {
    if (held <= most) return;
    if (files.some((file) => keep.has(file))) continue;
    for (const file of files) await rm(file, { force: true });
    held -= bytes;
  }
}

/** The files in a folder and in those below it, each an entry of its own; temporary ones are not among them. */
export async function filesAsEntries(folder: string): Promise<CacheEntry[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found: CacheEntry[] = [];
  for (const entry of entries) {
    if (!entry.isFile() || entry.name.startsWith(".")) continue;
    const file = join(entry.parentPath, entry.name);
    try {
      const { size: bytes, mtimeMs: used } = await stat(file);
      found.push({ files: [file], bytes, used });
    } catch (error) {
      // Another process has just removed it.
      if (!isMissing(error)) throw error;
    }
  }
  return found;
}

/** Notes that a file of the cache is in use; one that is not ours to touch is used all the same. */
export async function markUsed(file: string): Promise<void> {
  const now = new Date();
  await utimes(file, now, now).catch(() => undefined);
}
