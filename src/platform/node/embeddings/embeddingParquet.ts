import { ByteWriter, type ColumnSource, ParquetWriter } from "hyparquet-writer";
import type { Append } from "../files/files.ts";
import type { Embeddings } from "./embeddings.ts";

/** Rows of a row group: 64 columns of float32 are 2 MiB then. */
const groupRows = 8192;

const text = { type: "BYTE_ARRAY", converted_type: "UTF8" } as const;

/** `id STRING`, `path STRING?`, `class STRING?`, `label INT32?`, `split STRING`, `vector LIST<FLOAT>`. */
const schema: ConstructorParameters<typeof ParquetWriter>[0]["schema"] = [
  { name: "root", num_children: 6 },
  { name: "id", ...text, repetition_type: "REQUIRED" },
  { name: "path", ...text, repetition_type: "OPTIONAL" },
  { name: "class", ...text, repetition_type: "OPTIONAL" },
  { name: "label", type: "INT32", repetition_type: "OPTIONAL" },
  { name: "split", ...text, repetition_type: "REQUIRED" },
  { name: "vector", converted_type: "LIST", repetition_type: "REQUIRED", num_children: 1 },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
  { name: "element", type: "FLOAT", repetition_type: "REQUIRED" },
];

/**
 * Writes embeddings as Parquet: the columns `id`, `path`, `class`, `label`, `split` and `vector`, a list of float32.
 *
 * @see https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#lists
 */
export async function writeParquet(append: Append, embeddings: Embeddings): Promise<void> {
  const { dim, pictures, vectors } = embeddings;
  const writer = new ByteWriter();
  const drain = async (): Promise<void> => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    await append(bytes);
  };
  // Bits of floats hardly repeat: compression costs time and gains nothing.
  const parquet = new ParquetWriter({ writer, schema, codec: "UNCOMPRESSED", createdBy: "kindred" });
  for (let start = 0; start < pictures.length; start += groupRows) {
    const rows = Array.from({ length: Math.min(groupRows, pictures.length - start) }, (_, i) => start + i);
    const columnData: ColumnSource[] = [
      { name: "id", data: rows.map((row) => pictures[row]!.id) },
      { name: "path", data: rows.map((row) => pictures[row]!.path) },
      { name: "class", data: rows.map((row) => pictures[row]!.className) },
      { name: "label", data: rows.map((row) => pictures[row]!.label) },
      { name: "split", data: rows.map((row) => pictures[row]!.split) },
      {
        name: "vector",
        // The library takes lists as plain arrays only.
        data: rows.map((row) => Array.from(vectors.subarray(row * dim, (row + 1) * dim))),
        encoding: "PLAIN",
      },
    ];
    await parquet.write({ columnData, rowGroupSize: groupRows });
    await drain();
  }
  await parquet.finish();
  await drain();
}
