import type { RecordBatch, Schema, Table } from "apache-arrow";
import { InputError } from "../../../base/index.ts";
import { type IndexInfo, infoKey } from "./indexInfo.ts";
import { type IndexRoot, rootsKey } from "./indexRoots.ts";
import { arrow } from "./lance.ts";

/** What an index says of a picture. */
export interface PictureRecord {
  /** The path in its collection, or the row's number in arrays of pixels; `name:` before it of all but the first collection. */
  readonly id: string;
  /** Name of the class; null where the pictures have no labels. */
  readonly label: string | null;
  /** Relative to its collection; null in arrays of pixels. */
  readonly path: string | null;
  /** `train` or `test`; null where the data has no such parts. */
  readonly split: string | null;
  /** Of the pixels that the encoder saw. */
  readonly hash: string;
}

/** A picture as it goes into an index. */
export interface IndexedPicture extends PictureRecord {
  /** `[dim]`, of any length but 0. */
  readonly vector: Float32Array;
  /** A small WebP or PNG file; null for none. */
  readonly thumbnail: Uint8Array | null;
}

export const recordColumns = ["id", "label", "path", "split", "hash"] as const;

/** What filters may name. */
export const filterColumns = {
  id: "text",
  label: "text",
  path: "text",
  split: "text",
  hash: "text",
} as const;

export async function indexSchema(info: IndexInfo, roots: readonly IndexRoot[]): Promise<Schema> {
  const { Binary, Field, FixedSizeList, Float32, Schema, Utf8 } = await arrow();
  const text = new Utf8();
  return new Schema(
    [
      new Field("id", text, false, new Map([[rootsKey, JSON.stringify(roots)]])),
      new Field("label", text, true),
      new Field("path", text, true),
      new Field("split", text, true),
      new Field("hash", text, false),
      new Field("vector", new FixedSizeList(info.dim, new Field("item", new Float32(), true)), false),
      new Field("thumbnail", new Binary(), true),
    ],
    new Map([[infoKey, JSON.stringify(info)]]),
  );
}

/**
 * Pictures as an Arrow table, their vectors scaled to unit length.
 *
 * @throws InputError naming the picture whose vector has another length, is not finite, or all zeros.
 */
export async function pictureTable(
  schema: Schema,
  dim: number,
  pictures: readonly IndexedPicture[],
): Promise<Table> {
  const { Binary, Float32, makeData, RecordBatch, Struct, Table, Utf8, vectorFromArray } = await arrow();
  const vectors = new Float32Array(pictures.length * dim);
  for (const [row, { id, vector }] of pictures.entries()) {
    vectors.set(unitVector(vector, dim, `the embedding of ${id}`), row * dim);
  }
  const length = pictures.length;
  const child = makeData({ type: new Float32(), data: vectors, length: vectors.length });
  const columns = schema.fields.map((field) => {
    if (field.name === "vector") return makeData({ type: field.type, length, nullCount: 0, child });
    if (field.name === "thumbnail") {
      return vectorFromArray(
        pictures.map(({ thumbnail }) => thumbnail),
        new Binary(),
      ).data[0]!;
    }
    const name = recordColumns.find((column) => column === field.name)!;
    return vectorFromArray(
      pictures.map((picture) => picture[name]),
      new Utf8(),
    ).data[0]!;
  });
  const struct = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children: columns });
  return new Table([new RecordBatch(schema, struct)]);
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

/** The records of a batch that was read, which has all of {@link recordColumns}. */
export function* recordsOf(batch: RecordBatch): Generator<PictureRecord> {
  const columns = recordColumns.map((name) => batch.getChild(name));
  for (let row = 0; row < batch.numRows; row++) {
    const [id, label, path, split, hash] = columns.map((column) => {
      const value: unknown = column?.get(row);
      return typeof value === "string" ? value : null;
    });
    yield { id: id ?? "", label: label ?? null, path: path ?? null, split: split ?? null, hash: hash ?? "" };
  }
}

/** Text as SQL has it. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
