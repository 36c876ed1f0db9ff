import { type Fields, quote, type Scalar } from "../../../../base/index.ts";
import { describeColumns } from "../../../../modality/image/arrays/pixelTable.ts";
import type { PictureColumns, Table } from "../../../../modality/image/pictureTable.ts";
import { faultOfFieldName } from "../../../../retrieval/index.ts";

/** A number as people write one; digits behind a leading zero are a code, such as a postal one. */
const number = /^[-+]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:e[-+]?\d+)?$/i;

/**
 * The columns of a table beside those of the paths, labels and parts, as fields of its rows. A column whose cells are all
 * numbers, or all true or false, holds these, also where the table is text; another holds text. Blank cells are null.
 *
 * @returns fields `[rows]`, and notes on what is kept and what is not
 */
export function tableFields(
  { file, names, rows }: Table,
  { path, label, split }: PictureColumns,
): { readonly fields: readonly Fields[]; readonly notes: readonly string[] } {
  const fields: Record<string, Scalar>[] = rows.map(() => ({}));
  const kept: number[] = [];
  const notes: string[] = [];
  const taken = new Set<string>();
  for (const [column, name] of (names ?? []).entries()) {
    if ([path, label, split].includes(column)) continue;
    const values = scalarsOf(rows.map((row) => row.values[column]));
    if (values === null) continue;
    const twice = taken.has(name.toLowerCase()) ? "differs from another one in case at most" : null;
    const fault = faultOfFieldName(name) ?? twice;
    if (fault !== null) {
      notes.push(`${file}: the column ${quote(name)} is no field to filter by, as its name ${fault}`);
      continue;
    }
    taken.add(name.toLowerCase());
    kept.push(column);
    for (const [row, value] of values.entries()) fields[row]![name] = value;
  }
  if (kept.length > 0) notes.push(`${file}: fields to filter by are ${describeColumns(names, kept)}`);
  return { fields, notes };
}

/** The cells of a column as values of one kind; null where all are blank, or some are lists, objects or bytes. */
function scalarsOf(cells: readonly unknown[]): Scalar[] | null {
  const plain = cells.map((cell) => {
    if (typeof cell === "string") return cell.trim() === "" ? null : cell.trim();
    if (typeof cell === "bigint") return Number.isSafeInteger(Number(cell)) ? Number(cell) : String(cell);
    if (typeof cell === "number") return Number.isFinite(cell) ? cell : null;
    return cell ?? null;
  });
  const present = plain.filter((value) => value !== null);
  if (present.length === 0 || present.some((value) => typeof value === "object")) return null;
  const all = (test: (value: unknown) => boolean) => present.every(test);
  const texts = plain.map((value) => (value === null ? null : String(value)));
  if (all((value) => /^(?:true|false)$/i.test(String(value)))) {
    return texts.map((text) => text && text.toLowerCase() === "true");
  }
  if (all((value) => typeof value === "number" || (typeof value === "string" && isNumber(value)))) {
    return texts.map((text) => text && Number(text));
  }
  return texts;
}

/** An integer of so many digits that a number does not hold all of them is a name. */
function isNumber(text: string): boolean {
  if (!number.test(text) || !Number.isFinite(Number(text))) return false;
  return !/^[-+]?\d+$/.test(text) || Number.isSafeInteger(Number(text));
}
