import { ByteWriter, type ColumnSource, ParquetWriter } from "hyparquet-writer";
import type { Embeddings } from "./embeddings.ts";
import type { Append } from "./files.ts";

/** Rows of a row group: 64 columns of float32 are 2 MiB then. */
const groupRows = 8192;

/** `id INT32, label INT32, vector LIST<FLOAT>`, nothing nullable. */
const schema: ConstructorParameters<typeof ParquetWriter>[0]["schema"] = [
  { name: "root", num_children: 3 },
  { name: "id", type: "INT32", repetition_type: "REQUIRED" },
  { name: "label", type: "INT32", repetition_type: "REQUIRED" },
  { name: "vector", converted_type: "LIST", repetition_type: "REQUIRED", num_children: 1 },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
  { name: "element", type: "FLOAT", repetition_type: "REQUIRED" },
];

/**
 * Writes embeddings as Parquet: the columns `id`, `label` and `vector`, a list of float32.
 *
 * @see https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#lists
 */
export async function writeParquet(append: Append, embeddings: Embeddings): Promise<void> {
  const { dim, labels, vectors } = embeddings;
  const writer = new ByteWriter();
  const drain = async (): Promise<void> => {
    const bytes = writer.getBytes().slice();
    writer.index = 0;
    await append(bytes);
  };
  // Bits of floats hardly repeat: compression costs time and gains nothing.
  const parquet = new ParquetWriter({ writer, schema, codec: "UNCOMPRESSED", createdBy: "kindred" });
  for (let start = 0; start < labels.length; start += groupRows) {
    const rows = Array.from({ length: Math.min(groupRows, labels.length - start) }, (_, i) => start + i);
    const columnData: ColumnSource[] = [
      { name: "id", data: Int32Array.from(rows) },
      { name: "label", data: labels.subarray(start, start + rows.length) },
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
