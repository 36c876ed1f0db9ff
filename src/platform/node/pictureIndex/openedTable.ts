import type { Connection, Table } from "@lancedb/lancedb";
import { readyTag } from "./indexChange.ts";
import { type IndexInfo, infoKey, parseInfo } from "./indexInfo.ts";
import { type IndexLocation, tableName } from "./indexLocation.ts";
import { type IndexRoot, parseRoots, rootsKey } from "./indexRoots.ts";
import { lancedb } from "./lance.ts";
import { explainLance } from "./lanceErrors.ts";

/** The place where an index's table is, or can be made. */
export async function connected(location: IndexLocation): Promise<Connection> {
  try {
    return await (await lancedb()).connect(location.uri);
  } catch (error) {
    throw explainLance(error, "read", location.path);
  }
}

/** The table as its last finished change left it; null where there is none. */
export async function openReady(location: IndexLocation, connection: Connection): Promise<Table | null> {
  try {
    if (!(await connection.tableNames()).includes(tableName)) return null;
    const table = await connection.openTable(tableName);
    if (!(readyTag in (await (await table.tags()).list()))) return null;
    await table.checkout(readyTag);
    return table;
  } catch (error) {
    throw explainLance(error, "read", location.path);
  }
}

/** What a table's own metadata says. */
export async function remembered(
  table: Table,
  path: string,
): Promise<{ readonly info: IndexInfo; readonly roots: readonly IndexRoot[] }> {
  const { metadata, fields } = await table.schema();
  const roots = fields.find(({ name }) => name === "id")?.metadata.get(rootsKey);
  return { info: parseInfo(metadata.get(infoKey), path), roots: parseRoots(roots) };
}
