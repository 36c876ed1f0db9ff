import { InputError, quote } from "../../base/index.ts";
import { listed } from "../../base/listed.ts";
import { namedColumn, plainName, usualLabelColumn } from "../columnNames.ts";
import { partOf, usualSplits } from "../part.ts";
import { NoItemsError } from "./item.ts";

/** What a file is: a picture or a recording. */
export type FileKind = "image" | "audio";

/** A column of a table, and some of its cells that are not blank. */
export interface SeenColumn {
  readonly name: string;
  readonly cells: readonly unknown[];
  /** What at least half of these cells name or hold; null where they do not. */
  readonly files: FileKind | null;
}

/** Which columns hold what; -1 for none. */
export interface ItemColumns {
  readonly image: readonly number[];
  readonly audio: readonly number[];
  /** Columns of files whose kind each file tells. */
  readonly files: readonly number[];
  readonly text: readonly number[];
  readonly label: number;
  readonly split: number;
  readonly id: number;
  /** The others. */
  readonly others: readonly number[];
  readonly notes: readonly string[];
}

/** What the user says of a table's columns. */
export interface ItemColumnChoice {
  /** The column of the labels, by name; null for what the names tell. */
  readonly label: string | null;
  /** Whether labels are passed over. */
  readonly unlabelled: boolean;
}

const fileWords = "(?:path|file|filename|filepath|name|id)?s?\\d*";
const imageName = new RegExp(`^(?:image|img|picture|photo|pic)s?${fileWords}$`);
const audioName = new RegExp(`^(?:audio|sound|wav|recording|speech|clip|voice)s?${fileWords}$`);
const anyFile = /^(?:path|file)s?$|file_?(?:name|path)s?$/;
/** Kinds of names for texts; of those that a table has, the first is taken, and the others are fields. */
const textNames = [
  /^(?:captions?|texts?)(?:text|s|\d+)?$/,
  /^sentences?(?:raw|\d+)?$/,
  /^(?:transcriptions?|transcripts?|utterances?)\d*$/,
  /^(?:descriptions?|alttexts?|prompts?|comments?)\d*$/,
];
/** `caption_en`: a text in a language. */
const inLanguage = /^(?:caption|text|sentence)[_. -]([a-z]{2}|zh[-_]?[a-z]+)$/i;
/** Names of columns whose equal values are one thing, after those of labels. */
const thingNames = ["item", "itemid", "concept", "conceptid", "thing", "captionid"];

const expected =
  "expected some of image, text (or caption, captions) and audio, or file_name for files of either kind";

/** Whether a column of this name alone may hold a modality. */
export function mayHoldModality(name: string): boolean {
  const plain = plainName(name);
  return imageName.test(plain) || audioName.test(plain) || anyFile.test(plain) || isTextName(name);
}

function isTextName(name: string): boolean {
  return textNames.some((pattern) => pattern.test(plainName(name))) || isInLanguage(name);
}

function isInLanguage(name: string): boolean {
  const language = inLanguage.exec(name)?.[1]?.toLowerCase();
  return language !== undefined && !["id", "no", "nr"].includes(language);
}

/**
 * The columns of a table by what they hold.
 *
 * - Pictures: a usual name (`image`, `img_path`, `image_file_name`, …) with cells that may be files. Sound: the same (`audio`, …).
 * - Files of either kind: `file_name`, `path`, …, where their cells name some, or where no column has a name of its own.
 * - Texts: `text`, `caption`, `captions`, `caption_0`, `caption_en`, …; else `sentence`, else `transcription`, else `description`.
 * - Labels: the column that the user names, or one of a usual name (`label`, `class`, …), or of things (`item`, `concept`).
 *
 * @param file what messages call the table
 * @throws NoItemsError when no column holds a modality, naming those that there are; InputError when the named label column is not there.
 */
export function itemColumns(
  file: string,
  columns: readonly SeenColumn[],
  choice: ItemColumnChoice,
): ItemColumns {
  const names = columns.map(({ name }) => name);
  const plain = names.map(plainName);
  const where = (test: (column: SeenColumn, at: number) => boolean): number[] =>
    columns.flatMap((column, at) => (test(column, at) ? [at] : []));
  const image = where((column, at) => imageName.test(plain[at]!) && mayBeFile(column, "image"));
  const audio = where((column, at) => audioName.test(plain[at]!) && mayBeFile(column, "audio"));
  const taken = new Set([...image, ...audio]);
  const named = taken.size > 0;
  const files = where(
    (column, at) =>
      !taken.has(at) &&
      anyFile.test(plain[at]!) &&
      (column.files !== null || (!named && mayBeFile(column, null))),
  );
  for (const at of files) taken.add(at);
  if (taken.size === 0) {
    const holding = where((column) => column.files !== null);
    if (holding.length > 1) {
      throw new InputError(
        `${file} names files in the columns ${listed(holding.map((at) => quote(names[at]!)))}: give each the name image or audio`,
      );
    }
    for (const at of holding) {
      files.push(at);
      taken.add(at);
    }
  }
  const label = choice.unlabelled ? -1 : labelColumn(file, names, choice.label, taken, columns);
  const text = textColumns(columns, (at) => !taken.has(at) && at !== label);
  for (const at of text) taken.add(at);
  if (taken.size === 0) {
    throw new NoItemsError(
      `${file} has no column of pictures, texts or recordings: its columns are ${listed(names.map(quote), 8)}, ${expected}`,
    );
  }
  const split = splitColumn(columns, taken);
  const id = plain.findIndex((name, at) => name === "id" && !taken.has(at) && at !== label);
  const others = where((_, at) => !taken.has(at) && ![label, split].includes(at));
  return {
    image,
    audio,
    files,
    text,
    label,
    split,
    id,
    others,
    notes: notesOn(file, columns, { text, label }),
  };
}

/** Whether cells may name or hold files, of this kind where they tell one. */
function mayBeFile({ cells, files }: SeenColumn, kind: FileKind | null): boolean {
  if (files !== null) return kind === null || files === kind;
  const texts = cells.flat().filter((cell) => typeof cell === "string");
  // A picture as numbers with blanks between them is none of a file.
  return texts.some((cell) => cell.trim() !== "" && !/^[\d\s.,;-]+$/.test(cell));
}

function textColumns(columns: readonly SeenColumn[], free: (at: number) => boolean): number[] {
  const named = (test: (name: string) => boolean): number[] =>
    columns.flatMap(({ name }, at) => (free(at) && test(name) ? [at] : []));
  for (const pattern of textNames) {
    const plain = named((name) => pattern.test(plainName(name)));
    const languages = named(isInLanguage);
    const usual = pattern === textNames[0] ? [...plain, ...languages].sort((a, b) => a - b) : plain;
    if (usual.length > 0) return usual;
  }
  return [];
}

function labelColumn(
  file: string,
  names: readonly string[],
  label: string | null,
  taken: ReadonlySet<number>,
  columns: readonly SeenColumn[],
): number {
  if (label !== null) {
    const at = namedColumn(names, label);
    if (at >= 0) return at;
    throw new InputError(
      `${file} has no column ${quote(label)} for the labels (--label-column), its columns are ${listed(names.map(quote), 8)}`,
    );
  }
  const usual = usualLabelColumn(names);
  const things = thingNames.map((name) => names.map(plainName).indexOf(name));
  return (
    [usual, ...things].find(
      (at) => at >= 0 && !taken.has(at) && !columns[at]!.cells.some((cell) => typeof cell === "object"),
    ) ?? -1
  );
}

function splitColumn(columns: readonly SeenColumn[], taken: ReadonlySet<number>): number {
  const plain = columns.map(({ name }) => plainName(name));
  return (
    usualSplits
      .map((name) => plain.indexOf(name))
      .find((at) => {
        const cells = columns[at]?.cells ?? [];
        const tells = cells.every((cell) => typeof cell === "string" && partOf(cell));
        return at >= 0 && !taken.has(at) && (plain[at] === "split" || (cells.length > 0 && tells));
      }) ?? -1
  );
}

function notesOn(
  file: string,
  columns: readonly SeenColumn[],
  { text, label }: { readonly text: readonly number[]; readonly label: number },
): string[] {
  const notes: string[] = [];
  const unusual = text.filter((at) => !/^(?:text|captions?)$/.test(plainName(columns[at]!.name)));
  if (unusual.length > 0) {
    const names = unusual.map((at) => quote(columns[at]!.name));
    notes.push(
      `${file}: texts are those of the ${names.length === 1 ? "column" : "columns"} ${listed(names, 8)}`,
    );
  }
  if (label >= 0 && plainName(columns[label]!.name) !== "label") {
    notes.push(`${file}: the labels are those of the column ${quote(columns[label]!.name)}`);
  }
  const passed = columns.filter(
    ({ name }, at) => isTextName(name) && !text.includes(at) && at !== label && text.length > 0,
  );
  if (passed.length > 0) {
    notes.push(
      `${file}: ${listed(passed.map(({ name }) => quote(name)))} ${passed.length === 1 ? "is" : "are"} no text of the items, as ${quote(columns[text[0]!]!.name)} is`,
    );
  }
  return notes;
}
