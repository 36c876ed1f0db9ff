import { type Fields, InputError, quote } from "../../base/index.ts";
import { hasOtherEnd, plainName } from "../../data/columnNames.ts";
import { type Part, partOf, usualSplits } from "../../data/part.ts";
import { describeColumns, type LabelChoice, labelColumnOf } from "./arrays/pixelTable.ts";

/** A picture as its data set names it. */
export interface ListedPicture {
  /** Where it is, relative to the data set. */
  readonly path: string;
  /** The name of its class; null where it has none. */
  readonly label: string | null;
  readonly part: Part;
  /** What a table says of it beside; left out where that was not asked for. */
  readonly fields?: Fields;
}

/** Names that columns of files usually have, the likeliest first; as `plainName` has them. */
const usualPaths = [
  ...[
    "path",
    "filepath",
    "imagepath",
    "imgpath",
    "picturepath",
    "file",
    "filename",
    "imagefile",
    "imagefilename",
  ],
  ...["image", "imagename", "img", "imgname", "picture", "photo", "imageid", "id", "name"],
];

/** A row of a table, and what messages call it, such as `line 7`. */
export interface TableRow {
  readonly where: string;
  readonly values: readonly unknown[];
}

/** A table of any origin. */
export interface Table {
  /** What messages call it. */
  readonly file: string;
  /** Names of the columns; null where it has no header. */
  readonly names: readonly string[] | null;
  readonly rows: readonly TableRow[];
}

/** Which columns of a table hold what; -1 for none. */
export interface PictureColumns {
  readonly path: number;
  readonly label: number;
  readonly split: number;
  /** What of it may surprise, for people. */
  readonly notes: readonly string[];
}

/**
 * The columns of a table that name pictures, their labels and their parts.
 *
 * Files are in a column of a usual name (`path`, `file_name`, `image`, …) or in the one whose cells name some. Labels are in the
 * column that the user names, or in one of a usual name (`label`, `class`, `target`, …); else in `Id`, or in the only other column
 * there is, where values come again. Without a header they are in the first other column whose values come again.
 *
 * @param namesFiles whether the cells of a column name pictures
 * @param fields whether the other columns are kept as fields. Default false: a note names them as passed over
 * @returns null when no column names pictures.
 * @throws InputError when several columns may be meant, and nothing tells which.
 */
export function pictureColumns(
  table: Table,
  namesFiles: (column: number) => boolean,
  choice: LabelChoice,
  fields = false,
): PictureColumns | null {
  const { names } = table;
  const width = table.rows[0]?.values.length ?? names?.length ?? 0;
  const path = pathColumn(table, width, namesFiles);
  if (path < 0) return null;
  const split = names ? splitColumn(table, names, path) : -1;
  const others = Array.from({ length: width }, (_, column) => column).filter(
    (column) => column !== path && column !== split,
  );
  const label = choice.unlabelled ? -1 : labelsOf(table, others, choice);
  return { path, label, split, notes: notesOn(table, { path, label, others }, choice, fields) };
}

/** What people call a column: its name, or its number where it has none. */
function called({ names }: Table, column: number): string {
  return names?.[column] ? quote(names[column]) : String(column + 1);
}

function pathColumn(table: Table, width: number, namesFiles: (column: number) => boolean): number {
  const plain = table.names?.map(plainName) ?? [];
  const usual = usualPaths.map((name) => plain.indexOf(name)).filter((column) => column >= 0);
  const named = usual.find(namesFiles);
  if (named !== undefined) return named;
  const holding = Array.from({ length: width }, (_, column) => column).filter(namesFiles);
  if (holding.length > 1) {
    throw new InputError(
      `${table.file} names files in the columns ${holding.map((column) => called(table, column)).join(" and ")}: give the one to take the name path`,
    );
  }
  if (holding.length === 1) return holding[0]!;
  // Files that are not there are named to whoever gave the table.
  return (
    usual.find((column) => plain[column] !== "id" && plain[column] !== "name" && holdsText(table, column)) ??
    -1
  );
}

function holdsText({ rows }: Table, column: number): boolean {
  return rows.length === 0 || rows.some(({ values }) => !isNumber(values[column]));
}

function isNumber(value: unknown): boolean {
  return typeof value !== "string" || (value.trim() !== "" && Number.isFinite(Number(value)));
}

/** A column of parts: `split`, or one of another usual name where all its cells name one. */
function splitColumn({ rows }: Table, names: readonly string[], path: number): number {
  const plain = names.map(plainName);
  const candidates = usualSplits.map((name) => plain.indexOf(name));
  return (
    candidates.find(
      (column) =>
        column >= 0 &&
        column !== path &&
        (plain[column] === "split" ||
          rows.every(({ values }) => typeof values[column] === "string" && partOf(values[column]))),
    ) ?? -1
  );
}

function labelsOf(table: Table, others: readonly number[], choice: LabelChoice): number {
  const { file, names } = table;
  if (!names) {
    const column = Number(choice.label) - 1;
    if (choice.label !== null && others.includes(column)) return column;
    if (choice.label !== null && choice.labelRequired) {
      throw new InputError(
        `${file} has no header, so that no column has the name ${quote(choice.label)}: give the number of that of the labels, one of ${others.map((other) => other + 1).join(", ")}`,
      );
    }
    return others.find((other) => comesAgain(table, other)) ?? -1;
  }
  const named = labelColumnOf(file, names, choice);
  if (others.includes(named)) return named;
  const again = others.filter((other) => comesAgain(table, other));
  const id = again.find((other) => plainName(names[other]!) === "id");
  const unknown = again.filter((other) => !hasOtherEnd(names[other]!));
  if (unknown.length === 1) return unknown[0]!;
  if (unknown.length === 0) return id ?? -1;
  if (!choice.labelRequired) return -1;
  throw new InputError(
    `${file} has the columns ${unknown
      .slice(0, 8)
      .map((other) => quote(names[other]!))
      .join(
        ", ",
      )}, none of them named label, class or the like: name that of the labels with --label-column, or pass over all with --unlabelled`,
  );
}

/** Whether a column has neither a name nor a value, as after a separator at the end of each line. */
function isEmpty({ names, rows }: Table, column: number): boolean {
  return !names?.[column] && rows.every(({ values }) => isBlank(values[column]));
}

/** Whether a column's values come twice on average, as those of classes do. */
function comesAgain({ rows }: Table, column: number): boolean {
  const values = rows.map((row) => row.values[column]).filter((value) => value !== "" && value !== null);
  return values.length >= 2 && 2 * new Set(values).size <= values.length;
}

function notesOn(
  table: Table,
  { path, label, others }: { path: number; label: number; others: readonly number[] },
  { unlabelled }: LabelChoice,
  fields: boolean,
): string[] {
  const { file, names } = table;
  const notes: string[] = [];
  if (label >= 0 && !(names && plainName(names[label]!) === "label")) {
    const by = names ? "" : " of a table without a header";
    notes.push(`${file}: the labels are those of ${describeColumns(names, [label])}${by}`);
  }
  const over = others.filter((other) => other !== label && !isEmpty(table, other));
  if (!fields && over.length > 0 && !(unlabelled && over.length === 1)) {
    const choose = label < 0 && !unlabelled ? "; --label-column names that of the labels" : "";
    notes.push(
      `${file}: passed over ${over.length === 1 ? "is" : "are"} ${describeColumns(names, over)}${choose}`,
    );
  }
  if (names && !usualPaths.includes(plainName(names[path]!))) {
    notes.push(`${file}: the files are those of ${describeColumns(names, [path])}`);
  }
  return notes;
}

/**
 * The pictures that a table names. A blank label is none.
 *
 * @param classes names of the labels that are numbers, where the table has some
 * @throws InputError naming the row of a value that is missing or is not what it should be.
 */
export function pictureTable(
  table: Table,
  { path, label, split }: PictureColumns,
  classes: readonly string[] | null = null,
): ListedPicture[] {
  const { file, rows } = table;
  if (rows.length === 0) throw new InputError(`${file} names no pictures, expected a row for each`);
  return rows.map((row) => ({
    path: textIn(table, row, path),
    label: label < 0 || isBlank(row.values[label]) ? null : className(textIn(table, row, label), classes),
    part: split < 0 || isBlank(row.values[split]) ? "train" : partIn(file, row, textIn(table, row, split)),
  }));
}

/** Hugging Face numbers classes from 0, and writes -1 for none. */
function className(text: string, classes: readonly string[] | null): string | null {
  if (classes === null) return text;
  return text === "-1" ? null : (classes[Number(text)] ?? text);
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === "string" && value.trim() === "");
}

function textIn(table: Table, { where, values }: TableRow, column: number): string {
  const value = values[column];
  const plain = typeof value === "bigint" || (typeof value === "number" && Number.isFinite(value));
  const text = typeof value === "string" || plain || typeof value === "boolean" ? String(value).trim() : "";
  if (text !== "") return text;
  const received = isBlank(value) ? "is empty" : "holds what is neither text nor a number";
  throw new InputError(
    `${table.file}: ${where}: column ${called(table, column)} ${received}, expected text or a number in every row`,
  );
}

function partIn(file: string, { where }: TableRow, text: string): Part {
  const part = partOf(text);
  if (part) return part;
  throw new InputError(`${file}: ${where}: split is ${quote(text)}, expected train, val or test`);
}
