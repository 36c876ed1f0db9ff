import { modalityOfRow, type ShownModality } from "kindred/workspace";

/** What is shown, by its modalities. */
export interface Shown {
  readonly modalities: readonly ShownModality[];
}

/** What people call all that is shown: `pictures`, or `items` where it is of several modalities. */
export function itemsWord(shown: Shown | null): string {
  const [first, ...others] = shown?.modalities ?? [];
  return others.length > 0 || !first ? "items" : first.items;
}

/** One of that: `picture`, or `item`. */
export function itemWord(shown: Shown | null): string {
  return oneOf(itemsWord(shown));
}

/** Rows that follow each other: the first, and the one behind the last. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

/** The rows of a modality; null for all, also of one that is not shown. */
export function rowsOfKind(shown: Shown | null, kind: string | null): RowRange | null {
  let from = 0;
  for (const { modality, count } of shown?.modalities ?? []) {
    if (modality === kind) return { from, to: from + count };
    from += count;
  }
  return null;
}

/** What people call the rows of a modality, or all that is shown. */
export function kindWord(shown: Shown | null, kind: string | null): string {
  return shown?.modalities.find(({ modality }) => modality === kind)?.items ?? itemsWord(shown);
}

/** What people call a row: `picture`, `text` or `recording`. */
export function rowWord(shown: Shown | null, row: number): string {
  return oneOf((shown && modalityOfRow(shown.modalities, row)?.items) ?? itemsWord(shown));
}

/** One of several: `picture` of `pictures`. */
export function oneOf(items: string): string {
  return items.replace(/s$/, "");
}

/** As it begins a sentence. */
export function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
