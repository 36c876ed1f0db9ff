import { InputError } from "../base/index.ts";
import { quote } from "./pixelTable.ts";

/** The part of a data set that a picture is of. */
export type PicturePart = "train" | "validation" | "test";

/** A picture as its data set names it. */
export interface ListedPicture {
  /** Where it is, relative to the data set. */
  readonly path: string;
  /** The name of its class; null where it has none. */
  readonly label: string | null;
  readonly part: PicturePart;
}

/** Columns that hold a picture's path, the first of them that there is. */
const pathColumns = ["path", "file", "filename", "image"] as const;

const parts: Readonly<Record<string, PicturePart>> = {
  train: "train",
  training: "train",
  val: "validation",
  valid: "validation",
  validation: "validation",
  test: "test",
  testing: "test",
};

/** The part that a folder or a cell names; undefined for none. */
export function partOf(name: string): PicturePart | undefined {
  const key = name.trim().toLowerCase();
  return Object.hasOwn(parts, key) ? parts[key] : undefined;
}

/** Whether a table with these columns is one of pictures' paths. */
export function isPictureTable(columns: readonly string[]): boolean {
  return pathColumn(columns) >= 0;
}

/** A row of a table, and what messages call it, such as `line 7`. */
export interface TableRow {
  readonly where: string;
  readonly values: readonly unknown[];
}

/**
 * The pictures that a table names: a column `path` (or `file`, `filename`, `image`), and where there are some `label`
 * (names or whole numbers) and `split` (train, val or test). Other columns are passed over; capitals do not matter.
 *
 * @param file what messages call the table
 * @throws InputError naming the row of a value that is missing or is not what it should be.
 */
export function pictureTable(
  file: string,
  columns: readonly string[],
  rows: readonly TableRow[],
): ListedPicture[] {
  const [path, label, split] = [pathColumn(columns), indexOf(columns, "label"), indexOf(columns, "split")];
  if (path < 0) {
    throw new InputError(
      `${file} has the columns ${columns.slice(0, 8).map(quote).join(", ")}, expected one of ${pathColumns.join(", ")} with the pictures' paths`,
    );
  }
  if (rows.length === 0) throw new InputError(`${file} names no pictures, expected a row for each`);
  return rows.map((row) => ({
    path: textOf(file, row, columns, path).replaceAll("\\", "/"),
    label: label < 0 ? null : textOf(file, row, columns, label),
    part: split < 0 ? "train" : partIn(file, row, textOf(file, row, columns, split)),
  }));
}

function pathColumn(columns: readonly string[]): number {
  return pathColumns.map((name) => indexOf(columns, name)).find((index) => index >= 0) ?? -1;
}

function indexOf(columns: readonly string[], name: string): number {
  return columns.findIndex((column) => column.trim().toLowerCase() === name);
}

function textOf(
  file: string,
  { where, values }: TableRow,
  columns: readonly string[],
  index: number,
): string {
  const value = values[index];
  const whole = typeof value === "bigint" || (typeof value === "number" && Number.isInteger(value));
  const text = typeof value === "string" || whole ? String(value).trim() : "";
  if (text !== "") return text;
  const received =
    value === undefined || value === null || value === "" ? "is empty" : `holds ${show(value)}`;
  throw new InputError(
    `${file}: ${where}: column ${quote(columns[index]!)} ${received}, expected text or a whole number in every row`,
  );
}

function show(value: unknown): string {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
    return quote(String(value));
  }
  return "what is neither";
}

function partIn(file: string, { where }: TableRow, text: string): PicturePart {
  const part = partOf(text);
  if (part) return part;
  throw new InputError(`${file}: ${where}: split is ${quote(text)}, expected train, val or test`);
}
