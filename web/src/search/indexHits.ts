import { filesOf, type HitsHead, type ItemPreview, type Message } from "kindred/workspace";

/** What an index has that is alike. */
export type IndexHit = HitsHead["hits"][number] & {
  /** Null for none. */
  readonly preview: ItemPreview;
};

/** The hits of a `HitsHead` message. */
export function hitsOf({ head, arrays }: Message): IndexHit[] {
  const told = head as HitsHead;
  const files = filesOf(told, arrays);
  return told.hits.map((hit, i) => ({ ...hit, preview: files[i] ?? null }));
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

/** The filter that lets items of one class through. */
export function classFilter(name: string): string {
  return `label = '${name.replaceAll("'", "''")}'`;
}
