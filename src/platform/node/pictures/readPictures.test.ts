import {
  copyFile,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parquetWriteFile } from "hyparquet-writer";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { AbortedError } from "../../../base/index.ts";
import { fingerprint, type ImageDataset, sliceImages } from "../../../modality/image/index.ts";
import {
  type LoadDatasetOptions,
  loadDataset,
  MissingSplitError,
  readDataset,
} from "../datasets/datasets.ts";
import { loadSplits } from "../datasets/splits.ts";
import { PictureThreads } from "./decode/pictureThreads.ts";
import { preprocessPicture } from "./decode/preprocessPicture.ts";
import { drawn, drawnFolder, hugePng, writeFiles } from "./drawnPictures.fixture.ts";

let root: string;
const at = (...parts: string[]): string => join(root, ...parts);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "kindred-pictures-"));
  vi.stubEnv("KINDRED_CACHE", at("cache"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(root, { recursive: true, force: true });
});

const small = { preprocessing: { size: 8, channels: 1 as const } };
/** {@link readDataset}, with which stages there were and how many files each was of. */
async function read(options: LoadDatasetOptions = small, source = at("data")) {
  const stages: Record<string, number> = {};
  const onPictures = (stage: string, done: number, total: number): void => {
    expect(done).toBeLessThanOrEqual(total);
    stages[stage] = done;
  };
  return { ...(await readDataset(source, { ...options, onPictures })), stages };
}

const pixelsOf = ({ pixels, channels, height }: ImageDataset, row: number): number[] => {
  const each = channels * height ** 2;
  return [...pixels.subarray(row * each, (row + 1) * each)];
};

const message = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "no error",
    (error: Error) => `${error.name}: ${error.message.replaceAll(root, "~")}`,
  );

const caches = async (): Promise<string[]> =>
  (await readdir(at("cache", "pictures"))).filter((name) => name.endsWith(".pixels"));

describe("readDataset of picture files", () => {
  it("decodes every file, each row that of its path, and keeps the last for validation", async () => {
    await writeFiles(at("data"), await drawnFolder(["disc", "bar"], 12));
    const { dataset, validation, ownValidation, report, stages } = await read();
    expect({ ...dataset, pixels: 0, labels: 0, paths: 0, rows: 0, pixelsChecksum: 0 }).toEqual({
      ...{ name: at("data"), count: 24, channels: 1, height: 8, width: 8, labelled: true },
      ...{ pixels: 0, labels: 0, paths: 0, rows: 0, pixelsChecksum: 0, classes: ["bar", "disc"] },
      preprocessing: { size: 8, channels: 1, fit: "cover" },
    });
    expect([validation, ownValidation]).toEqual([4, false]);
    expect([...dataset.labels.slice(-4)].sort()).toEqual([0, 0, 1, 1]);
    expect(stages).toEqual({ reading: 24, decoding: 24 });
    expect(report).toMatchObject({ used: 24, skipped: [], emptyClasses: [], duplicates: [], conflicts: [] });
    const paths = dataset.paths!;
    expect(new Set(paths).size).toBe(24);
    const listed = Array.from(dataset.rows!, (row) => paths.toSorted()[row]);
    expect(listed, "rows are places in the folder's own order").toEqual(paths);
    for (const [row, path] of paths.entries()) {
      expect(dataset.classes![dataset.labels[row]!]).toBe(path.split("/")[0]);
      const expected = await preprocessPicture(
        await readFile(at("data", path)),
        path,
        dataset.preprocessing!,
      );
      expect(pixelsOf(dataset, row)).toEqual([...expected]);
    }
  });

  it("is the same for one seed, in another order for another, which decodes nothing anew", async () => {
    await writeFiles(at("data"), await drawnFolder(["disc", "bar"], 8));
    const first = await read();
    const again = await read();
    expect(again.stages).toEqual({});
    expect([again.dataset.paths, fingerprint(again.dataset)]).toEqual([
      first.dataset.paths,
      fingerprint(first.dataset),
    ]);
    expect(Buffer.compare(again.dataset.pixels, first.dataset.pixels)).toBe(0);
    const work = vi.spyOn(PictureThreads.prototype, "inOrder");
    const other = await read({ ...small, seed: 2 });
    expect(work.mock.calls.flatMap(([asked]) => [...asked])).toEqual([]);
    work.mockRestore();
    expect(other.dataset.paths).not.toEqual(first.dataset.paths);
    expect(other.dataset.paths!.toSorted()).toEqual(first.dataset.paths!.toSorted());
    for (const [row, path] of other.dataset.paths!.entries()) {
      expect(pixelsOf(other.dataset, row)).toEqual(
        pixelsOf(first.dataset, first.dataset.paths!.indexOf(path)),
      );
    }
  });

  it("reads only files that are new or changed, whose fingerprint is another", async () => {
    await writeFiles(at("data"), await drawnFolder(["disc", "bar"], 6));
    const before = await read();
    await writeFiles(at("data"), { "bar/0.png": await drawn("bar", 99), "bar/9.png": await drawn("bar", 9) });
    const after = await read();
    expect([after.stages.reading, after.dataset.count]).toEqual([2, 13]);
    expect(fingerprint(after.dataset)).not.toBe(fingerprint(before.dataset));
    // One that was only touched or moved is the same content.
    await rename(at("data"), at("moved"));
    const moved = await read(small, at("moved"));
    expect(moved.stages).toEqual({ reading: 13 });
    expect(fingerprint(moved.dataset)).toBe(fingerprint(after.dataset));
  });

  it("chooses grey or colour, and a side by the median", async () => {
    const grey = await drawnFolder(["disc"], 3, { width: 200, height: 50, grey: true, format: "jpeg" });
    await writeFiles(at("data"), grey);
    const chosen = async () => (await read({})).dataset.preprocessing;
    expect(await chosen()).toEqual({ size: 48, channels: 1, fit: "cover" });
    await writeFiles(at("data"), { "bar/a.png": await drawn("bar", 1, { width: 20, height: 20 }) });
    expect(await chosen()).toEqual({ size: 48, channels: 3, fit: "cover" });
    await writeFiles(at("data"), await drawnFolder(["bar"], 5, { width: 20, height: 20 }));
    expect((await read({ preprocessing: { fit: "contain" } })).dataset.preprocessing).toEqual({
      ...{ size: 28, channels: 3, fit: "contain" },
    });
    await rm(at("data"), { recursive: true });
    await writeFiles(at("data"), await drawnFolder(["disc"], 2, { width: 150, height: 140 }));
    expect((await chosen())?.size).toBe(64);
  });

  it("takes parts as the folders have them, and classes by the same numbers in each", async () => {
    const all = await drawnFolder(["disc", "bar", "cross"], 4);
    const of = (part: string, shapes: readonly string[]) =>
      Object.fromEntries(
        Object.entries(all)
          .filter(([path]) => shapes.includes(path.split("/")[0]!))
          .map(([path, bytes]) => [`${part}/${path}`, bytes]),
      );
    await writeFiles(at("data"), {
      ...of("train", ["disc", "cross"]),
      ...of("valid", ["disc"]),
      ...of("test", ["bar"]),
    });
    const { dataset, validation, ownValidation, report } = await read();
    expect([dataset.count, validation, ownValidation]).toEqual([12, 4, true]);
    expect(dataset.classes).toEqual(["bar", "cross", "disc"]);
    expect(dataset.paths!.slice(-4).every((path) => path.startsWith("valid/"))).toBe(true);
    expect(report?.duplicates).toHaveLength(4);
    const test = await loadDataset(at("data"), { ...small, split: "test" });
    expect([test.name, test.count, [...test.labels]]).toEqual([`${at("data")} (test)`, 4, [0, 0, 0, 0]]);
    const [train, held] = await loadSplits(at("data"), "all", () => null, small);
    expect([train!.count, held!.count]).toEqual([12, 4]);
  });

  it("has its validation pictures for a test split where it has no other, but not twice in all", async () => {
    await writeFiles(at("data"), await drawnFolder(["disc", "bar"], 10));
    const { dataset, validation } = await read();
    const test = await loadDataset(at("data"), { ...small, split: "test" });
    expect(test.paths).toEqual(dataset.paths!.slice(-validation!));
    expect([...test.pixels]).toEqual([...dataset.pixels.slice(-validation! * 64)]);
    expect(fingerprint(test)).toBe(fingerprint(sliceImages(dataset, 16, 20)));
    expect(await loadSplits(at("data"), "all", () => null, small)).toHaveLength(1);
    await expect(
      loadDataset(at("data"), { ...small, split: "test", validationAsTest: false }),
    ).rejects.toBeInstanceOf(MissingSplitError);
  });

  it("takes pictures without labels, of a flat folder or by choice", async () => {
    await writeFiles(at("data"), await drawnFolder(["disc", "bar"], 5));
    const { dataset } = await read({ ...small, unlabelled: true });
    expect([dataset.labelled, dataset.classes, [...new Set(dataset.labels)]]).toEqual([
      false,
      undefined,
      [0],
    ]);
    expect([dataset.count, dataset.paths!.includes("bar/0.png")]).toEqual([10, true]);
    const flat = await read(small, at("data", "disc"));
    expect([flat.dataset.labelled, flat.dataset.count]).toEqual([false, 5]);
  });

  it("takes a stratified sample, and as many for validation as asked", async () => {
    await writeFiles(at("data"), await drawnFolder(["disc", "bar"], 12));
    const { dataset, validation } = await read({ ...small, limit: 10, validation: 4 });
    expect([dataset.count, validation]).toEqual([10, 4]);
    expect([...dataset.labels].reduce((sum, label) => sum + label, 0)).toBe(5);
    expect([...dataset.labels.slice(-4)].sort()).toEqual([0, 0, 1, 1]);
  });

  it("keeps the numbers of known classes, and leaves digits as they are", async () => {
    const [a, b, c] = [await drawn("disc", 1), await drawn("bar", 2), await drawn("cross", 3)];
    await writeFiles(at("data"), { "cat/a.png": a, "ant/b.png": b, "dog/c.png": c });
    const { dataset } = await read({ ...small, classes: ["dog", "cat"] });
    expect(dataset.classes).toEqual(["dog", "cat", "ant"]);
    const label = (path: string) => dataset.labels[dataset.paths!.indexOf(path)];
    expect([label("dog/c.png"), label("cat/a.png"), label("ant/b.png")]).toEqual([0, 1, 2]);
    await writeFiles(at("digits"), { "3/a.png": a, "7/b.png": b });
    const digits = (await read(small, at("digits"))).dataset;
    expect([digits.classes, [...digits.labels].sort()]).toEqual([undefined, [3, 7]]);
  });

  it("reads tables: csv with quotes, and Parquet with splits", async () => {
    const files = await drawnFolder(["disc", "bar"], 3);
    await writeFiles(at("data"), { ...files, 'odd, "ü" name.png': await drawn("cross", 5) });
    const rows = Object.keys(files).map((path) => `${path},${path.split("/")[0]},x`);
    await writeFile(
      at("data", "list.csv"),
      ["File,label,note", ...rows, '"odd, ""ü"" name.png",odd,"a\nb"'].join("\n"),
    );
    const csv = (await read(small, at("data", "list.csv"))).dataset;
    expect([csv.count, csv.classes]).toEqual([7, ["bar", "disc", "odd"]]);
    expect(csv.paths).toContain('odd, "ü" name.png');
    const paths = Object.keys(files);
    parquetWriteFile({
      filename: at("data", "list.parquet"),
      columnData: [
        { name: "image", data: paths, type: "STRING" },
        { name: "label", data: Int32Array.from([4, 4, 4, 9, 9, 9]), type: "INT32" },
        { name: "split", data: ["train", "val", "test", "train", "val", "test"], type: "STRING" },
      ],
    });
    const { dataset, validation } = await read(small, at("data", "list.parquet"));
    expect([dataset.count, validation, dataset.classes, [...dataset.labels.slice(-2)].sort()]).toEqual([
      ...[4, 2, undefined, [4, 9]],
    ]);
    expect(
      (await loadDataset(at("data", "list.parquet"), { ...small, split: "test" })).paths!.toSorted(),
    ).toEqual(["bar/2.png", "disc/2.png"]);
    await truncate(at("data", "list.parquet"), 100);
    expect(await message(read(small, at("data", "list.parquet")))).toMatch(
      /^InputError: ~\/data\/list\.parquet cannot be read as a Parquet file: ".+", expected one that is whole/,
    );
  });
});

describe("readDataset of bad picture files", () => {
  it("skips what cannot be read, keeps the split exact, and remembers what it was", async () => {
    const files = await drawnFolder(["disc", "bar"], 10);
    const png = await drawn("disc", 50, { width: 90, height: 90 });
    await writeFiles(at("data"), {
      ...files,
      "disc/text.jpg": "a text",
      "disc/cut.png": png.subarray(0, png.length >> 1),
      "bar/huge.png": hugePng(),
      "bar/empty.gif": "",
    });
    for (const stages of [{ reading: 24, decoding: 24 }, {}]) {
      const got = await read({ ...small, validation: 6 });
      expect([got.dataset.count, got.validation]).toEqual([20, 6]);
      expect([...got.dataset.labels.slice(-6)].sort()).toEqual([0, 0, 0, 1, 1, 1]);
      expect(got.report!.skipped.map(({ path, reason }) => `${path}: ${reason}`).sort()).toEqual([
        "bar/empty.gif: is an empty file, no picture",
        "bar/huge.png: is 30000 x 30000 pixels, more than the 268,435,456 (16,384 x 16,384) that a picture may have: make it smaller",
        expect.stringMatching(/^disc\/cut\.png: is damaged or cut off: ./),
        "disc/text.jpg: is no picture that can be read, expected PNG, JPEG, WebP, GIF, TIFF, AVIF, SVG, BMP or PNM (PGM, PPM, PBM)",
      ]);
      expect(got.stages).toEqual(stages);
    }
    expect(await message(read({ ...small, strict: true }))).toMatch(
      /^InputError: ~\/data has files that --strict refuses: .+: .+ \(and 3 more\)$/,
    );
  });

  it("refuses fewer than two pictures, with the first reason", async () => {
    await writeFiles(at("data"), { "a/x.png": await drawn("disc", 1), "a/y.png": "text" });
    expect(await message(read())).toBe(
      "InputError: ~/data has 1 picture that can be read, expected at least 2, as pictures are compared in pairs: a/y.png: is no picture that can be read, expected PNG, JPEG, WebP, GIF, TIFF, AVIF, SVG, BMP or PNM (PGM, PPM, PBM)",
    );
  });

  it("reports one content twice, and one content of two labels", async () => {
    await writeFiles(at("data"), await drawnFolder(["disc", "bar"], 3));
    await copyFile(at("data", "disc", "0.png"), at("data", "disc", "copy.png"));
    await copyFile(at("data", "disc", "1.png"), at("data", "bar", "as bar.png"));
    const { report } = await read();
    expect(report!.duplicates).toEqual([{ paths: ["disc/0.png", "disc/copy.png"] }]);
    expect(report!.conflicts).toEqual([{ paths: ["bar/as bar.png", "disc/1.png"], labels: ["bar", "disc"] }]);
  });
});

describe("the cache of decoded pictures", () => {
  it("is noticed to be damaged, cut off or at odds, and made anew", async () => {
    await writeFiles(at("data"), await drawnFolder(["disc", "bar"], 4));
    const sound = await read();
    const print = fingerprint(sound.dataset);
    const [name] = await caches();
    const pixels = at("cache", "pictures", name!);
    const index = pixels.replace(/pixels$/, "json");
    const bytes = await readFile(pixels);
    // Replaced and not written to: it is mapped.
    const replace = async (path: string, content: Uint8Array | string): Promise<void> => {
      await writeFile(`${path}.new`, content);
      await rename(`${path}.new`, path);
    };
    const flipped = bytes.map((byte, i) => (i === 77 ? byte ^ 1 : byte));
    for (const damage of [
      () => replace(pixels, flipped),
      () => replace(pixels, bytes.subarray(0, 100)),
      () => replace(pixels, ""),
      () => replace(index, "{"),
      () => replace(index, '{"version":1}'),
      () => rm(pixels),
      () => rm(index),
    ]) {
      await damage();
      const { dataset, stages } = await read();
      expect(fingerprint(dataset)).toBe(print);
      expect(stages.decoding).toBe(8);
      expect(Buffer.compare(await readFile(pixels), bytes)).toBe(0);
    }
    expect((await read()).stages).toEqual({});
  });

  it("holds nothing of a work that was stopped", async () => {
    await writeFiles(at("data"), await drawnFolder(["disc", "bar"], 40));
    const stop = new AbortController();
    const onPictures = (stage: string): void => {
      if (stage === "decoding") stop.abort();
    };
    await expect(
      readDataset(at("data"), { ...small, signal: stop.signal, onPictures }),
    ).rejects.toBeInstanceOf(AbortedError);
    expect(await readdir(at("cache", "pictures"))).toEqual([]);
    expect((await read()).dataset.count).toBe(80);
  });

  it("says where it cannot be written", async () => {
    await writeFiles(at("data"), await drawnFolder(["disc"], 3));
    await writeFile(at("cache"), "a file");
    expect(await message(read())).toMatch(
      /^InputError: ~\/cache\/pictures.* cannot be written: .+; KINDRED_CACHE names another folder for decoded pictures$/,
    );
  });

  it("is a file of its own for each size, of as many bytes as there are pixels", async () => {
    await writeFiles(at("data"), await drawnFolder(["disc"], 3));
    await read();
    await read({ preprocessing: { size: 16, channels: 3 } });
    const names = (await caches()).sort();
    expect(names.map((name) => name.split("-")[0])).toEqual(["1x8x8", "3x16x16"]);
    const sizes = await Promise.all(
      names.map(async (name) => (await stat(at("cache", "pictures", name))).size),
    );
    expect(sizes).toEqual([3 * 64, 3 * 3 * 256]);
  });

  it("may be written to in memory, which leaves the file as it is", async () => {
    await writeFiles(at("data"), await drawnFolder(["disc"], 3));
    const { dataset } = await read();
    const before = dataset.pixels[0]!;
    dataset.pixels[0] = before ^ 255;
    expect((await read()).dataset.pixels[0]).toBe(before);
  });
});

describe("pictures of odd names", () => {
  it("are read", async () => {
    const png = await sharp(await drawn("disc", 1))
      .png()
      .toBuffer();
    await writeFiles(at("my data, ünï 🙂"), { "a class/π r².png": png, "另/x y.PNG": await drawn("bar", 2) });
    const { dataset } = await read(small, at("my data, ünï 🙂"));
    expect(dataset.paths!.toSorted()).toEqual(["a class/π r².png", "另/x y.PNG"]);
    expect(dataset.classes).toEqual(["a class", "另"]);
  });
});
