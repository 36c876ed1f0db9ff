import { InputError } from "../../base/index.ts";
import { drawnValidation, mostValidation } from "../heldOut.ts";
import { byRank, lots } from "../stratified.ts";
import { pickItems } from "./groups.ts";
import type { ItemTable } from "./item.ts";

export interface SplitItemsOptions {
  /** Items to keep for validation where the table has none aside. Default: a tenth, at most 1,000. */
  readonly validation?: number;
  /** Default 1. */
  readonly seed?: number;
  /** What is drawn for validation, see {@link splitItems}. Default: by the labels. */
  readonly draw?: "groups" | "items";
}

/** Rows of a table by part, each in the table's order. */
export interface SplitItems {
  readonly training: Uint32Array;
  readonly validation: Uint32Array;
  readonly test: Uint32Array;
  /** What the validation rows were drawn as; null where the table has set them aside itself. */
  readonly drawn: "groups" | "items" | null;
}

/** Labels of so many items on average are classes, of fewer the things themselves. */
const itemsOfClass = 8;

/**
 * The items of training, validation and test. Test items, and validation items where there are some, are those that the table
 * names. Else validation items are drawn by lot:
 *
 * - `groups`: whole groups (see `groupItems`), so that no thing, and no set of equal texts, is on both sides
 * - `items`: of each class its share, as of pictures, see `drawnValidation`; chosen where labels have 8 items or more on average
 *
 * The same seed gives the same rows, and an item more or less leaves nearly all others on their side.
 *
 * @throws InputError when fewer than two items remain for training.
 */
export function splitItems(table: ItemTable, options: SplitItemsOptions = {}): SplitItems {
  const { items, name } = table;
  const rowsOf = (part: string): Uint32Array =>
    Uint32Array.from(items.keys()).filter((row) => items[row]!.part === part);
  const all = rowsOf("train");
  const own = rowsOf("validation");
  const drawn = own.length > 0 ? null : (options.draw ?? usualDraw(table, all));
  const held = drawn === "items" ? heldItems(table, all, options) : heldGroups(table, all, options);
  const training = drawn === null ? all : all.filter((row) => !held.has(row));
  if (training.length < 2) {
    throw new InputError(
      `${name} has ${training.length} of ${items.length} items for training, expected at least 2: keep fewer for validation (--validation), or name fewer as val and test`,
    );
  }
  return {
    training,
    validation: drawn === null ? own : all.filter((row) => held.has(row)),
    test: rowsOf("test"),
    drawn,
  };
}

/** `limit` items of the training part, by lot, and those of the other parts, in the table's order. */
export function takeItems(table: ItemTable, limit: number, seed: number): ItemTable {
  const rows = Uint32Array.from(table.items.keys());
  const training = rows.filter((row) => table.items[row]!.part === "train");
  const ids = Array.from(training, (row) => table.items[row]!.id);
  const drawn = byRank([...training.keys()], lots(seed, "limit", ids)).slice(0, limit);
  const taken = new Set(drawn.map((at) => training[at]!));
  return pickItems(
    table,
    rows.filter((row) => table.items[row]!.part !== "train" || taken.has(row)),
  );
}

function usualDraw({ items, groups, grouping }: ItemTable, rows: Uint32Array): "groups" | "items" {
  const labelled = rows.filter((row) => items[row]!.label !== null);
  const classes = new Set(Array.from(labelled, (row) => groups[row]!)).size;
  return grouping === "label" && labelled.length >= itemsOfClass * classes ? "items" : "groups";
}

function heldItems(
  { items, groups }: ItemTable,
  rows: Uint32Array,
  { validation, seed = 1 }: SplitItemsOptions,
): ReadonlySet<number> {
  const ids = Array.from(rows, (row) => items[row]!.id);
  const labels = Array.from(rows, (row) => groups[row]!);
  const held = drawnValidation(labels, lots(seed, "validation", ids), validation ?? null);
  return new Set(rows.filter((_, i) => held[i]));
}

function heldGroups(
  { items, groups }: ItemTable,
  rows: Uint32Array,
  { validation, seed = 1 }: SplitItemsOptions,
): ReadonlySet<number> {
  const wanted = validation ?? Math.min(mostValidation, Math.round(rows.length / 10));
  const members = [...Map.groupBy(rows, (row) => groups[row]!).values()];
  const firsts = members.map(([first]) => items[first!]!.id);
  const held = new Set<number>();
  for (const at of byRank([...members.keys()], lots(seed, "validation groups", firsts))) {
    const group = members[at]!;
    // A group that is too large for what is left is passed over, and a smaller one takes its place.
    if (held.size + group.length > wanted) continue;
    for (const row of group) held.add(row);
  }
  return held;
}
