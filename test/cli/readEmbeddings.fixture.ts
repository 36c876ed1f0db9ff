import { readFile } from "node:fs/promises";
import { parquetReadObjects } from "hyparquet";

/** What a row says of its picture, as text; null is what is not known. */
export interface ReadPicture {
  readonly id: string;
  readonly path: string | null;
  readonly class: string | null;
  readonly label: number | null;
  readonly split: string;
}

/** What a file of embeddings holds. */
export interface ReadEmbeddings {
  readonly pictures: readonly ReadPicture[];
  readonly ids: readonly string[];
  readonly dim: number;
  /** -1 where there is none. */
  readonly labels: Int32Array;
  readonly vectors: Float32Array;
}

/** Reads embeddings in any form, Parquet with the library hyparquet. */
export async function readEmbeddings(path: string): Promise<ReadEmbeddings> {
  if (path.endsWith(".npy")) return readNpyAndPictures(path);
  const rows = path.endsWith(".csv") ? await readCsv(path) : await readParquet(path);
  return {
    ...told(rows.map(({ vector: _, ...picture }) => picture)),
    dim: rows[0]!.vector.length,
    vectors: Float32Array.from(rows.flatMap(({ vector }) => vector)),
  };
}

interface Row extends ReadPicture {
  readonly vector: number[];
}

function told(pictures: readonly ReadPicture[]): Pick<ReadEmbeddings, "pictures" | "ids" | "labels"> {
  return {
    pictures,
    ids: pictures.map(({ id }) => id),
    labels: Int32Array.from(pictures, ({ label }) => label ?? -1),
  };
}

async function readParquet(path: string): Promise<Row[]> {
  const bytes = await readFile(path);
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  const rows = await parquetReadObjects({ file });
  return rows.map((row) => ({
    ...{ id: row.id, path: row.path ?? null, class: row.class ?? null, label: row.label ?? null },
    ...{ split: row.split, vector: [...row.vector] },
  }));
}

/** The cells of RFC 4180's text, line by line. */
function cellsOf(text: string): string[][] {
  const lines: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^,"\n]*))(,|\n)/g)) {
    lines.at(-1)!.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end === "\n") lines.push([]);
  }
  return lines.slice(0, -1);
}

async function readCsv(path: string): Promise<Row[]> {
  const [head, ...lines] = cellsOf(await readFile(path, "utf8"));
  const names = ["id", "path", "class", "label", "split"];
  const numbers = Array.from({ length: head!.length - names.length }, (_, i) => `e${i}`);
  if (head!.join() !== [...names, ...numbers].join()) throw new Error(`unexpected header ${head}`);
  const orNull = (cell: string): string | null => (cell === "" ? null : cell);
  return lines.map(([id, file, name, label, split, ...vector]) => ({
    ...{ id: id!, path: orNull(file!), class: orNull(name!), label: label === "" ? null : Number(label) },
    ...{ split: split!, vector: vector.map(Number) },
  }));
}

async function readNpyAndPictures(path: string): Promise<ReadEmbeddings> {
  const matrix = await readNpy(path, "<f4");
  const list = await readNpy(path.replace(/\.npy$/, "-labels.npy"), "<i4");
  const pictures = await readCsv(path.replace(/\.npy$/, "-pictures.csv"));
  const all = told(pictures.map(({ vector: _, ...picture }) => picture));
  if (all.labels.join() !== new Int32Array(list.data).join()) throw new Error(`${path}: labels differ`);
  return { ...all, dim: matrix.shape[1]!, vectors: new Float32Array(matrix.data) };
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
