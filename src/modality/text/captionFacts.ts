import { normalizeText } from "./normalize.ts";
import type { TextPreparation } from "./preparation.ts";

/** What there is to know of a column of captions before it is trained on. */
export interface CaptionFacts {
  readonly rows: number;
  /** Rows without a caption, or with empty ones only. */
  readonly without: number;
  /** Captions in all, empty ones left out. */
  readonly captions: number;
  /** Different ones, once normalised. */
  readonly distinct: number;
  /** The most frequent one, and how many captions are it; null where there are none. */
  readonly mostFrequent: { readonly text: string; readonly count: number } | null;
}

/** Counts the captions of each row. */
export function captionFacts(texts: readonly (readonly string[])[]): CaptionFacts {
  const seen = new Map<string, number>();
  let [without, captions] = [0, 0];
  for (const row of texts) {
    const present = row.map(normalizeText).filter((text) => text !== "");
    if (present.length === 0) without++;
    captions += present.length;
    for (const text of present) seen.set(text, (seen.get(text) ?? 0) + 1);
  }
  let mostFrequent: CaptionFacts["mostFrequent"] = null;
  for (const [text, count] of seen) if (count > (mostFrequent?.count ?? 0)) mostFrequent = { text, count };
  return { rows: texts.length, without, captions, distinct: seen.size, mostFrequent };
}

/** Why nothing can be learned of captions, as one line; null where nothing is wrong. */
export function captionProblem(
  { rows, captions, distinct, mostFrequent }: CaptionFacts,
  name: string,
): string | null {
  if (captions === 0)
    return `the column ${name} has no caption in any of ${rows} rows, expected some text: name another column, or leave the text out`;
  if (distinct === 1 && captions > 1)
    return `all ${captions} captions of the column ${name} are ${JSON.stringify([...mostFrequent!.text].slice(0, 40).join(""))}, and nothing can be told by them: name another column, or leave the text out`;
  return null;
}

/** How many texts are longer than the tower takes. */
export function countCut(texts: Iterable<string>, preparation: TextPreparation): number {
  let cut = 0;
  for (const text of texts) if (preparation.idsOf(text).length > preparation.description.length) cut++;
  return cut;
}
