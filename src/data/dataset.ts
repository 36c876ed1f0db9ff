import { type Fields, InputError } from "../base/index.ts";
import type { Column } from "./column.ts";

/** What is known of the rows of a data set, whatever their modalities. */
export interface Items {
  /** Where they came from, for messages and figures. */
  readonly name: string;
  /** Number of rows. */
  readonly count: number;
  /** `[count]`, the class of each row: a non-negative integer; all 0 where the rows have no labels. */
  readonly labels: Int32Array;
  /** Whether the labels mean anything. Default true. */
  readonly labelled?: boolean;
  /** Names of the classes by label; digits and other numbers have none. */
  readonly classes?: readonly string[];
  /** `[count]`, where each row is, relative to its data set and with `/` between folders; arrays have none. */
  readonly paths?: readonly string[];
  /** `[count]`, what a table says of each row beside its label; left out where that was not asked for. */
  readonly fields?: readonly Fields[];
  /**
   * `[count]`, the row of its source that each row is, counted from 0, of files their place in the listing; left out where they
   * are in the source's order.
   */
  readonly rows?: Uint32Array;
}

/** Rows, and each of their modalities as a column. */
export interface Dataset extends Items {
  /** By modality. */
  readonly columns: ReadonlyMap<string, Column>;
}

/** @throws InputError when the data set has no such column. */
export function columnOf({ name, columns }: Dataset, modality: string): Column {
  const column = columns.get(modality);
  if (column) return column;
  const found = [...columns.keys()].join(", ") || "none";
  throw new InputError(
    `${name} has no column of modality ${modality} (found ${found}), and a tower takes it: add one, or train on other data`,
  );
}

/** What people call a class: its name, or else its number. */
export function className({ classes }: Pick<Items, "classes">, label: number): string {
  return classes?.[label] ?? String(label);
}

/** How many rows each label has, in ascending order of the label. */
export function classCounts(labels: Int32Array): Map<number, number> {
  const counts = new Map<number, number>();
  for (const label of labels.toSorted()) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}
