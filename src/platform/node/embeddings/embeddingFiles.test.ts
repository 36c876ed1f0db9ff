import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readEmbeddings } from "../../../../test/cli/readEmbeddings.fixture.ts";
import { InputError, Rng } from "../../../base/index.ts";
import { writeEmbeddings } from "./embeddingFiles.ts";
import type { Embeddings } from "./embeddings.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kindred-embeddings-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** More rows than a part of any form holds, with numbers of every size. */
function embeddings(rows = 9000, dim = 5): Embeddings {
  const rng = Rng.of(3, "embedding files");
  const vectors = Float32Array.from({ length: rows * dim }, () => rng.normal() * 10 ** (rng.int(60) - 30));
  vectors.set([0, 1, -1, 3.4028234663852886e38, 1.401298464324817e-45]);
  const pictures = Array.from({ length: rows }, (_, row) => {
    const label = row % 7 === 3 ? null : rng.int(10);
    const path = row % 5 === 1 ? null : `a "b", c/${row}\n.png`;
    return {
      ...{ id: path ?? String(row), path, className: label === null ? null : `class, ${label}`, label },
      split: row < 50 ? ("train" as const) : ("test" as const),
    };
  });
  return { dim, pictures, vectors };
}

describe("writeEmbeddings", () => {
  it.each([".parquet", ".npy", ".csv"])("writes %s that reads back as the same numbers", async (ending) => {
    const written = embeddings();
    const path = join(folder, `same${ending}`);
    const paths = await writeEmbeddings(path, written);
    expect(paths).toEqual(
      ending === ".npy" ? [path, join(folder, "same-labels.npy"), join(folder, "same-pictures.csv")] : [path],
    );
    const read = await readEmbeddings(path);
    const expected = written.pictures.map(({ className, ...rest }) => ({ ...rest, class: className }));
    expect(read.pictures).toEqual(expected);
    expect(read.dim).toBe(written.dim);
    expect(Buffer.compare(Buffer.from(read.vectors.buffer), Buffer.from(written.vectors.buffer))).toBe(0);
  });

  it("takes an ending in capitals", async () => {
    expect(await writeEmbeddings(join(folder, "A.NPY"), embeddings(3))).toEqual([
      join(folder, "A.NPY"),
      join(folder, "A-labels.NPY"),
      join(folder, "A-pictures.csv"),
    ]);
  });

  it("refuses another ending, naming the three", async () => {
    const writing = writeEmbeddings(join(folder, "a.txt"), embeddings(3));
    await expect(writing).rejects.toThrow(InputError);
    await expect(writing).rejects.toThrow(/a\.txt .*expected \.parquet, \.npy or \.csv/);
  });

  it.each([".parquet", ".npy", ".csv"])("names the picture of NaN and writes no %s", async (ending) => {
    const damaged = embeddings(30);
    damaged.vectors[21 * 5 + 3] = Number.NaN;
    const writing = writeEmbeddings(join(folder, `nan${ending}`), damaged);
    await expect(writing).rejects.toThrow(InputError);
    await expect(writing).rejects.toThrow(/embedding of 21 is NaN in column 3/);
    expect((await readdir(folder)).filter((name) => name.includes("nan"))).toEqual([]);
  });

  it("leaves none of several files where one cannot be written", async () => {
    const path = join(folder, "pair.npy");
    await writeFile(path, "old");
    await rm(join(folder, "pair-labels.npy"), { force: true });
    await writeEmbeddings(join(folder, "pair-labels.npy", "in-the-way.csv"), embeddings(3));
    await expect(writeEmbeddings(path, embeddings(3))).rejects.toThrow(/pair-labels\.npy.*a folder/);
    expect(await readFile(path, "utf8")).toBe("old");
    expect((await readdir(folder)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});
