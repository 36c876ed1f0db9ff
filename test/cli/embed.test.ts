import { mkdir, readdir } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import type { ImageDataset } from "../../src/modality/image/index.ts";
import { drawnFolder, writeFiles } from "../../src/platform/node/pictures/drawnPictures.fixture.ts";
import { writeCsv } from "./dataFiles.fixture.ts";
import { readWeightsAndEmbed } from "./embedDirectly.fixture.ts";
import { kindred, kindredOk, temporaryFolder } from "./kindred.fixture.ts";
import { readEmbeddings } from "./readEmbeddings.fixture.ts";
import { copyTrainedRun, digitFiles } from "./trainedRun.fixture.ts";

const folder = temporaryFolder();
let pictures: ImageDataset;
let idx: string;

beforeAll(async () => {
  ({ pictures, idx } = await digitFiles());
  await copyTrainedRun(folder.at("run"));
});

const embed = (...flags: string[]) =>
  kindredOk(["embed", "--run", folder.at("run"), "--json", "--force", ...flags]);

function expectClose(vectors: Float32Array, expected: Float32Array): void {
  expect(vectors).toHaveLength(expected.length);
  const worst = vectors.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
  expect(worst).toBeLessThan(1e-4);
}

describe("kindred embed", () => {
  it.each(["parquet", "npy", "csv"])("writes the embeddings of every picture as %s", async (ending) => {
    const out = folder.at("out", `all.${ending}`);
    const { stdout, stderr } = await embed("--out", out);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ rows: 120, dim: 64, epoch: 1 });
    expect(report.picturesPerSecond).toBeGreaterThan(0);
    expect(stderr).toMatch(/120 pictures, checkpoint of epoch 1/);
    const { pictures: rows, dim, labels, vectors } = await readEmbeddings(out);
    expect(rows).toEqual(
      Array.from(pictures.labels, (label, row) => ({
        ...{ id: String(row), path: null, class: String(label), label, split: "train" },
      })),
    );
    expect(dim).toBe(64);
    expect([...labels]).toEqual([...pictures.labels]);
    expectClose(vectors, await readWeightsAndEmbed(folder.at("run"), 1, pictures));
  });

  it("takes a split, the first pictures, and another checkpoint", async () => {
    const out = folder.at("out", "part.npy");
    const data = ["--data", idx, "--out", out];
    const labels = async () => [...(await readEmbeddings(out)).labels];
    const ids = async () => (await readEmbeddings(out)).ids;
    await embed(...data, "--split", "test", "--limit", "30");
    expect(await labels()).toEqual([...pictures.labels.subarray(80, 110)]);
    expect(await ids()).toEqual(Array.from({ length: 30 }, (_, row) => `test/${row}`));
    await embed(...data, "--split", "all", "--checkpoint", "0");
    expect(await labels()).toEqual([...pictures.labels]);
    expect((await ids()).slice(79, 82)).toEqual(["79", "test/0", "test/1"]);
    const { vectors } = await readEmbeddings(out);
    expectClose(vectors, await readWeightsAndEmbed(folder.at("run"), 0, pictures));
    await embed(...data);
    expect(await labels()).toEqual([...pictures.labels.subarray(0, 80)]);
  });

  it("takes the training split for all of a source that has no test split", async () => {
    await mkdir(folder.at("csvOnly"));
    await writeCsv(folder.at("csvOnly", "train.csv"), pictures);
    const out = folder.at("out", "csvOnly.npy");
    await embed("--data", folder.at("csvOnly"), "--split", "all", "--out", out);
    expect([...(await readEmbeddings(out)).labels]).toEqual([...pictures.labels]);
  });

  it("says in a line for people what it wrote and how fast", async () => {
    const out = folder.at("out", "people.csv");
    const { stdout } = await kindredOk(["embed", "--run", folder.at("run"), "--out", out]);
    expect(stdout).toMatch(/^120 embeddings of 64 numbers in .*people\.csv \(\d+ pictures\/s\)\n$/);
  });
});

describe("kindred embed of picture files, by a run that was trained on arrays", () => {
  beforeAll(async () => {
    const files = await drawnFolder(["disc", "bar"], 6, { width: 30, height: 24 });
    await writeFiles(folder.at("shapes"), { ...files, 'bar/a, "b".png': files["bar/3.png"]! });
    const inParts = Object.entries(files).map(([path, file]) => [
      `${path.includes("5.png") ? "test" : "train"}/${path}`,
      file,
    ]);
    await writeFiles(folder.at("parts"), Object.fromEntries(inParts));
    await writeFiles(
      folder.at("flat"),
      Object.fromEntries(Object.entries(files).map(([path, file]) => [path.replace("/", "-"), file])),
    );
  });
  const read = async (name: string, ...flags: string[]) => {
    await embed("--data", folder.at(...name.split("/")), "--out", folder.at("out", "own.csv"), ...flags);
    return readEmbeddings(folder.at("out", "own.csv"));
  };

  it("names each by its path and class, in the order of the folder, whatever the seed", async () => {
    const { pictures: rows, vectors, dim } = await read("shapes");
    const paths = rows.map(({ path }) => path!);
    expect(paths).toEqual(paths.toSorted());
    expect(paths).toHaveLength(13);
    for (const row of rows) {
      expect(row).toEqual({
        ...{ id: row.path, path: row.path, class: row.path!.split("/")[0], split: "train" },
        label: row.path!.startsWith("bar") ? 0 : 1,
      });
    }
    const one = await read("shapes/disc/4.png");
    const at = paths.indexOf("disc/4.png");
    expectClose(one.vectors, vectors.subarray(at * dim, (at + 1) * dim));
    const copy = paths.indexOf('bar/a, "b".png');
    const original = paths.indexOf("bar/3.png");
    expect(vectors.subarray(copy * dim, (copy + 1) * dim)).toEqual(
      vectors.subarray(original * dim, (original + 1) * dim),
    );
  });

  it("gives no label and no class where there are none, and takes one picture alone", async () => {
    for (const row of (await read("flat")).pictures) {
      expect(row).toMatchObject({ class: null, label: null });
    }
    expect((await read("flat/disc-4.png")).pictures).toEqual([
      { id: "disc-4.png", path: "disc-4.png", class: null, label: null, split: "train" },
    ]);
    const alone = folder.at("out", "alone.npy");
    await embed("--data", folder.at("flat", "disc-4.png"), "--out", alone);
    expect((await readEmbeddings(alone)).labels).toEqual(Int32Array.of(-1));
  });

  it("says of which split each is, training pictures first", async () => {
    const { pictures: rows } = await read("parts", "--split", "all");
    expect(rows).toHaveLength(12);
    for (const { path, split } of rows) expect(path!.split("/")[0]).toBe(split);
    expect(rows.map(({ split }) => split)).toEqual([...Array(10).fill("train"), "test", "test"]);
  });
});

describe("kindred embed, bad input", () => {
  it.each<readonly [string, () => string[], RegExp]>([
    ["an ending of no form", () => ["--out", folder.at("bad.txt")], /bad\.txt .*\.parquet, \.npy or \.csv/],
    [
      "pictures of another size",
      () => ["--data", "mnist", "--limit", "20", "--out", folder.at("bad.csv")],
      /1 x 28 x 28.*1 x 12 x 12/,
    ],
    [
      "a path through a file",
      () => ["--out", folder.at("run", "config.json", "bad.csv")],
      /bad\.csv cannot be written/,
    ],
    ["a test split of a csv", () => ["--split", "test", "--out", folder.at("bad.csv")], /no test split/],
    ["a missing checkpoint", () => ["--checkpoint", "9", "--out", folder.at("bad.csv")], /epoch 9 has no/],
  ])("refuses %s", async (_, flags, message) => {
    const { code, stdout, stderr } = await kindred(["embed", "--run", folder.at("run"), ...flags()]);
    expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/(^|\n)kindred: [^\n]*\n$/);
    expect(stderr).toMatch(message);
    expect(stderr, "found before the work").not.toContain("pictures, checkpoint");
    expect((await readdir(folder.at())).filter((name) => name.includes("bad"))).toEqual([]);
  });
});
