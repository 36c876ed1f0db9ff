import { type Fields, InputError } from "../base/index.ts";
import type { Preview } from "../data/column.ts";
import { type ColumnKind, kindNames } from "./filter.ts";

/** What an index says of an item. */
export interface ItemRecord {
  /** The path in its collection, or the row's number there; `name:` before it in all but the first collection. */
  readonly id: string;
  /** What kind of item it is, such as `image`. */
  readonly modality: string;
  /** Name of the class; null where the items have no labels. */
  readonly label: string | null;
  /** Relative to its collection; null of an item that is no file. */
  readonly path: string | null;
  /** `train` or `test`; null where the data has no such parts. */
  readonly split: string | null;
  /** Of what the model saw; an item with the same hash is not embedded again. */
  readonly hash: string;
  /** What filters can name beside these columns. */
  readonly fields: Fields;
}

/** An item as it goes into an index. */
export interface IndexedItem extends ItemRecord {
  /** `[dim]`, of any length but 0; the index scales it to length 1. */
  readonly vector: Float32Array;
  readonly preview: Preview | null;
}

/** How an index is searched by a vector. */
export interface SearchOptions {
  /** Results at most. Default 10. */
  readonly k?: number;
  /** An SQL condition on {@link itemColumns} and fields, such as `label = 'cat' AND year > 2020`. */
  readonly where?: string;
  /** Whether the results carry their previews. Default false. */
  readonly previews?: boolean;
  /** Compare with all vectors also where an approximate search is set up. Default false. */
  readonly exact?: boolean;
}

/** An item that was found. */
export interface SearchHit extends ItemRecord {
  /** The item's file, absolute: where it is, or was when it was indexed; null of an item that is no file. */
  readonly file: string | null;
  /** Cosine of the angle between its vector and the query's, -1 to 1. */
  readonly similarity: number;
  /** Null without `previews`. */
  readonly preview: Preview | null;
}

/** What every item of an index can be filtered by. */
export const itemColumns = {
  id: "text",
  modality: "text",
  label: "text",
  path: "text",
  split: "text",
  hash: "text",
} as const satisfies Readonly<Record<string, ColumnKind>>;

/** What the fields of an index hold, by name. */
export type FieldKinds = Readonly<Record<string, ColumnKind>>;

const kindOf = { string: "text", number: "number", boolean: "truth" } as const;
const ownNames: readonly string[] = [...Object.keys(itemColumns), "vector", "preview", "media"];

/**
 * What keeps a field from having a name, to follow "its name"; null where nothing does. Names that begin with `_` are the
 * database's; a filter can name any other within backticks.
 */
export function faultOfFieldName(name: string): string | null {
  if (ownNames.includes(name.toLowerCase())) return "is that of a column that every index has";
  if (name.trim() === "" || name !== name.trim()) return "begins or ends with a blank";
  return /^_|[.`\p{Cc}]/u.test(name)
    ? "begins with _, or has a dot, a backtick or a control character"
    : null;
}

/**
 * What fields hold once items join those that are there: a field that is new has the kind of its first value.
 *
 * @throws InputError naming the item whose field has another kind than before, is not finite, or has no usable name.
 */
export function joinedFields(
  kinds: FieldKinds,
  items: readonly Pick<ItemRecord, "id" | "fields">[],
): FieldKinds {
  const joined = new Map(Object.entries(kinds));
  const names = new Map([...joined.keys()].map((name) => [name.toLowerCase(), name]));
  for (const { id, fields } of items) {
    for (const [name, value] of Object.entries(fields)) {
      if (value === null) continue;
      const kind = kindOf[typeof value as keyof typeof kindOf];
      const known = joined.get(name);
      const problem = (what: string) => new InputError(`the field ${name} of the item ${id} ${what}`);
      if (kind === undefined || (typeof value === "number" && !Number.isFinite(value))) {
        throw problem(`is ${String(value)}, expected text, a finite number, true, false or null`);
      }
      if (known === kind) continue;
      if (known !== undefined) {
        throw problem(
          `is ${kindNames[kind]} (${JSON.stringify(value)}), expected ${kindNames[known]}, as that field of other items is: give it another name`,
        );
      }
      const fault = faultOfFieldName(name);
      if (fault !== null) throw problem(`cannot be kept, as its name ${fault}: give it another name`);
      const alike = names.get(name.toLowerCase());
      if (alike !== undefined)
        throw problem(`differs from the field ${alike} in case only: give it that name`);
      joined.set(name, kind);
      names.set(name.toLowerCase(), name);
    }
  }
  return Object.fromEntries(joined);
}
