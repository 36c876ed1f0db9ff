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
