import type { Connection, Table } from "@lancedb/lancedb";
import {
  type FieldKinds,
  type IndexedItem,
  type IndexInfo,
  type IndexRoot,
  infoKey,
  joinedFields,
  parseInfo,
  parseRoots,
  rootsKey,
  type SearchPlan,
} from "../../../retrieval/index.ts";
import { readyTag } from "./indexChange.ts";
import { type IndexLocation, requireNoOldTable, tableName } from "./indexLocation.ts";
import { fieldKindsOf, sqlTypes } from "./itemRows.ts";
import { lancedb } from "./lance.ts";
import { explainLance } from "./lanceErrors.ts";
import { readPlan } from "./searchPlan.ts";

/** The place where an index's table is, or can be made. */
export async function connected({ path, folder }: IndexLocation): Promise<Connection> {
  try {
    // LanceDB takes some relative paths (with other letters than ASCII, say) for those of its cloud; a folder is absolute.
    return await (await lancedb()).connect(folder ?? path);
  } catch (error) {
    throw explainLance(error, "read", path);
  }
}

/**
 * The table as its last finished change left it; null where there is none.
 *
 * @throws InputError when it is that of an index of an earlier version.
 */
export async function openReady(location: IndexLocation, connection: Connection): Promise<Table | null> {
  try {
    const names = await connection.tableNames();
    requireNoOldTable(location, names);
    if (!names.includes(tableName)) return null;
    const table = await connection.openTable(tableName);
    if (!(readyTag in (await (await table.tags()).list()))) {
      table.close();
      return null;
    }
    await table.checkout(readyTag);
    return table;
  } catch (error) {
    throw explainLance(error, "read", location.path);
  }
}

/** What a table's metadata and its schema say. */
export interface Remembered {
  readonly info: IndexInfo;
  readonly roots: readonly IndexRoot[];
  readonly fields: FieldKinds;
  readonly plan: SearchPlan;
}

export async function remembered(table: Table, path: string): Promise<Remembered> {
  const schema = await table.schema();
  const roots = schema.fields.find(({ name }) => name === "id")?.metadata.get(rootsKey);
  return {
    info: parseInfo(schema.metadata.get(infoKey), path),
    roots: parseRoots(roots, path),
    fields: fieldKindsOf(schema),
    plan: await readPlan(table),
  };
}

/**
 * Makes columns for those fields of items that a table does not have yet.
 *
 * @returns what the fields hold then
 * @throws InputError as `joinedFields` does.
 */
export async function addFields(
  table: Table,
  kinds: FieldKinds,
  items: readonly IndexedItem[],
): Promise<FieldKinds> {
  const joined = joinedFields(kinds, items);
  const fresh = Object.entries(joined).filter(([name]) => !Object.hasOwn(kinds, name));
  if (fresh.length > 0) {
    await table.addColumns(
      fresh.map(([name, kind]) => ({ name, valueSql: `CAST(NULL AS ${sqlTypes[kind]})` })),
    );
  }
  return joined;
}
