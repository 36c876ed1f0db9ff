import { numberClasses } from "../classNumbers.ts";
import type { Item, ItemGrouping, ItemTable } from "./item.ts";

/** Two texts of one key are one text to every tokenizer that ignores case. */
export function textKey(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}

/**
 * Which items are of one thing: those of one label; of those without a label, those whose texts are equal as sets, whatever
 * their case and order, unless one text is that of all. Each other item is a group of its own.
 *
 * @param classes names of labels that have their numbers already
 */
export function groupItems(
  items: readonly Item[],
  classes: readonly string[] | null = null,
): Pick<ItemTable, "groups" | "groupNames" | "grouping"> {
  const labels = new Set<string>();
  for (const { label } of items) if (label !== null) labels.add(label);
  const numbered = numberClasses(labels, classes);
  const names = labels.size > 0 || classes ? numbered.classes && [...numbered.classes] : [];
  let next = names?.length ?? [...labels].reduce((most, label) => Math.max(most, Number(label) + 1), 0);
  const byTexts = new Map<string, number>();
  let shared = false;
  const keys = items.map(({ texts }) =>
    texts.length === 1 ? textKey(texts[0]!) : texts.map(textKey).sort().join("\0"),
  );
  const apart = labels.size > 0 || new Set(keys.filter((key) => key !== "")).size > 1;
  const groups = Int32Array.from(items, ({ id, label, texts }, row) => {
    if (label !== null) return numbered.labelOf(label);
    const key = keys[row]!;
    const known = texts.length > 0 && apart ? byTexts.get(key) : undefined;
    if (known !== undefined) {
      shared = true;
      return known;
    }
    if (texts.length > 0) byTexts.set(key, next);
    names?.push(texts[0] ?? id);
    return next++;
  });
  const grouping: ItemGrouping = labels.size > 0 ? "label" : shared ? "texts" : "none";
  return { groups, groupNames: names, grouping };
}

/** Some of a table's items; groups keep their numbers. */
export function pickItems(table: ItemTable, rows: Uint32Array): ItemTable {
  return {
    ...table,
    items: Array.from(rows, (row) => table.items[row]!),
    groups: Int32Array.from(rows, (row) => table.groups[row]!),
  };
}
