import type { TrainingBatch } from "../session/session.svelte.ts";

/** A picture of a trio; null where the batch has none. */
export interface TrioPicture {
  readonly pixels: Uint8Array;
  readonly label: number;
}

/** An anchor with its positive and its negative, and how like each is to it, -1 to 1; null where there is none. */
export interface Trio {
  readonly anchor: TrioPicture;
  readonly positive: TrioPicture | null;
  readonly negative: TrioPicture | null;
  readonly positiveSimilarity: number | null;
  readonly negativeSimilarity: number | null;
}

/** The first `most` trios of a batch. */
export function triosOf({ head, pictures, labels, similarity }: TrainingBatch, most: number): Trio[] {
  const { count, width, height, channels } = head;
  const size = width * height * channels;
  const picture = (part: number, index: number): TrioPicture | null => {
    const at = part * count + index;
    const label = labels[at] ?? -1;
    return label < 0 ? null : { pixels: pictures.subarray(at * size, (at + 1) * size), label };
  };
  const trios: Trio[] = [];
  for (let index = 0; index < Math.min(most, count); index++) {
    const anchor = picture(0, index);
    if (anchor === null) continue;
    trios.push({
      anchor,
      positive: picture(1, index),
      negative: picture(2, index),
      positiveSimilarity: known(similarity[index]),
      negativeSimilarity: known(similarity[count + index]),
    });
  }
  return trios;
}

/** How many of the trios have their positive nearer than their negative, of those that have both. */
export function inOrder(trios: readonly Trio[]): { readonly right: number; readonly of: number } {
  const both = trios.filter((trio) => trio.positiveSimilarity !== null && trio.negativeSimilarity !== null);
  const right = both.filter((trio) => trio.positiveSimilarity! > trio.negativeSimilarity!).length;
  return { right, of: both.length };
}

function known(value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value;
}
