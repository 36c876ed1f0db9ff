import { existsSync } from "node:fs";
import { cp, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { ImageDataset } from "../../src/modality/image/index.ts";
import { cropped, mnist, split, writeCsv, writeIdxFolder } from "./dataFiles.fixture.ts";
import { readWeightsAndEmbed } from "./embedDirectly.fixture.ts";
import { pngOf, writeShapes } from "./indexed.fixture.ts";
import { kindred, kindredOk, temporaryFolder } from "./kindred.fixture.ts";

const folder = temporaryFolder();
let digits: ImageDataset;

const tiny = ["--validation", "20", "--epochs", "1", "--batch-size", "32"];
/** Decoded pictures are cached here and not in the user's folder. */
const inFolder = () => ({ cwd: folder.at(), env: { KINDRED_CACHE: folder.at("cache") } });
const ok = (...args: string[]) => kindredOk(args, inFolder());
const json = async (...args: string[]) => JSON.parse((await ok(...args, "--json")).stdout);

async function refusal(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await kindred(args, inFolder());
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: "" });
  const line = stderr.split("\n").at(-2)!;
  expect(stderr).not.toMatch(/^\s+at |Error:/m);
  expect(line).toMatch(/^kindred: /);
  return line.slice("kindred: ".length);
}

beforeAll(async () => {
  digits = cropped(await mnist(160), 12);
  await writeIdxFolder(folder.at("idx"), split(digits, 120));
  await ok("train", "--data", "idx", ...tiny, "--out", "run");
  await ok("index", "--run", "run", "--out", "my.lance");
});

/** Ranks by the vectors of the trained encoder, compared in plain loops. */
async function nearestTo(image: number, k: number): Promise<{ id: string; similarity: number }[]> {
  const vectors = await readWeightsAndEmbed(folder.at("run"), 0, digits);
  const dim = vectors.length / digits.count;
  const row = (i: number) => vectors.subarray(i * dim, (i + 1) * dim);
  const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
  return Array.from({ length: digits.count }, (_, i) => ({
    id: i < 120 ? String(i) : `test/${i - 120}`,
    similarity: dot(row(image), row(i)) / Math.sqrt(dot(row(image), row(image)) * dot(row(i), row(i))),
  }))
    .filter(({ id }) => id !== String(image))
    .sort((a, b) => b.similarity - a.similarity)
    .slice(0, k);
}

describe("kindred index and kindred search", () => {
  it("index all pictures, and find what the encoder's vectors say is nearest", async () => {
    const made = await json("index", "--run", "run", "--out", "my.lance", "--force");
    expect(made).toMatchObject({ rows: 160, added: 160, updated: 0, unchanged: 0, dim: 64 });
    expect(made.search).toMatchObject({ method: "exact", recallAt10: 1 });
    const { searches } = await json("search", "--index", "my.lance", "--id", "7", "test/3", "-k", "5");
    expect(searches.map(({ query }: { query: string }) => query)).toEqual(["7", "test/3"]);
    const expected = await nearestTo(7, 5);
    const results = searches[0].results;
    expect(results.map(({ id }: { id: string }) => id)).toEqual(expected.map(({ id }) => id));
    for (const [at, { similarity, rank, label, id }] of results.entries()) {
      expect(similarity).toBeCloseTo(expected[at]!.similarity, 4);
      expect(rank).toBe(at + 1);
      const image = id.startsWith("test/") ? 120 + Number(id.slice(5)) : Number(id);
      expect(label).toBe(String(digits.labels[image]));
    }
  });

  it("find the very picture by its file, and print a table", async () => {
    await writeFile(folder.at("seven ü.png"), await pngOf(digits, 7));
    const { stdout, stderr } = await ok("search", "--index", "my.lance", "seven ü.png", "-k", "2");
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toBe("rank  similarity  label  id");
    expect(lines[1]).toMatch(new RegExp(`^   1      1\\.0000  ${digits.labels[7]}      7$`));
    expect(lines).toHaveLength(3);
    expect(stderr).toMatch(/160 pictures, search: exact/);
  });

  it("take a model without its run, and the same model gives the same vectors", async () => {
    await cp(folder.at("run", "model"), folder.at("alone"), { recursive: true });
    const made = await json("index", "--run", "alone", "--data", "idx", "--out", "alone.lance");
    const whole = await json("index", "--run", "run", "--data", "idx", "--out", "whole.lance");
    expect([made.rows, made.dim, made.fingerprint]).toEqual([160, 64, whole.fingerprint]);
    await writeFile(folder.at("nine.png"), await pngOf(digits, 9));
    const { searches } = await json("search", "--index", "alone.lance", "nine.png");
    expect(searches).toEqual((await json("search", "--index", "whole.lance", "nine.png")).searches);
    expect(searches[0].results[0]).toMatchObject({ id: "9", similarity: expect.closeTo(1, 5) });
    expect(await refusal("index", "--run", "alone", "--out", "none.lance")).toBe(
      "alone is a model without its run: name the pictures to index with --data",
    );
    expect(await refusal("index", "--run", "alone", "--checkpoint", "0", "--out", "none.lance")).toBe(
      "alone is one model and has no checkpoints: leave --checkpoint out, or name its run",
    );
  });

  it("filter", async () => {
    const flags = ["--index", "my.lance", "--id", "7", "-k", "40", "--where"];
    const three = await json("search", ...flags, "label = '3' AND split = 'test'");
    const expected = [...digits.labels.subarray(120)].flatMap((label, i) =>
      label === 3 ? [`test/${i}`] : [],
    );
    expect(three.searches[0].results.map(({ id }: { id: string }) => id).sort()).toEqual(expected.sort());
    const none = await ok("search", ...flags, "label = 'cat'");
    expect(none.stdout).toMatch(/nothing was found\n$/);
  });

  it("write a contact sheet that holds its pictures", async () => {
    const { stdout } = await ok(
      "search",
      "--index",
      "my.lance",
      "--id",
      "7",
      "-k",
      "3",
      "--html",
      "sheet.html",
    );
    expect(stdout).toMatch(/\nsheet\.html\n$/);
    const html = await readFile(folder.at("sheet.html"), "utf8");
    expect(html.match(/<img [^>]*src="data:image\/png;base64,/g)).toHaveLength(4);
    expect(html).toContain("default-src 'none'");
    expect(html).not.toMatch(/<script|https?:/);
  });

  it("find the run that was moved along with the index, or by --run", async () => {
    await ok("index", "--run", "run", "--out", "a/b.lance", "--limit", "20");
    await rename(folder.at("run"), folder.at("moved"));
    try {
      expect(await refusal("search", "--index", "my.lance", "seven ü.png")).toMatch(
        /^the run that made my\.lance is not at .*run any more: name its folder with --run$/,
      );
      await ok("search", "--index", "my.lance", "seven ü.png", "--run", "moved");
      // By ids the encoder is not needed.
      await ok("search", "--index", "my.lance", "--id", "7");
    } finally {
      await rename(folder.at("moved"), folder.at("run"));
    }
  });
});

describe("kindred index on an index that is there", () => {
  it("adds, embeds only what changed, and deletes by id and by filter", async () => {
    const data = async (dataset: ImageDataset) => writeCsv(folder.at("some.csv"), dataset);
    await data({
      ...digits,
      count: 100,
      pixels: digits.pixels.subarray(0, 100 * 144),
      labels: digits.labels.subarray(0, 100),
    });
    const flags = ["index", "--data", "some.csv", "--out", "changing.lance"];
    await json(...flags, "--run", "run");
    // Row 5 gets another picture, row 6 another label, and 30 rows come after.
    const pixels = digits.pixels.slice(0, 130 * 144);
    pixels.set(digits.pixels.subarray(150 * 144, 151 * 144), 5 * 144);
    const labels = digits.labels.slice(0, 130);
    labels[6] = 9 - labels[6]!;
    await data({ ...digits, count: 130, pixels, labels });
    const added = await json(...flags, "--add");
    expect(added).toMatchObject({ rows: 130, added: 30, updated: 2, unchanged: 98, embedded: 31 });
    const again = await json(...flags, "--add");
    expect(again).toMatchObject({ rows: 130, added: 0, updated: 0, unchanged: 130, embedded: 0 });
    // Row 5 is now the picture that test/30 is in the other index.
    await writeFile(folder.at("changed.png"), await pngOf(digits, 150));
    const found = await json("search", "--index", "changing.lance", "changed.png", "-k", "1");
    expect(found.searches[0].results[0]).toMatchObject({ id: "5", similarity: expect.closeTo(1, 4) });
    const six = await json(
      "search",
      "--index",
      "changing.lance",
      "--id",
      "5",
      "-k",
      "200",
      "--where",
      "id = '6'",
    );
    expect(six.searches[0].results[0].label).toBe(String(labels[6]));

    const gone = await json("index", "--out", "changing.lance", "--delete", "5", "129", "nobody");
    expect(gone).toMatchObject({ rows: 128, deleted: 2 });
    const ones = await json("index", "--out", "changing.lance", "--delete-where", "label = '1'");
    expect(ones.deleted).toBe(
      [...labels.keys()].filter((i) => labels[i] === 1 && i !== 5 && i !== 129).length,
    );
  });

  it("is refused without a word of what to do with it", async () => {
    const flags = ["index", "--run", "run", "--out", "my.lance"];
    expect(await refusal(...flags)).toBe(
      "my.lance holds an index already: add to it with --add, delete from it with --delete, or replace it with --force",
    );
    expect(await refusal(...flags, "--add", "--force")).toMatch(
      /^--add and --force were given, expected one/,
    );
    expect(await refusal(...flags, "--delete", "3")).toMatch(
      /^--run says what to embed, and --delete embeds/,
    );
    expect(await refusal("index", "--out", "new.lance")).toMatch(
      /^new\.lance holds no index yet: name the run/,
    );
    expect(await refusal("index", "--out", "new.lance", "--delete", "1")).toMatch(
      /^new\.lance holds no index: /,
    );
  });

  it("is refused to another encoder: both fingerprints named", async () => {
    await ok("train", "--data", "idx", ...tiny, "--seed", "5", "--out", "other");
    const fingerprints = /made by the encoder ([\da-f]{16}), but that of other, epoch 0, is ([\da-f]{16}): /;
    for (const args of [
      ["search", "--index", "my.lance", "--run", "other", "seven ü.png"],
      ["index", "--out", "my.lance", "--run", "other", "--add"],
    ]) {
      const [, its, others] = fingerprints.exec(await refusal(...args)) ?? [];
      expect(its).not.toBe(others);
    }
  });
});

describe("kindred search, bad input", () => {
  it("looks at what it is to search by before it indexes a run, and goes on without what is no picture", async () => {
    await cp(folder.at("run"), folder.at("bare"), { recursive: true });
    await writeFile(folder.at("good.png"), await pngOf(digits, 7));
    await writeFile(folder.at("bad.png"), "no picture");
    const search = ["search", "--run", "bare"];
    expect(await refusal(...search, "bad.png")).toMatch(/^bad\.png: is no picture/);
    expect(await refusal(...search, "none.png")).toMatch(/^none\.png cannot be read: no such file/);
    expect(await refusal(...search, "bad.png", "none.png")).toBe(
      "none of the 2 files to search by is a picture that can be read",
    );
    expect(await refusal(...search, "good.png", "--where", "colour = 'red'")).toMatch(
      /there is no column colour/,
    );
    expect(existsSync(folder.at("bare", "index.lance"))).toBe(false);

    const some = await kindred(
      ["search", "--index", "my.lance", "bad.png", "good.png", "--json"],
      inFolder(),
    );
    expect(some.code).toBe(2);
    expect(some.stderr).toMatch(/^bad\.png: is no picture that can be read/m);
    const { searches, unreadable } = JSON.parse(some.stdout);
    expect(searches.map(({ query }: { query: string }) => query)).toEqual(["good.png"]);
    expect(searches[0].results[0]).toMatchObject({ id: "7", similarity: expect.closeTo(1, 4) });
    expect(unreadable).toEqual([{ file: "bad.png", reason: expect.stringMatching(/^bad\.png: /) }]);
  });

  it.each<readonly [string, readonly string[], string]>([
    [
      "a filter that does not parse",
      ["--id", "7", "--where", "label = 'cat' AND AND id = 'x'"],
      "the filter \"label = 'cat' AND AND id = 'x'\" is wrong at column 19: expected a column, a text in single quotes or a number, found AND",
    ],
    [
      "an unknown column",
      ["--id", "7", "--where", "colour = 'red'"],
      "the filter \"colour = 'red'\" is wrong at column 1: there is no column colour, there are id, modality, label, path, split, hash",
    ],
    [
      "a number for a label",
      ["--id", "7", "--where", "label = 7"],
      "the filter \"label = 7\" is wrong at column 9: expected text, received a number: write '7'",
    ],
    [
      "an unknown id",
      ["--id", "cat"],
      "my.lance has no picture of the id cat, expected one such as a search shows",
    ],
    ["nothing to search by", [], "name a picture file to search by, or --id"],
    [
      "a file and an id",
      ["seven ü.png", "--id", "7"],
      "picture files and --id were given, expected one of them",
    ],
    ["a missing file", ["no.png"], "no.png cannot be read: no such file or folder: check the path (ENOENT)"],
    [
      "a text file named .jpg",
      ["text.jpg"],
      "text.jpg: is no picture that can be read, expected PNG, JPEG, WebP, GIF, TIFF, AVIF, SVG, BMP or PNM (PGM, PPM, PBM)",
    ],
  ])("is refused: %s", async (_, flags, message) => {
    await writeFile(folder.at("text.jpg"), "no picture");
    expect(await refusal("search", "--index", "my.lance", ...flags)).toBe(message);
  });

  it("is refused: a function that is none, and an index that is none", async () => {
    const { code, stderr } = await kindred(
      ["search", "--index", "my.lance", "--id", "7", "--where", "foo(label) = 'x'"],
      inFolder(),
    );
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(
        /^kindred: the filter "foo\(label\) = 'x'" is wrong at column 1: there is no function foo in a filter, there are lower/,
      ),
    });
    expect(await refusal("search", "--index", "idx", "--id", "7")).toMatch(
      /^idx is a folder that holds other things/,
    );
    expect(await refusal("search", "--index", "no.lance", "--id", "7")).toMatch(
      /^no\.lance holds no index: make one/,
    );
  });
});

describe("kindred index on folders of pictures", () => {
  it("keeps pictures of one name in two folders, tells where each is, and knows a folder again from anywhere", async () => {
    await writeShapes(folder.at("one", "photos", "cat"), "circle", 3);
    await writeShapes(folder.at("two", "photos", "cat"), "circle", 4, 20);
    for (const i of [20, 21, 22]) {
      await rename(
        folder.at(`two/photos/cat/circle ${i}.png`),
        folder.at(`two/photos/cat/circle ${i - 20}.png`),
      );
    }
    await writeShapes(folder.at("one", "photos", "dog"), "square", 2);
    const train = ["--validation", "2", "--epochs", "1", "--batch-size", "4", "--size", "28"];
    await ok("train", "--data", "one/photos", ...train, "--patience", "0", "--out", "catRun");
    const index = ["index", "--out", "photos.lance"];
    expect(await json(...index, "--run", "catRun")).toMatchObject({ rows: 5, added: 5 });
    const more = await ok(...index, "--add", "--data", "two/photos", "--json");
    expect(JSON.parse(more.stdout)).toMatchObject({ rows: 9, added: 4, updated: 0, unchanged: 0 });
    expect(more.stderr).toContain(
      "is another collection than the index has: the ids of its pictures begin with photos-2:",
    );

    const search = async (...args: string[]) =>
      (await json("search", "--index", "photos.lance", "-k", "9", ...args)).searches[0].results as {
        id: string;
        path: string;
        label: string;
        file: string;
        similarity: number;
      }[];
    const all = await search("two/photos/cat/circle 1.png");
    expect(all[0]).toMatchObject({
      ...{ id: "photos-2:cat/circle 1.png", path: "cat/circle 1.png", label: "cat" },
      file: folder.at("two", "photos", "cat", "circle 1.png"),
      similarity: expect.closeTo(1, 4),
    });
    expect((await search("one/photos/cat/circle 1.png"))[0]!.id).toBe("cat/circle 1.png");
    for (const { file } of all) expect((await readFile(file)).length, file).toBeGreaterThan(0);
    expect(new Set(all.map(({ file }) => file)).size).toBe(9);

    // The same folder is the same collection, whatever it is called and from wherever; and so is a file of it.
    await symlink(folder.at("two", "photos"), folder.at("link"));
    for (const data of [folder.at("two", "photos"), "two/../two/photos", "link"]) {
      expect(await json(...index, "--add", "--data", data), data).toMatchObject({ rows: 9, unchanged: 4 });
    }
    const elsewhere = await kindredOk(
      ["index", "--out", "../photos.lance", "--add", "--data", "photos", "--json"],
      { ...inFolder(), cwd: folder.at("one") },
    );
    expect(JSON.parse(elsewhere.stdout)).toMatchObject({ rows: 9, unchanged: 5 });
    expect(await json(...index, "--add", "--data", "two/photos/cat/circle 0.png")).toMatchObject({
      ...{ rows: 9, added: 0, updated: 0, unchanged: 1 },
    });
    expect(await json(...index, "--delete", "cat/circle 0.png")).toMatchObject({ rows: 8, deleted: 1 });
    expect(await json(...index, "--delete-where", "id LIKE 'photos-2:%1.png'")).toMatchObject({ deleted: 1 });
    expect((await search("--id", "cat/circle 1.png")).map(({ id }) => id)).not.toContain(
      "photos-2:cat/circle 1.png",
    );

    // What was moved is known by what is in it.
    await rename(folder.at("two"), folder.at("three"));
    const moved = await ok(...index, "--add", "--data", "three/photos", "--json");
    expect(JSON.parse(moved.stdout)).toMatchObject({ rows: 8, added: 1, unchanged: 3 });
    expect(moved.stderr).toContain(
      `photos was moved from ${folder.at("two/photos")} to ${folder.at("three/photos")}: 3 of its 3 pictures are there as they were`,
    );
    const found = await search("three/photos/cat/circle 2.png");
    expect(found[0]).toMatchObject({
      ...{ id: "photos-2:cat/circle 2.png", file: folder.at("three/photos/cat/circle 2.png") },
    });
  });

  it("takes fields from the table beside them, which filters can name", async () => {
    await writeShapes(folder.at("album"), "circle", 4);
    const rows = (year: number) =>
      [
        "path,label,year,Taken by,draft,id",
        `circle 0.png,a,${year},Ada,true,1`,
        "circle 1.png,a,2021,Grace,false,2",
        "circle 2.png,b,2022,,false,3",
        "circle 3.png,b,,Ada,false,4",
      ].join("\n");
    await writeFile(folder.at("album", "table.csv"), rows(2019));
    const index = ["index", "--out", "album.lance", "--data", "album/table.csv"];
    const made = await ok(...index, "--run", "run");
    expect(made.stderr).toContain(
      'album/table.csv: the column "id" is no field to filter by, as its name is that of a column that every index has',
    );
    expect(made.stderr).toContain(
      'album/table.csv: fields to filter by are the columns "year", "Taken by" and "draft"',
    );
    const search = async (where: string) =>
      (await json("search", "--index", "album.lance", "album/circle 1.png", "--where", where)).searches[0]
        .results as { id: string; fields: object }[];
    const found = await search("year > 2020");
    expect(found.map(({ id }) => id).sort()).toEqual(["circle 1.png", "circle 2.png"]);
    expect(found[0]!.fields).toEqual({ year: 2021, "Taken by": "Grace", draft: false });
    expect((await search("draft OR `Taken by` IS NULL")).map(({ id }) => id).sort()).toEqual([
      "circle 0.png",
      "circle 2.png",
    ]);
    const unknown = ["search", "--index", "album.lance", "album/circle 1.png", "--where", "yeer > 2020"];
    expect(await refusal(...unknown)).toMatch(
      /there is no column yeer, there are id, modality, label, path, split, hash, year, `Taken by`, draft$/,
    );

    await writeFile(folder.at("album", "table.csv"), rows(2030));
    expect(await json(...index, "--add")).toMatchObject({ rows: 4, updated: 1, unchanged: 3, embedded: 0 });
    expect(await search("year > 2020")).toHaveLength(3);
    await writeFile(folder.at("album", "table.csv"), rows(2030).replace("2021", "long ago"));
    expect(await refusal(...index, "--add")).toBe(
      'the field year of the item circle 1.png is text ("long ago"), expected a number, as that field of other items is: give it another name',
    );
  });

  it("keeps rows of two files apart, and test rows apart from training rows", async () => {
    const few = (from: number, count: number): ImageDataset => ({
      ...digits,
      count,
      pixels: digits.pixels.subarray(from * 144, (from + count) * 144),
      labels: digits.labels.subarray(from, from + count),
    });
    await writeCsv(folder.at("a.csv"), few(0, 20));
    await writeCsv(folder.at("b.csv"), few(30, 20));
    const flags = ["index", "--out", "rows.lance"];
    await json(...flags, "--run", "run", "--data", "a.csv");
    expect(await json(...flags, "--add", "--data", "b.csv")).toMatchObject({
      rows: 40,
      added: 20,
      updated: 0,
    });
    const args = ["search", "--index", "rows.lance", "--id", "b.csv:3", "-k", "40"];
    const { searches } = await json(...args);
    const { results } = searches[0];
    expect(results.filter(({ id }: { id: string }) => id.startsWith("b.csv:"))).toHaveLength(19);
    expect(results[0]).toMatchObject({ path: null, file: null });

    await json("index", "--out", "parts.lance", "--run", "run", "--split", "train", "--limit", "20");
    const test = ["index", "--out", "parts.lance", "--add", "--split", "test", "--limit", "20"];
    expect(await json(...test)).toMatchObject({ rows: 40, added: 20, updated: 0 });
    const found = await json("search", "--index", "parts.lance", "--id", "test/3", "-k", "40");
    expect(found.searches[0].results.filter(({ split }: { split: string }) => split === "test")).toHaveLength(
      19,
    );
  });

  it("names them by their paths and searches by a photo of any size", async () => {
    await writeShapes(folder.at("shapes ü", "circle"), "circle", 24);
    await writeShapes(folder.at("shapes ü", "square"), "square", 24);
    const train = ["--validation", "8", "--epochs", "2", "--batch-size", "16", "--size", "28"];
    await ok("train", "--data", "shapes ü", ...train, "--out", "shapeRun");
    const made = await json("index", "--run", "shapeRun", "--out", "shapes.lance");
    expect(made).toMatchObject({ rows: 48, added: 48 });
    const { searches } = await json(
      "search",
      "--index",
      "shapes.lance",
      "shapes ü/square/square 3.png",
      "-k",
      "3",
    );
    expect(searches[0].results[0]).toEqual({
      rank: 1,
      similarity: expect.closeTo(1, 4),
      id: "square/square 3.png",
      modality: "image",
      label: "square",
      path: "square/square 3.png",
      split: null,
      fields: {},
      file: folder.at("shapes ü", "square", "square 3.png"),
    });
    await writeShapes(folder.at("shapes ü", "circle"), "circle", 2, 24);
    expect(await json("index", "--out", "shapes.lance", "--add")).toMatchObject({
      ...{ rows: 50, added: 2, updated: 0, unchanged: 48, embedded: 2 },
    });
    await writeFile(folder.at("one more.png"), await readFile(folder.at("shapes ü/circle/circle 0.png")));
    expect(await json("index", "--out", "shapes.lance", "--add", "--data", "one more.png")).toMatchObject({
      ...{ rows: 51, added: 1, updated: 0, unchanged: 0, embedded: 1 },
    });
    const found = await json("search", "--index", "shapes.lance", "one more.png", "-k", "2");
    const [a, b] = found.searches[0].results as { id: string; file: string; similarity: number }[];
    expect([a!.similarity, b!.similarity]).toEqual([expect.closeTo(1, 4), expect.closeTo(1, 4)]);
    const lone = `${basename(folder.at())}:one more.png`;
    expect([a!.id, b!.id].sort()).toEqual(["circle/circle 0.png", lone].sort());
    expect(
      (await json("search", "--index", "shapes.lance", "--id", lone, "-k", "1")).searches[0].results[0].id,
    ).toBe("circle/circle 0.png");
    expect(
      await refusal("index", "--out", "shapes.lance", "--add", "--data", "one more.png", "--split", "test"),
    ).toMatch(/^one more\.png has no test pictures, and of 1 none is kept for validation/);
    expect(await refusal("train", "--data", "one more.png", "--out", "never")).toBe(
      "one more.png has 1 picture that can be read, expected at least 2, as pictures are compared in pairs",
    );
  });
});
