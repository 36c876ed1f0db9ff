import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Connection, Table } from "@lancedb/lancedb";
import { isOlderThanProcess } from "../files/temporaries.ts";
import { RunLock } from "../run/runLock.ts";
import { FolderSnapshot } from "./folderSnapshot.ts";
import { type IndexLocation, tableName } from "./indexLocation.ts";
import { lanceText } from "./lanceErrors.ts";
import { type PlanOptions, planSearch } from "./searchPlan.ts";

/**
 * Names the version of the table that readers see. A change makes several versions, one for each part; moving the tag is
 * its last step, so that it is seen whole or not at all, in an object storage too.
 */
export const readyTag = "ready";

/** Versions are kept so long for those who still read them, such as an open explorer, in milliseconds: a day. */
const keepVersions = 24 * 3600 * 1000;

/**
 * Changes an index as a whole or not at all.
 *
 * @param work changes the rows, and returns the table that now holds them; what it throws undoes the change
 * @throws InputError when another process is changing the index.
 */
export async function changeIndex(
  location: IndexLocation,
  connection: Connection,
  options: PlanOptions,
  work: (table: Table) => Promise<Table>,
): Promise<void> {
  const { folder } = location;
  const lock = folder === null ? null : new RunLock(folder, { file: "index.lock", doing: "changed" });
  await lock?.take();
  try {
    if (folder !== null) await removeTemporaries(folder);
    const snapshot = folder === null ? null : await FolderSnapshot.take(folder);
    let table = await connection.openTable(tableName);
    try {
      await dropUnfinished(table);
      table = await work(table);
      await planSearch(table, options);
      await (await table.tags()).update(readyTag, await table.version());
    } catch (error) {
      // An object storage keeps the unfinished versions, which nobody sees, until the next change.
      await snapshot?.restore();
      throw error;
    }
    try {
      await table.optimize({ cleanupOlderThan: new Date(Date.now() - keepVersions) });
    } catch (error) {
      // The change is made; what is left over goes with the next one.
      const reason = error instanceof Error ? lanceText(error) : String(error);
      options.onStage?.(`what is no longer needed could not be removed from ${location.path}: ${reason}`);
    }
    table.close();
  } finally {
    await lock?.release();
  }
}

/** Goes back to the version that readers see, where a killed change left others behind. */
async function dropUnfinished(table: Table): Promise<void> {
  const ready = await (await table.tags()).getVersion(readyTag);
  if ((await table.version()) === ready) return;
  await table.checkout(ready);
  await table.restore();
}

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
async function removeTemporaries(folder: string): Promise<void> {
  const entries = await readdir(join(folder, `${tableName}.lance`), { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (!entry.isFile() || !temporary.some((pattern) => pattern.test(entry.name))) continue;
    const file = join(entry.parentPath, entry.name);
    if (await isOlderThanProcess(file)) await rm(file, { force: true });
  }
}
