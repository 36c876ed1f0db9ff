import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Connection, Table } from "@lancedb/lancedb";
import { InputError } from "../../../base/index.ts";
import {
  type FieldKinds,
  type IndexedItem,
  type IndexInfo,
  type IndexRoot,
  infoKey,
} from "../../../retrieval/index.ts";
import { explainIoError } from "../files/ioErrors.ts";
import { isAlive } from "../files/processes.ts";
import { changeIndex, readyTag } from "./indexChange.ts";
import { type IndexLocation, indexLocation, stateOfFolder, tableName } from "./indexLocation.ts";
import { indexSchema, itemTable } from "./itemRows.ts";
import { addFields, connected, openReady } from "./openedTable.ts";
import { type PlanOptions, planSearch } from "./searchPlan.ts";

/** Makes the table of a new index, or in place of an old one. */
export async function createTable(
  location: IndexLocation,
  info: IndexInfo,
  items: AsyncIterable<readonly IndexedItem[]>,
  options: PlanOptions & { readonly force?: boolean; readonly roots?: readonly IndexRoot[] },
): Promise<void> {
  const { folder } = location;
  const fill = async (connection: Connection, mode: "create" | "overwrite"): Promise<Table> => {
    const schema = await indexSchema(info, options.roots ?? []);
    const table = await connection.createEmptyTable(tableName, schema, { mode });
    const seen = new Set<string>();
    let kinds: FieldKinds = {};
    for await (const some of items) {
      requireNew(some, seen);
      kinds = await addFields(table, kinds, some);
      if (some.length > 0) await table.add(await itemTable(info, kinds, some));
    }
    return table;
  };
  const make = async (connection: Connection, mode: "create" | "overwrite"): Promise<void> => {
    const table = await fill(connection, mode);
    await planSearch(table, options);
    await (await table.tags()).create(readyTag, await table.version());
    table.close();
  };
  if (folder !== null && stateOfFolder(location, folder) !== "index") {
    await inFreshFolder(folder, async (fresh) => {
      const connection = await connected(indexLocation(fresh));
      try {
        await make(connection, "create");
      } finally {
        connection.close();
      }
    });
    return;
  }
  const connection = await connected(location);
  try {
    const finished = await openReady(location, connection);
    finished?.close();
    if (!finished) {
      await requireOurs(location, connection);
      await make(connection, "overwrite");
    } else if (options.force) {
      await changeIndex(location, connection, options, () => fill(connection, "overwrite"));
    } else {
      throw new InputError(
        `${location.path} holds an index already: add to it with --add, delete from it with --delete, or replace it with --force`,
      );
    }
  } finally {
    connection.close();
  }
}

/** @throws InputError when a table of that name is there that no index was begun as. */
async function requireOurs({ path }: IndexLocation, connection: Connection): Promise<void> {
  if (!(await connection.tableNames()).includes(tableName)) return;
  const table = await connection.openTable(tableName);
  const ours = (await table.schema()).metadata.has(infoKey);
  table.close();
  if (!ours) throw new InputError(`${path} has a table ${tableName} that is no index: choose another --out`);
}

let temporaries = 0;

/** Makes a folder under another name and renames it when it is complete; a failure removes it. */
async function inFreshFolder(folder: string, make: (fresh: string) => Promise<void>): Promise<void> {
  const fresh = join(dirname(folder), `.${basename(folder)}.${process.pid}-${temporaries++}.tmp`);
  try {
    await mkdir(dirname(folder), { recursive: true });
    await removeAbandoned(folder);
    await mkdir(fresh);
    try {
      await make(fresh);
      // Only an empty folder may be in the way; another index that was made meanwhile stays.
      if (existsSync(folder)) await rmdir(folder);
      await rename(fresh, folder);
    } catch (error) {
      await rm(fresh, { recursive: true, force: true });
      throw error;
    }
  } catch (error) {
    throw explainIoError(error, "written", folder);
  }
}

/** Removes what killed processes left behind beside an index. */
async function removeAbandoned(folder: string): Promise<void> {
  const start = `.${basename(folder)}.`;
  for (const name of await readdir(dirname(folder))) {
    const owner = name.startsWith(start) ? /^(\d+)-\d+\.tmp$/.exec(name.slice(start.length))?.[1] : undefined;
    if (owner !== undefined && !isAlive(Number(owner))) {
      await rm(join(dirname(folder), name), { recursive: true, force: true });
    }
  }
}

export function requireNew(items: readonly IndexedItem[], seen: Set<string>): void {
  for (const { id } of items) {
    if (seen.has(id)) {
      throw new InputError(`two items have the id ${id}, expected a different one of each`);
    }
    seen.add(id);
  }
}
