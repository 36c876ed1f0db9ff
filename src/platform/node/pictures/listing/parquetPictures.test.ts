import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ColumnSource, parquetWriteFile } from "hyparquet-writer";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InputError } from "../../../../base/index.ts";
import { classCounts } from "../../../../data/index.ts";
import { loadDataset } from "../../datasets/datasets.ts";
import { drawn, type Shape } from "../drawnPictures.fixture.ts";
import { readParquet } from "./readParquet.ts";

let root: string;
const at = (...parts: string[]): string => join(root, ...parts);
const small = { preprocessing: { size: 16, channels: 1 as const }, seed: 1 };

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "kindred-parquet-"));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const shapes: readonly Shape[] = ["disc", "bar"];

/** Pictures of two shapes in turn, as files would have them. */
async function pictures(count: number, seed = 0): Promise<Buffer[]> {
  return Promise.all(
    Array.from({ length: count }, (_, i) => drawn(shapes[i % 2]!, seed + i, { width: 20, height: 20 })),
  );
}

/** A file as Hugging Face writes it: pictures as `{bytes, path}`, classes by number, their names beside the table. */
async function writeHuggingFace(path: string, count: number, seed = 0): Promise<void> {
  const files = await pictures(count, seed);
  const names = JSON.stringify({
    info: { features: { image: { _type: "Image" }, label: { names: [...shapes], _type: "ClassLabel" } } },
  });
  parquetWriteFile({
    filename: path,
    schema: [
      { name: "root", num_children: 2 },
      { name: "image", repetition_type: "OPTIONAL", num_children: 2 },
      { name: "bytes", type: "BYTE_ARRAY", repetition_type: "OPTIONAL" },
      { name: "path", type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" },
      { name: "label", type: "INT64", repetition_type: "OPTIONAL" },
    ],
    columnData: [
      { name: "image", data: files.map((bytes, i) => ({ bytes: Uint8Array.from(bytes), path: `${i}.png` })) },
      { name: "label", data: files.map((_, i) => BigInt(i % 2)) },
    ],
    kvMetadata: [{ key: "huggingface", value: names }],
  });
}

async function refusal(loading: Promise<unknown>): Promise<string> {
  const error: unknown = await loading.then(
    () => "nothing went wrong",
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  expect((error as InputError).message).not.toMatch(/[\r\n]/);
  return (error as InputError).message.replaceAll(root, "~");
}

describe("pictures in Parquet", () => {
  it("reads pictures with their names and the names of their classes", async () => {
    await writeHuggingFace(at("d.parquet"), 12);
    const dataset = await loadDataset(at("d.parquet"), small);
    expect([dataset.count, dataset.classes]).toEqual([12, ["bar", "disc"]]);
    for (const [i, path] of dataset.paths!.entries()) {
      const number = Number(path.replace(".png", ""));
      expect(dataset.classes![dataset.labels[i]!]).toBe(shapes[number % 2]);
    }
  });

  it("reads shards of a folder with their parts", async () => {
    await mkdir(at("hub", "data"), { recursive: true });
    await writeHuggingFace(at("hub", "data", "train-00000-of-00002.parquet"), 8);
    await writeHuggingFace(at("hub", "data", "train-00001-of-00002.parquet"), 8, 50);
    await writeHuggingFace(at("hub", "data", "test-00000-of-00001.parquet"), 4, 90);
    const train = await loadDataset(at("hub"), small);
    expect([...classCounts(train.labels).values()]).toEqual([8, 8]);
    expect(new Set(train.paths).size).toBe(16);
    expect(train.paths).toContain("train-00001-of-00002/7.png");
    expect((await loadDataset(at("hub"), { ...small, split: "test" })).count).toBe(4);
  });

  it("reads a column of bytes, compressed or not", async () => {
    const files = await pictures(6);
    for (const codec of ["UNCOMPRESSED", "SNAPPY"] as const) {
      const columnData: ColumnSource[] = [
        { name: "class", data: files.map((_, i) => shapes[i % 2]!), type: "STRING" },
        { name: "picture", data: files.map((bytes) => Uint8Array.from(bytes)), type: "BYTE_ARRAY" },
      ];
      parquetWriteFile({ filename: at("d.parquet"), columnData, codec });
      const dataset = await loadDataset(at("d.parquet"), small);
      expect([dataset.count, dataset.classes]).toEqual([6, ["bar", "disc"]]);
    }
  });

  it("keeps the other columns as fields where they are asked for, row by row", async () => {
    const files = await pictures(6);
    parquetWriteFile({
      filename: at("d.parquet"),
      columnData: [
        { name: "image", data: files.map((bytes) => Uint8Array.from(bytes)), type: "BYTE_ARRAY" },
        { name: "label", data: files.map((_, i) => shapes[i % 2]!), type: "STRING" },
        { name: "year", data: files.map((_, i) => BigInt(2000 + i)), type: "INT64" },
        { name: "used", data: files.map((_, i) => i > 2), type: "BOOLEAN" },
      ],
    });
    const { paths, fields } = await loadDataset(at("d.parquet"), { ...small, fields: true });
    // Pictures come in an order by lot; rows are called 1, 2, …
    expect(fields).toEqual(paths!.map((path) => ({ year: 1999 + Number(path), used: Number(path) > 3 })));
    expect((await loadDataset(at("d.parquet"), small)).fields).toBeUndefined();
  });

  it("refuses a file whose pages keep the reader in a loop without end", async () => {
    parquetWriteFile({
      filename: at("d.parquet"),
      columnData: [
        { name: "path", data: ["a.png", "b.png", "a.png", "b.png"], type: "STRING" },
        { name: "label", data: ["x", "y", "x", "y"], type: "STRING" },
      ],
    });
    const bytes = await readFile(at("d.parquet"));
    expect((await readParquet(at("d.parquet"))).rows).toHaveLength(4);
    // The number of values in a page: that many are never found.
    bytes[20] = 0xff;
    await writeFile(at("bad.parquet"), bytes);
    expect(await refusal(readParquet(at("bad.parquet"), 1_000))).toBe(
      '~/bad.parquet cannot be read as a Parquet file: "its pages do not end", expected one that is whole, uncompressed or compressed with snappy, gzip, brotli or zstd: get it again',
    );
  });

  it("names the columns of one without pictures", async () => {
    parquetWriteFile({
      filename: at("d.parquet"),
      columnData: [
        { name: "vec\u001bt", data: [1, 2], type: "DOUBLE" },
        { name: "label", data: ["a", "b"], type: "STRING" },
      ],
    });
    expect(await refusal(loadDataset(at("d.parquet"), small))).toBe(
      '~/d.parquet names no pictures: it has the columns "vec\\u001bt", "label", expected one with the pictures\' paths, such as path or file_name',
    );
  });
});
