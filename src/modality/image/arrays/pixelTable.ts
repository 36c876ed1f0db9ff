import { InputError, quote } from "../../../base/index.ts";
import { listed } from "../../../base/listed.ts";
import { hasOtherEnd, namedColumn, plainName, usualLabelColumn } from "../../../data/columnNames.ts";
import { type Separator, separatorOf, splitLine } from "../../../data/separator.ts";

/** What a column of a table of pixels is: the pixel of this number, or one of these. */
export const labelColumn = -1;
export const passedOver = -2;

/** How a table holds pictures as numbers. */
export interface PixelTableForm {
  readonly separator: Separator;
  /** Names by column; null where the table has no header. */
  readonly names: readonly string[] | null;
  /** `[columns]`: the number of the pixel, {@link labelColumn} or {@link passedOver}. */
  readonly columns: Int32Array;
  readonly channels: 1 | 3;
  readonly side: number;
  /** Whether the labels may be in the last column as well as in the first, as nothing names them. */
  readonly labelFirstOrLast: boolean;
  /** Whether the names say where the colours are, so that the pixels are numbered by planes. */
  readonly planar: boolean;
  /** Whether lines end in a separator. */
  readonly endsInSeparator: boolean;
  /** The column of the file whose cells hold all pixels of a picture, with blanks between them; null for none. */
  readonly packed: number | null;
}

/** What the user says of the labels. */
export interface LabelChoice {
  /** Their column, by name; null for what the names tell. */
  readonly label: string | null;
  /** Whether there must be a column of that name. */
  readonly labelRequired: boolean;
  /** Whether they are passed over. */
  readonly unlabelled: boolean;
}

/** Fewest columns of which a row of ascending numbers is a header: no row of pixels is one. */
const fewestNumberedNames = 16;

/** Columns that are named. */
const mostNamed = 8;

const expected =
  "expected a square number of pixels (784 for 28 x 28), or three times one in colour, beside a column of labels or alone";

/**
 * How a table of pixels is written, by its first lines: what separates the fields, whether there is a header, which columns
 * hold pixels and which the labels.
 *
 * With a header the labels' column goes by its name (`label`, `class`, `target`, …), or is the only one that no pixel is named
 * in. Pixels in columns with numbers (`pixel1`, `2x14`, `r7`) go by these, other ones by their order; one column may hold all
 * of a picture's, with blanks between them. Without a header a column of text holds labels.
 *
 * @param lines the first line and, where there is one, the second
 * @throws InputError when the columns are no pictures, or nothing tells which hold the labels.
 */
export function pixelTableForm(file: string, lines: readonly string[], choice: LabelChoice): PixelTableForm {
  const separator = separatorOf(lines);
  const first = splitLine(lines[0]!, separator);
  // A separator at the end of each line is no column.
  const endsInSeparator = first.length > 2 && lines.every((line) => splitLine(line, separator).at(-1) === "");
  if (endsInSeparator) first.pop();
  const packed = isHeader(first) && lines[1] ? packedPixels(splitLine(lines[1], separator)) : null;
  if (packed) {
    const names = first.flatMap((name, i) =>
      i === packed.column ? Array.from({ length: packed.count }, (_, pixel) => `${name}${pixel}`) : [name],
    );
    return { separator, endsInSeparator, packed: packed.column, ...headedForm(file, names, choice) };
  }
  const form = isHeader(first)
    ? headedForm(file, first, choice)
    : headlessForm(file, first, splitLine(lines[1] ?? lines[0]!, separator), choice);
  return { separator, endsInSeparator, packed: null, ...form };
}

type Form = Omit<PixelTableForm, "separator" | "endsInSeparator" | "packed">;

/** The one cell of a row that holds many numbers, as FER2013 has them, and how many; null for none. */
function packedPixels(fields: readonly string[]): { readonly column: number; readonly count: number } | null {
  const columns = [...fields.keys()].filter((i) => /^\d+(?:[ \t]+\d+){3,}$/.test(fields[i]!));
  const [column] = columns;
  if (column === undefined || columns.length > 1) return null;
  return { column, count: fields[column]!.split(/[ \t]+/).length };
}

function isNumber(field: string): boolean {
  return field !== "" && Number.isFinite(Number(field));
}

/** A line with more than one name in it, or one whose numbers go on by one. */
function isHeader(fields: readonly string[]): boolean {
  const texts = fields.filter((field) => !isNumber(field)).length;
  if (texts > 1 || (texts === 1 && fields.length <= 2)) return true;
  const numbers = fields.filter(isNumber).map(Number);
  return (
    numbers.length >= fewestNumberedNames &&
    numbers.every((value, i) => i === 0 || value === numbers[i - 1]! + 1)
  );
}

function headlessForm(
  file: string,
  fields: readonly string[],
  next: readonly string[],
  { label, labelRequired }: LabelChoice,
): Form {
  const { length } = fields;
  const rest = { names: null, labelFirstOrLast: false, planar: false };
  if (label !== null && labelRequired) {
    throw new InputError(
      `${file} has no header, so that no column has the name ${quote(label)}: put a line with the columns' names on top`,
    );
  }
  const texts = fields.flatMap((field, i) => (isNumber(field) && isNumber(next[i] ?? field) ? [] : [i]));
  const all = shapeOf(length);
  const without = shapeOf(length - 1);
  const [text] = texts;
  if (without && text !== undefined && texts.length === 1) {
    return { ...rest, columns: inOrder(length, text), ...without };
  }
  if (all && without) {
    throw new InputError(
      `${file} has ${length} columns and no header: that may be a label and ${without.channels} x ${without.side} x ${without.side} pixels, or ${all.side} x ${all.side} pixels alone: put a line with the columns' names on top`,
    );
  }
  if (all) return { ...rest, columns: inOrder(length, -1), ...all };
  if (without) return { ...rest, columns: inOrder(length, 0), ...without, labelFirstOrLast: true };
  throw new InputError(
    `${file}: line 1 has ${length} ${length === 1 ? "column" : "columns"}, no name of a picture and no header, ${expected}`,
  );
}

function headedForm(file: string, names: readonly string[], choice: LabelChoice): Form {
  const { unlabelled } = choice;
  const named = labelColumnOf(file, names, choice);
  const numbered = numberedPixels(names, named);
  if (numbered) {
    const { columns, channels, side, planar } = numbered;
    const rest = names.flatMap((name, i) => (columns[i] === passedOver && !hasOtherEnd(name) ? [i] : []));
    const chosen = named >= 0 ? named : rest.length === 1 ? rest[0]! : -1;
    if (chosen >= 0) columns[chosen] = labelColumn;
    else if (rest.length > 1 && !unlabelled) throw noLabels(file, names, rest);
    return { names, columns, channels, side, labelFirstOrLast: false, planar };
  }
  const { length } = names;
  const all = shapeOf(length);
  const without = shapeOf(length - 1);
  const rest = { names, labelFirstOrLast: false, planar: false };
  if (named >= 0 && without) return { ...rest, columns: inOrder(length, named), ...without };
  if (named < 0 && all) return { ...rest, columns: inOrder(length, -1), ...all };
  if (named < 0 && without && names.every(isNumber)) {
    return { ...rest, columns: inOrder(length, 0), ...without, labelFirstOrLast: true };
  }
  const what =
    named >= 0
      ? `${length - 1} columns beside the labels (${quote(names[named]!)})`
      : `${length} columns (${names.slice(0, 4).map(quote).join(", ")}${length > 4 ? ", …" : ""}), none of them named for labels or files`;
  throw new InputError(`${file}: line 1 names ${what}, ${expected}: --label-column names that of the labels`);
}

/**
 * The column of the labels: the one that the user names, or else by its usual name; -1 for none.
 *
 * @throws InputError when the one that the user names is not there, and must be.
 */
export function labelColumnOf(
  file: string,
  names: readonly string[],
  { label, labelRequired }: LabelChoice,
): number {
  const named = label === null ? -1 : namedColumn(names, label);
  if (named >= 0) return named;
  if (label !== null && labelRequired) throw noSuchColumn(file, label, names);
  return usualLabelColumn(names);
}

/** `name7` as `["name", 7]`, `3x14` and `p_3_14` as a pair of numbers. */
function numbersIn(name: string): { readonly prefix: string; readonly at: readonly number[] } | null {
  const found = /^(.*?)(\d+)(?:[x_,.\- ]+(\d+))?$/i.exec(name.trim());
  if (!found) return null;
  const [, prefix = "", first, second] = found;
  return {
    prefix: plainName(prefix),
    at: second === undefined ? [Number(first)] : [Number(first), Number(second)],
  };
}

const colours = ["red", "green", "blue"] as const;

/** The pixels that columns name by numbers: the largest group of one prefix that is a picture, or three of red, green, blue. */
function numberedPixels(
  names: readonly string[],
  label: number,
): Pick<Form, "columns" | "channels" | "side" | "planar"> | null {
  const groups = new Map<string, { column: number; at: readonly number[] }[]>();
  for (const [column, name] of names.entries()) {
    const numbers = column === label ? null : numbersIn(name);
    if (!numbers) continue;
    const group = groups.get(numbers.prefix);
    const member = { column, at: numbers.at };
    if (group) group.push(member);
    else groups.set(numbers.prefix, [member]);
  }
  const columns = new Int32Array(names.length).fill(passedOver);
  const place = (members: readonly { column: number; at: readonly number[] }[], from: number): void => {
    const sorted = members.toSorted((a, b) => a.at[0]! - b.at[0]! || (a.at[1] ?? 0) - (b.at[1] ?? 0));
    for (const [i, { column }] of sorted.entries()) columns[column] = from + i;
  };
  const planes = colours.map((colour) => groups.get(colour) ?? groups.get(colour[0]!));
  const plane = shapeOf(planes[0]?.length ?? 0);
  if (plane?.channels === 1 && planes.every((group) => group?.length === planes[0]!.length)) {
    for (const [i, group] of planes.entries()) place(group!, i * group!.length);
    return { columns, channels: 3, side: plane.side, planar: true };
  }
  const largest = [...groups.values()].sort((a, b) => b.length - a.length)[0];
  const shape = largest && shapeOf(largest.length);
  if (!shape) return null;
  place(largest, 0);
  return { columns, ...shape, planar: false };
}

/** Columns in their order as pixels but for one, which holds labels; -1 for none. */
function inOrder(length: number, label: number): Int32Array {
  return Int32Array.from({ length }, (_, i) =>
    i === label ? labelColumn : label >= 0 && i > label ? i - 1 : i,
  );
}

/** The square picture that has so many numbers, grey or in colours; null for none. */
function shapeOf(count: number): { channels: 1 | 3; side: number } | null {
  for (const channels of [1, 3] as const) {
    const side = Math.round(Math.sqrt(count / channels));
    if (count > 0 && channels * side * side === count) return { channels, side };
  }
  return null;
}

function noSuchColumn(file: string, label: string, names: readonly string[]): InputError {
  const shown = names.filter((name) => numbersIn(name) === null).slice(0, 8);
  return new InputError(
    `${file} has no column ${quote(label)} for the labels (--label-column), its columns are ${shown.map(quote).join(", ")}${shown.length < names.length ? ", …" : ""}`,
  );
}

function noLabels(file: string, names: readonly string[], columns: readonly number[]): InputError {
  const shown = columns.slice(0, 8).map((column) => quote(names[column]!));
  return new InputError(
    `${file} has the columns ${shown.join(", ")} beside its pixels, none of them named label, class or the like: name that of the labels with --label-column, or pass over all with --unlabelled`,
  );
}

/** `the column "id"`, `the columns "id" and 4`: names of columns, or numbers where they have none, and how many more there are. */
export function describeColumns(names: readonly string[] | null, columns: readonly number[]): string {
  const called = columns.map((column) => (names?.[column] ? quote(names[column]) : String(column + 1)));
  const [only = ""] = called;
  if (columns.length === 1) return `${only.startsWith('"') ? "the column" : "column"} ${only}`;
  return `the columns ${listed(called, mostNamed)}`;
}
