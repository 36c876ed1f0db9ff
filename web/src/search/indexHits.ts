import type { HitsHead, Message } from "kindred/workspace";
import { bytesOf } from "../backend/messageArrays.ts";

/** What an index has that is alike. */
export interface IndexHit {
  readonly id: string;
  readonly label: string | null;
  readonly path: string | null;
  readonly split: string | null;
  readonly similarity: number;
  /** The same picture in the run's space; null where it is not in it. */
  readonly row: number | null;
  /** A small picture file; null for none. */
  readonly thumbnail: Blob | null;
}

/**
 * The hits of a `HitsHead` message.
 *
 * @throws BackendError when an array is missing.
 */
export function hitsOf(message: Message): IndexHit[] {
  const { hits } = message.head as HitsHead;
  const files = bytesOf(message, "thumbnails");
  const ends = message.arrays.ends ?? new Uint32Array(0);
  return hits.map((hit, i) => {
    const file = files.slice(ends[i - 1] ?? 0, ends[i] ?? 0);
    // Which of the two formats it is, a browser finds out by itself.
    return { ...hit, thumbnail: file.length > 0 ? new Blob([file]) : null };
  });
}

/** A filter with the place where it is wrong, as the reason of a refusal names it. */
export interface FilterFault {
  readonly before: string;
  readonly rest: string;
  readonly what: string;
}

/** Where a filter of one line is wrong; null where the reason names no place in it. */
export function faultOf(filter: string, reason: string): FilterFault | null {
  const found = /is wrong at column (\d+): (.+)$/.exec(reason);
  if (!found) return null;
  const characters = [...filter];
  const at = Number(found[1]) - 1;
  return {
    before: characters.slice(0, at).join(""),
    rest: characters.slice(at).join(""),
    what: found[2]!,
  };
}

/** The filter that lets pictures of one class through. */
export function classFilter(name: string): string {
  return `label = '${name.replaceAll("'", "''")}'`;
}
