import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InputError } from "../../../base/index.ts";
import { classCounts } from "../../../data/index.ts";
import { kaggleRows, loadDataset } from "./datasets.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kindred-datasets-"));
});
afterEach(() => rm(folder, { recursive: true }));

const at = (name: string): string => join(folder, name);
/** Two pictures of 1 x 1, told apart by their first pixel. */
const images = (first: number): Uint8Array =>
  Uint8Array.of(0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 1, first, 1, 2);
const labels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 3, 5, 6, 7);
const csv = "label,pixel0\n5,50\n6,1\n7,2\n";
/** What went wrong, in one line. */
async function refusal(loading: Promise<unknown>): Promise<string> {
  const error: unknown = await loading.then(
    () => "nothing went wrong",
    (reason) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  const { message } = error as InputError;
  expect(message).not.toMatch(/\n/);
  return message.replaceAll(folder, "~");
}

describe("loadDataset of mnist", () => {
  const digest = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex").slice(0, 16);

  it("has Kaggle's number of training rows, of 60,000", async () => {
    const [kaggle, all] = [
      await loadDataset("mnist", { order: "source" }),
      await loadDataset("mnist-60k", { order: "source" }),
    ];
    expect([kaggle.name, kaggle.count, kaggle.pixels.length]).toEqual([
      "mnist",
      kaggleRows,
      kaggleRows * 784,
    ]);
    expect([all.name, all.count, all.height, all.width]).toEqual(["mnist-60k", 60_000, 28, 28]);
    expect([...all.labels.subarray(0, 10)]).toEqual([5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
    expect(digest(kaggle.pixels)).toBe(digest(all.pixels.subarray(0, kaggleRows * 784)));
  });

  it("has 10,000 test pictures", async () => {
    const test = await loadDataset("mnist", { split: "test" });
    expect([test.name, test.count]).toEqual(["mnist (test)", 10_000]);
    expect([...test.labels.subarray(0, 5)]).toEqual([7, 2, 1, 0, 4]);
    expect((await loadDataset("mnist-60k", { split: "test", limit: 3 })).count).toBe(3);
  });
});

describe("loadDataset of files", () => {
  const expected = { count: 3, channels: 1, height: 1, width: 1, labels: Int32Array.of(5, 6, 7) };
  const firstPixels = async (source: string, split: "train" | "test" = "train"): Promise<number> => {
    const dataset = await loadDataset(source, { split, order: "source" });
    expect(dataset).toMatchObject({ ...expected, name: source });
    return dataset.pixels[0]!;
  };

  it("reads a csv file, its first rows, and says how far it is", async () => {
    await writeFile(at("d.CSV"), csv);
    expect(await firstPixels(at("d.CSV"))).toBe(50);
    const progress: number[][] = [];
    const first = await loadDataset(at("d.CSV"), {
      limit: 2,
      order: "source",
      onProgress: (...done) => progress.push(done),
    });
    expect([...first.labels]).toEqual([5, 6]);
    expect(progress).toEqual([[csv.length, csv.length]]);
    expect((await loadDataset(at("d.CSV"), { limit: 99 })).count).toBe(3);
  });

  it("reads a csv file longer than a chunk", async () => {
    const rows = 300_000;
    const lines = Array.from({ length: rows }, (_, row) => `${row},${row % 256}\n`);
    await writeFile(at("d.csv"), `label,pixel0\n${lines.join("")}`);
    const dataset = await loadDataset(at("d.csv"), { order: "source" });
    expect(dataset.count).toBe(rows);
    expect(dataset.labels.every((label, row) => label === row)).toBe(true);
    expect(dataset.pixels.every((pixel, row) => pixel === row % 256)).toBe(true);
  });

  it("mixes the rows of sorted arrays, by a seed, and says which row each is", async () => {
    const rows = Array.from({ length: 40 }, (_, row) => `${Math.floor(row / 10)},${row}\n`);
    await writeFile(at("d.csv"), `label,pixel0\n${rows.join("")}`);
    const all = await loadDataset(at("d.csv"), { seed: 2 });
    expect([...all.pixels]).toEqual([...all.rows!]);
    expect(all.pixels.every((pixel, i) => all.labels[i] === Math.floor(pixel / 10))).toBe(true);
    const part = await loadDataset(at("d.csv"), { seed: 2, limit: 8 });
    expect([...part.rows!]).toEqual([...all.rows!.subarray(0, 8)]);
    expect([...classCounts(part.labels)]).toEqual([0, 1, 2, 3].map((label) => [label, 2]));
    expect((await loadDataset(at("d.csv"), { seed: 3 })).rows).not.toEqual(all.rows);
  });

  it("leaves all pictures of a test split as they are, and takes some of each class", async () => {
    const test = await loadDataset("mnist", { split: "test", limit: 100 });
    const counts = [...classCounts(test.labels).values()];
    expect([counts.length, Math.min(...counts) >= 8]).toEqual([10, true]);
    expect((await loadDataset("mnist", { split: "test" })).rows).toBeUndefined();
  });

  it("reads a folder of IDX files under either name, plain or packed", async () => {
    await writeFile(at("train-images-idx3-ubyte"), images(10));
    await writeFile(at("train-labels-idx1-ubyte"), labels);
    await writeFile(at("t10k-images.idx3-ubyte.gz"), gzipSync(images(20)));
    await writeFile(at("t10k-labels.idx1-ubyte"), labels);
    await writeFile(at("train.csv"), csv);
    expect(await firstPixels(folder)).toBe(10);
    expect(await firstPixels(folder, "test")).toBe(20);
    expect(await firstPixels(at("t10k-images.idx3-ubyte.gz"))).toBe(20);
    expect(await firstPixels(at("t10k-images.idx3-ubyte.gz"), "test")).toBe(20);
    expect(await refusal(loadDataset(at("train-images-idx3-ubyte"), { split: "test" }))).toContain(
      "~/train-images-idx3-ubyte is one images file, which has no test split",
    );
  });

  it("reads a folder with a train.csv", async () => {
    await writeFile(at("train.csv"), csv);
    expect((await loadDataset(folder, { order: "source" })).pixels[0]).toBe(50);
    expect(await refusal(loadDataset(folder, { split: "test" }))).toBe(
      "~/train.csv is a csv file, which has no test split: set part of its rows aside, or use mnist",
    );
  });

  it("says what is missing and what is accepted", async () => {
    expect(await refusal(loadDataset(at("none.csv")))).toMatch(
      /^~\/none\.csv cannot be read: no such file or folder: check the path \(ENOENT\); expected mnist, mnist-60k, a folder of pictures/,
    );
    expect(await refusal(loadDataset(folder))).toMatch(
      /^~ holds no pictures that are known, no table of them and no arrays, found an empty folder; expected mnist/,
    );
    await writeFile(at("train-images-idx3-ubyte"), images(10));
    expect(await refusal(loadDataset(folder))).toBe(
      "~/train-images-idx3-ubyte has no labels file beside it, expected train-labels-idx1-ubyte: put it there, or train without labels (--unlabelled)",
    );
    await writeFile(at("train-labels-idx1-ubyte"), labels);
    expect(await refusal(loadDataset(folder, { split: "test" }))).toContain(
      "~ has no IDX images file for the test split, such as t10k-images-idx3-ubyte, found train-images-idx3-ubyte and train-labels-idx1-ubyte",
    );
    expect(await refusal(loadDataset(at("train-labels-idx1-ubyte")))).toContain("is an IDX labels file");
    await writeFile(at("notes.md"), "x");
    expect(await refusal(loadDataset(at("notes.md")))).toContain("~/notes.md is not a data set");
    await mkdir(at("folder.csv"));
    expect(await refusal(loadDataset(at("folder.csv")))).toContain("found an empty folder");
  });

  it("names the damaged file", async () => {
    const packed = gzipSync(images(10));
    await writeFile(at("train-images-idx3-ubyte.gz"), packed.subarray(0, packed.length - 9));
    await writeFile(at("train-labels-idx1-ubyte"), labels);
    expect(await refusal(loadDataset(folder))).toMatch(
      /^~\/train-images-idx3-ubyte\.gz cannot be unpacked, expected a whole gzip file: /,
    );
    await writeFile(at("train-images-idx3-ubyte.gz"), gzipSync(labels));
    expect(await refusal(loadDataset(folder))).toContain(
      "~/train-images-idx3-ubyte.gz begins with 0x00000801, which is that of IDX labels",
    );
    await writeFile(at("d.csv"), "label,pixel0\n5,256\n");
    expect(await refusal(loadDataset(at("d.csv")))).toContain('~/d.csv: line 2, column 2 (pixel0) is "256"');
  });

  it("reads IDX files after any prefix, and asks where there are several sets", async () => {
    await writeFile(at("emnist-letters-train-images-idx3-ubyte"), images(10));
    await writeFile(at("emnist-letters-train-labels-idx1-ubyte"), labels);
    await writeFile(at("emnist-letters-test-images-idx3-ubyte.gz"), gzipSync(images(20)));
    await writeFile(at("emnist-letters-test-labels-idx1-ubyte"), labels);
    expect(await firstPixels(folder)).toBe(10);
    expect(await firstPixels(folder, "test")).toBe(20);
    const test = at("emnist-letters-test-images-idx3-ubyte.gz");
    expect(await firstPixels(test)).toBe(20);
    expect(await firstPixels(test, "test")).toBe(20);
    await writeFile(at("emnist-digits-train-images-idx3-ubyte"), images(30));
    expect(await refusal(loadDataset(folder))).toBe(
      "~ has several sets of IDX files, emnist-digits-train-images-idx3-ubyte and emnist-letters-train-images-idx3-ubyte: give the images file to take as --data",
    );
    const alone = await loadDataset(at("emnist-digits-train-images-idx3-ubyte"), { unlabelled: true });
    expect([alone.count, alone.labelled]).toEqual([3, false]);
  });

  it("exchanges rows and columns", async () => {
    const wide = Uint8Array.of(
      0,
      0,
      8,
      3,
      0,
      0,
      0,
      2,
      0,
      0,
      0,
      2,
      0,
      0,
      0,
      3,
      1,
      2,
      3,
      4,
      5,
      6,
      7,
      8,
      9,
      10,
      11,
      12,
    );
    await writeFile(at("train-images-idx3-ubyte"), wide);
    await writeFile(at("train-labels-idx1-ubyte"), Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 5, 6));
    const turned = await loadDataset(folder, { order: "source", form: { transpose: true } });
    expect([turned.height, turned.width]).toEqual([3, 2]);
    expect([...turned.pixels]).toEqual([1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12]);
  });

  it("unpacks no more than an IDX header says", async () => {
    // 64 MiB of zeros in 64 kB, of which the header names three.
    const bomb = Buffer.alloc(2 ** 26);
    bomb.set(images(10).subarray(0, 16));
    await writeFile(at("train-images-idx3-ubyte.gz"), gzipSync(bomb));
    await writeFile(at("train-labels-idx1-ubyte"), labels);
    expect(await refusal(loadDataset(folder))).toBe(
      "~/train-images-idx3-ubyte.gz has 1 bytes too many: 4 bytes after the header, expected 3 for its 3 x 1 x 1 images",
    );
    bomb.set([0xff, 0xff, 0xff, 0xff], 4);
    await writeFile(at("train-images-idx3-ubyte.gz"), gzipSync(bomb));
    expect(await refusal(loadDataset(folder))).toContain("~/train-images-idx3-ubyte.gz is truncated: ");
  });

  it("reads a folder with a table of pixels for each split, and asks where it may be several", async () => {
    await writeFile(at("digits_train.csv"), csv);
    await writeFile(at("digits_test.csv"), csv.replace("50", "60"));
    expect((await loadDataset(folder, { order: "source" })).pixels[0]).toBe(50);
    expect((await loadDataset(folder, { split: "test" })).pixels[0]).toBe(60);
    await writeFile(at("digits_test.csv"), "pixel0\n1\n");
    expect(await refusal(loadDataset(folder, { split: "test" }))).toContain(
      "has no labels, so that it is no test split",
    );
    await writeFile(at("more-train.csv"), csv);
    expect(await refusal(loadDataset(folder))).toBe(
      "~ has several tables, digits_train.csv and more-train.csv: give the one to take as --data",
    );
  });

  it("refuses a limit below a pair", async () => {
    for (const limit of [1, 0, -3, 2.5, Number.NaN]) {
      expect(await refusal(loadDataset("mnist", { limit }))).toContain(
        `a limit of ${limit} pictures of mnist`,
      );
    }
  });
});
