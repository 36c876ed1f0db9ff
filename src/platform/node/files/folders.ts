import { mkdir, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { isMissing } from "./ioErrors.ts";

/**
 * Makes a folder with those on the way to it. Node's own `mkdir -p` says ENOENT where the file system is read-only.
 *
 * @returns the first folder that was made; undefined where it is there already.
 */
export async function makeFolder(path: string): Promise<string | undefined> {
  const folder = resolve(path);
  if ((await stat(folder).catch(() => null))?.isDirectory()) return undefined;
  let first: string | undefined;
  try {
    await mkdir(folder);
  } catch (error) {
    if (!isMissing(error) || dirname(folder) === folder) return foundOrThrow(folder, error);
    first = await makeFolder(dirname(folder));
    await mkdir(folder).catch((again) => foundOrThrow(folder, again));
  }
  return first ?? folder;
}

/** Of two that make the same folder at once, one finds it made. */
async function foundOrThrow(folder: string, error: unknown): Promise<undefined> {
  if (!(await stat(folder).catch(() => null))?.isDirectory()) throw error;
}
