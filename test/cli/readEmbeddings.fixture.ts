import { readFile } from "node:fs/promises";
import { parquetReadObjects } from "hyparquet";

/** What a file of embeddings holds. */
export interface ReadEmbeddings {
  readonly ids: readonly number[];
  readonly dim: number;
  readonly labels: Int32Array;
  readonly vectors: Float32Array;
}

/** Reads embeddings in any form, Parquet with the library hyparquet. */
export async function readEmbeddings(path: string): Promise<ReadEmbeddings> {
  if (path.endsWith(".npy")) return readNpyPair(path);
  const rows = path.endsWith(".csv") ? await readCsv(path) : await readParquet(path);
  return {
    ids: rows.map(({ id }) => id),
    dim: rows[0]!.vector.length,
    labels: Int32Array.from(rows, ({ label }) => label),
    vectors: Float32Array.from(rows.flatMap(({ vector }) => vector)),
  };
}

interface Row {
  readonly id: number;
  readonly label: number;
  readonly vector: number[];
}

async function readParquet(path: string): Promise<Row[]> {
  const bytes = await readFile(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const rows = await parquetReadObjects({ file });
  return rows.map(({ id, label, vector }) => ({ id, label, vector: [...vector] }));
}

async function readCsv(path: string): Promise<Row[]> {
  const [head, ...lines] = (await readFile(path, "utf8")).trimEnd().split("\n");
  const width = head!.split(",").length - 2;
  const names = Array.from({ length: width }, (_, i) => `e${i}`);
  if (head !== ["id", "label", ...names].join(",")) throw new Error(`unexpected header ${head}`);
  return lines.map((line) => {
    const [id, label, ...vector] = line.split(",").map(Number);
    return { id: id!, label: label!, vector };
  });
}

async function readNpyPair(path: string): Promise<ReadEmbeddings> {
  const matrix = await readNpy(path, "<f4");
  const list = await readNpy(path.replace(/\.npy$/, "-labels.npy"), "<i4");
  const labels = new Int32Array(list.data);
  return {
    ids: [...labels.keys()],
    dim: matrix.shape[1]!,
    labels,
    vectors: new Float32Array(matrix.data),
  };
}

async function readNpy(path: string, type: string): Promise<{ shape: number[]; data: ArrayBuffer }> {
  const bytes = await readFile(path);
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString("latin1", 10, start);
  const shape = /'shape': \((.*?),?\)/.exec(header)![1]!.split(",").map(Number);
  if (start % 64 !== 0 || !header.includes(`'descr': '${type}'`)) throw new Error(`unexpected ${header}`);
  const data = Uint8Array.from(bytes.subarray(start)).buffer;
  if (data.byteLength !== 4 * shape.reduce((product, extent) => product * extent, 1)) {
    throw new Error(`${path}: ${data.byteLength} bytes for ${shape}`);
  }
  return { shape, data };
}
