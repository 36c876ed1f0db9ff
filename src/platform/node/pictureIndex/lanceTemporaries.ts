import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isOlderThanProcess } from "../files/temporaries.ts";
import { tableName } from "./indexLocation.ts";

/** What LanceDB calls files of a folder until they are complete. */
const temporary = [
  // Of the crate tempfile.
  /^\.tmp[A-Za-z0-9]{6}$/,
  // Of the crate object_store: the file's own name and a number.
  /^.+\.(?:manifest|txn|json|lance|arrow|bin|idx)#\d+$/,
];

/**
 * Removes from an index the half-written files of LanceDB that a killed process left behind: those older than this process,
 * which must hold the lock of the index.
 */
export async function removeLanceTemporaries(folder: string): Promise<void> {
  const entries = await readdir(join(folder, `${tableName}.lance`), { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile() || !temporary.some((pattern) => pattern.test(entry.name))) continue;
    const file = join(entry.parentPath, entry.name);
    if (await isOlderThanProcess(file)) await rm(file, { force: true });
  }
}
