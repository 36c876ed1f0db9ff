import type { RecordBatch, Schema, Table } from "apache-arrow";
import { InputError, type Scalar } from "../../../base/index.ts";
import type { Preview } from "../../../data/index.ts";
import {
  type FieldKinds,
  type IndexedItem,
  type IndexInfo,
  type IndexRoot,
  type ItemRecord,
  infoKey,
  itemColumns,
  rootsKey,
} from "../../../retrieval/index.ts";
import { arrow } from "./lance.ts";

type Column = keyof typeof itemColumns;
const columnNames = Object.keys(itemColumns) as readonly Column[];
const required: readonly Column[] = ["id", "modality", "hash"];

/** Types of fields, as SQL has them. */
export const sqlTypes = { text: "string", number: "double", truth: "boolean" } as const;

export async function indexSchema(
  info: IndexInfo,
  roots: readonly IndexRoot[],
  kinds: FieldKinds = {},
): Promise<Schema> {
  const { Binary, Bool, Field, FixedSizeList, Float32, Float64, Schema, Utf8 } = await arrow();
  const rootsOf = new Map([[rootsKey, JSON.stringify(roots)]]);
  const types = { text: new Utf8(), number: new Float64(), truth: new Bool() };
  return new Schema(
    [
      ...columnNames.map(
        (name) => new Field(name, types.text, !required.includes(name), name === "id" ? rootsOf : null),
      ),
      new Field("vector", new FixedSizeList(info.dim, new Field("item", new Float32(), true)), false),
      new Field("preview", new Binary(), true),
      new Field("media", types.text, true),
      ...Object.entries(kinds).map(([name, kind]) => new Field(name, types[kind], true)),
    ],
    new Map([[infoKey, JSON.stringify(info)]]),
  );
}

/** The fields of a table that was read, which come behind the columns that every index has. */
export function fieldKindsOf({ fields }: Schema): FieldKinds {
  const own = fields.slice(columnNames.length + 3);
  return Object.fromEntries(
    own.map(({ name, type }) => {
      const text = String(type);
      return [name, text === "Bool" ? "truth" : text === "Utf8" ? "text" : "number"];
    }),
  );
}

/**
 * Items as an Arrow table, their vectors scaled to unit length.
 *
 * @throws InputError naming the item whose vector has another length, is not finite, or all zeros, or whose modality the
 * index's model does not embed.
 */
export async function itemTable(
  info: IndexInfo,
  kinds: FieldKinds,
  items: readonly IndexedItem[],
): Promise<Table> {
  const { Float32, makeData, RecordBatch, Struct, Table, vectorFromArray } = await arrow();
  const absent = absentTruths(kinds, items);
  const schema = await indexSchema(
    info,
    [],
    Object.fromEntries(Object.entries(kinds).filter(([name]) => !absent.includes(name))),
  );
  const { dim } = info;
  const length = items.length;
  const vectors = new Float32Array(length * dim);
  const modalities = info.modalities.map(({ modality }) => modality);
  for (const [row, { id, modality, vector }] of items.entries()) {
    if (!modalities.includes(modality)) {
      throw new InputError(
        `the item ${id} is of the modality ${modality}, expected one that the index's model embeds: ${modalities.join(", ")}`,
      );
    }
    vectors.set(unitVector(vector, dim, `the embedding of ${id}`), row * dim);
  }
  const child = makeData({ type: new Float32(), data: vectors, length: vectors.length });
  const columns = schema.fields.map(({ name, type }) => {
    if (name === "vector") return makeData({ type, length, nullCount: 0, child });
    return vectorFromArray(
      items.map((item) => valueIn(item, name)),
      type,
    ).data[0]!;
  });
  const struct = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children: columns });
  return new Table([new RecordBatch(schema, struct)]);
}

/**
 * The fields of true and false that none of the items has. {@link itemTable} leaves them out, because Arrow 18 writes such a
 * column of nulls with a buffer that LanceDB refuses. A new row gets null there; one that is replaced keeps its value.
 */
export function absentTruths(kinds: FieldKinds, items: readonly ItemRecord[]): string[] {
  return Object.keys(kinds).filter(
    (name) => kinds[name] === "truth" && items.every((item) => fieldOf(item, name) === null),
  );
}

function valueIn(item: IndexedItem, column: string): Scalar | Uint8Array {
  if (column === "preview") return item.preview?.bytes ?? null;
  if (column === "media") return item.preview?.mediaType ?? null;
  const own = columnNames.find((name) => name === column);
  return own ? item[own] : fieldOf(item, column);
}

function fieldOf({ fields }: ItemRecord, name: string): Scalar {
  return Object.hasOwn(fields, name) ? fields[name]! : null;
}

/**
 * `v / |v|`
 *
 * @throws InputError when it has another length than `dim`, is not finite, or all zeros.
 */
export function unitVector(vector: Float32Array, dim: number, what: string): Float32Array<ArrayBuffer> {
  if (vector.length !== dim) {
    throw new InputError(`${what} has ${vector.length} numbers, expected ${dim}`);
  }
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  if (!Number.isFinite(length) || length === 0) {
    const received = length === 0 ? "all zeros" : "not finite";
    throw new InputError(`${what} is ${received}, expected numbers with a direction: use another checkpoint`);
  }
  return Float32Array.from(vector, (value) => value / length);
}

/** Columns of an item's record, with its preview or without. */
export function columnsOf(kinds: FieldKinds, previews: boolean): string[] {
  return [...columnNames, ...(previews ? ["preview", "media"] : []), ...Object.keys(kinds)];
}

/** The items of a batch that was read, which has the {@link columnsOf columns}; previews are null where it has none. */
export function* itemsOf(
  batch: RecordBatch,
  kinds: FieldKinds,
): Generator<ItemRecord & { readonly preview: Preview | null }> {
  const valuesOf = (name: string) => batch.getChild(name);
  const own = columnNames.map(valuesOf);
  const fields = Object.keys(kinds).map((name) => [name, valuesOf(name)] as const);
  const [previews, media] = [valuesOf("preview"), valuesOf("media")];
  for (let row = 0; row < batch.numRows; row++) {
    const [id, modality, label, path, split, hash] = own.map((column) => textOf(column?.get(row)));
    const bytes: unknown = previews?.get(row);
    yield {
      ...{ id: id ?? "", modality: modality ?? "", hash: hash ?? "" },
      ...{ label: label ?? null, path: path ?? null, split: split ?? null },
      fields: Object.fromEntries(fields.map(([name, column]) => [name, scalarOf(column?.get(row))])),
      preview: bytes instanceof Uint8Array ? { bytes, mediaType: textOf(media?.get(row)) ?? "" } : null,
    };
  }
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function scalarOf(value: unknown): Scalar {
  return typeof value === "number" || typeof value === "boolean" ? value : textOf(value);
}

/** Text as SQL has it. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
