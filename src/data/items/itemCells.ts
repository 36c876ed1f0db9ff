import { InputError, quote } from "../../base/index.ts";
import { type Part, partOf } from "../part.ts";

/** A cell of a table, and what messages call its place. */
export interface ItemCell {
  /** File and row, such as `labels.csv: line 7`. */
  readonly where: string;
  readonly column: string;
  readonly value: unknown;
}

export function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === "string" && value.trim() === "");
}

/**
 * The texts in a cell: one, a list of some, or a list that is written as JSON (`["a dog", "a brown dog"]`).
 *
 * @throws InputError for what is neither text nor a list of texts.
 */
export function textsIn(cell: ItemCell): string[] {
  const { value } = cell;
  if (isBlank(value)) return [];
  if (Array.isArray(value))
    return value.flatMap((inner: unknown) => (isBlank(inner) ? [] : [plainText(inner, cell)]));
  const text = plainText(value, cell);
  return text.startsWith("[") ? (listIn(text) ?? [text]) : [text];
}

function listIn(text: string): string[] | null {
  try {
    const value: unknown = JSON.parse(text);
    const texts =
      Array.isArray(value) && value.length > 0 && value.every((inner) => typeof inner === "string");
    return texts ? value.map((inner) => inner.trim()).filter((inner) => inner !== "") : null;
  } catch {
    // A text that begins with a bracket.
    return null;
  }
}

/**
 * The names in a cell of files: one or a list of some.
 *
 * @throws InputError for what is neither text nor a list of texts.
 */
export function namesIn(cell: ItemCell): string[] {
  const { value } = cell;
  if (isBlank(value)) return [];
  return (Array.isArray(value) ? value : [value]).flatMap((inner: unknown) =>
    isBlank(inner) ? [] : [plainText(inner, cell)],
  );
}

/**
 * The label in a cell; null where it is blank.
 *
 * @param classes names of labels that are numbers. Hugging Face numbers classes from 0, and writes -1 for none
 * @throws InputError for a list or an object.
 */
export function labelIn(cell: ItemCell, classes: readonly string[] | null = null): string | null {
  if (isBlank(cell.value)) return null;
  const text = plainText(cell.value, cell);
  if (classes === null) return text;
  return text === "-1" ? null : (classes[Number(text)] ?? text);
}

/** @throws InputError for a cell that names no part; a blank one is of training. */
export function partIn(cell: ItemCell): Part {
  if (isBlank(cell.value)) return "train";
  const text = plainText(cell.value, cell);
  const part = partOf(text);
  if (part) return part;
  throw new InputError(
    `${cell.where}: column ${quote(cell.column)} is ${quote(text)}, expected train, val or test`,
  );
}

function plainText(value: unknown, { where, column }: ItemCell): string {
  if (typeof value === "string") return value.trim();
  const plain = typeof value === "bigint" || typeof value === "boolean" || Number.isFinite(value);
  if (plain) return String(value);
  const received = Array.isArray(value) ? "a list" : typeof value === "number" ? String(value) : "an object";
  throw new InputError(
    `${where}: column ${quote(column)} holds ${received}, expected text or a list of texts: write it as text`,
  );
}
