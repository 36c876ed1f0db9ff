import type { Column } from "./column.ts";

/** Some rows of a column, in the order given, as a column of their own: row `i` is `rows[i]` of the whole. */
export function pickRows(column: Column, rows: Uint32Array): Column {
  const { name, modality, ports, preview } = column;
  return {
    ...{ name, modality, ports, count: rows.length },
    has: (row) => row < rows.length && column.has(rows[row]!),
    gather: (asked, signal) =>
      column.gather(
        asked.map((row) => rows[row]!),
        signal,
      ),
    fingerprint: async () => `${await column.fingerprint()} rows ${rows.join()}`,
    ...(preview ? { preview: (row) => preview.call(column, rows[row]!) } : {}),
  };
}
