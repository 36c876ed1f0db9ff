import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@lancedb/lancedb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AbortedError, InputError, Rng } from "../../../base/index.ts";
import type { IndexedItem, ItemRecord } from "../../../retrieval/index.ts";
import { bruteForce, dim, drawnPictures, info, inParts } from "./itemIndex.fixture.ts";
import { ItemIndex } from "./itemIndex.ts";

let folder = "";
const at = (...parts: string[]): string => join(folder, ...parts);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kindred-index-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const query = Float32Array.from({ length: dim }, (_, i) => Math.cos(3 * i + 1));

/** All files of a folder with their contents. */
async function contents(path: string): Promise<Record<string, string>> {
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Object.fromEntries(
    await Promise.all(files.map(async (file) => [file, await readFile(file, "base64")])),
  );
}

async function failing(pictures: readonly IndexedItem[], error: Error) {
  return (async function* () {
    yield pictures;
    throw error;
  })();
}

async function expectNearest(
  index: ItemIndex,
  pictures: readonly IndexedItem[],
  options: { k: number; where?: string },
): Promise<void> {
  const hits = await index.search(query, options);
  const expected = bruteForce(pictures, query, options.k);
  expect(hits.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
  for (const [rank, { similarity }] of hits.entries()) {
    expect(similarity).toBeCloseTo(expected[rank]!.similarity, 5);
  }
}

describe("an index of pictures", () => {
  const pictures = drawnPictures(950);
  const path = (): string => at("ä folder #1 %20", "my pictures.lance");

  it("finds what a loop over all cosines finds, with a filter too", async () => {
    const index = await ItemIndex.create(path(), info, inParts(pictures));
    expect(index.info).toEqual(info);
    expect(index.plan).toMatchObject({ method: "exact", rows: 950, recallAt10: 1 });
    expect(await index.count()).toBe(950);
    await expectNearest(index, pictures, { k: 10 });
    await expectNearest(index, pictures, { k: 950 });
    const cats = pictures.filter(({ label }) => label === "cat");
    expect(await index.count("label = 'cat'")).toBe(cats.length);
    await expectNearest(index, cats, { k: 7, where: "label = 'cat'" });
    const none = pictures.filter(({ label }) => label === null);
    await expectNearest(index, none, { k: 7, where: "label IS NULL" });
    expect(await index.search(query, { where: "label = 'bird'" })).toEqual([]);
    index.close();
  });

  it("gives back records, vectors of unit length and previews as they were written", async () => {
    const index = await ItemIndex.open(path());
    const [hit] = await index.search(pictures[4]!.vector, { k: 1, previews: true });
    const { vector: _, ...record } = pictures[4]!;
    expect(hit).toEqual({ ...record, file: null, similarity: expect.closeTo(1, 6) });
    const [picture, ...others] = await index.get(["p4", "nobody"]);
    expect(others).toEqual([]);
    const length = Math.hypot(...pictures[4]!.vector);
    for (const [i, value] of picture!.vector.entries()) {
      expect(value).toBeCloseTo(pictures[4]!.vector[i]! / length, 6);
    }
    const records: ItemRecord[] = [];
    for await (const record of index.records()) records.push(record);
    expect(records).toEqual(pictures.map(({ vector: _v, preview: _p, ...rest }) => rest));
    index.close();
  });

  it("adds, replaces and deletes by id, and an index that was open before sees its own pictures", async () => {
    const reader = await ItemIndex.open(path());
    const index = await ItemIndex.open(path());
    const changed = drawnPictures(30, 940, 2);
    await index.add(inParts(changed, 20));
    const now = [...pictures.slice(0, 940), ...changed];
    expect(await index.count()).toBe(970);
    await expectNearest(index, now, { k: 970 });
    const ids = ["p0", "p1", "it's none", "p941"];
    expect(await index.delete(ids)).toBe(3);
    expect(await index.delete({ where: "label = 'dog' AND id LIKE 'p2%'" })).toBe(
      now.filter(({ id, label }) => label === "dog" && id.startsWith("p2")).length,
    );
    const left = now.filter(
      ({ id, label }) => !ids.includes(id) && !(label === "dog" && id.startsWith("p2")),
    );
    await expectNearest(index, left, { k: 970 });
    await expectNearest(reader, pictures, { k: 950 });
    const again = await ItemIndex.open(path());
    await expectNearest(again, left, { k: 970 });
    for (const opened of [reader, index, again]) opened.close();
  });

  it("is replaced only by force, with another encoder's vectors too", async () => {
    const other = { ...info, fingerprint: "b".repeat(64), dim: 3 };
    const three = drawnPictures(20).map((picture) => ({ ...picture, vector: picture.vector.subarray(0, 3) }));
    await expect(ItemIndex.create(path(), other, inParts(three))).rejects.toThrow(
      /my pictures\.lance holds an index already: add to it with --add, .* or replace it with --force/,
    );
    const index = await ItemIndex.create(path(), other, inParts(three), { force: true });
    expect(index.info).toEqual(other);
    expect((await index.search(three[5]!.vector, { k: 1 }))[0]!.id).toBe("p5");
    expect(() => index.requireModel(info.fingerprint, "runs/a")).toThrow(
      /made by the encoder bbbbbbbbbbbbbbbb, but that of runs\/a is aaaaaaaaaaaaaaaa/,
    );
    index.close();
  });

  it("leaves a table of somebody else alone that has the same name", async () => {
    const foreign = at("foreign.lance");
    const connection = await connect(foreign);
    (await connection.createTable("items", [{ price: 7 }])).close();
    await expect(ItemIndex.create(foreign, info, inParts(pictures.slice(0, 3)))).rejects.toThrow(
      /foreign\.lance has a table items that is no index: choose another --out/,
    );
    const table = await connection.openTable("items");
    expect(await table.countRows()).toBe(1);
    table.close();
    connection.close();
  });

  it("may be empty, and become so", async () => {
    const index = await ItemIndex.create(at("empty.lance"), info, inParts([]));
    expect(await index.search(query)).toEqual([]);
    await index.add(inParts(pictures.slice(0, 5)));
    await expectNearest(index, pictures.slice(0, 5), { k: 10 });
    expect(await index.delete({ where: "true" })).toBe(5);
    expect(await index.search(query)).toEqual([]);
    index.close();
  });
});

describe("an approximate search", () => {
  /** 40 clusters in 8 dimensions. */
  const clustered = (count: number, first = 0): IndexedItem[] =>
    drawnPictures(count, first).map((picture, i) => {
      const centre = Rng.of(3, "centre", (first + i) % 40);
      return { ...picture, vector: picture.vector.map((value) => 0.2 * value + centre.normal()) };
    });
  const pictures = clustered(3000);

  it("is set up past a size, with the recall that was measured, and extended by additions", async () => {
    const index = await ItemIndex.create(at("many.lance"), info, inParts(pictures, 1000), {
      approximateFrom: 2000,
    });
    expect(index.plan).toMatchObject({
      method: "ivf-flat",
      rows: 3000,
      partitions: 55,
      queries: 64,
      note: null,
    });
    expect(index.plan.recallAt10).toBeGreaterThanOrEqual(0.98);
    expect(index.plan.probes).toBeLessThan(55);
    const added = clustered(200, 3000);
    await index.add(inParts(added), { approximateFrom: 2000 });
    expect(index.plan).toMatchObject({ method: "ivf-flat", rows: 3200, partitions: 55 });
    for (const { id, vector } of added) expect((await index.search(vector, { k: 1 }))[0]!.id).toBe(id);

    const all = [...pictures, ...added];
    let [found, wanted] = [0, 0];
    for (const { vector } of all.filter((_, i) => i % 40 === 7)) {
      const nearest = new Set(bruteForce(all, vector, 10).map(({ id }) => id));
      const hits = await index.search(vector);
      found += hits.filter(({ id }) => nearest.has(id)).length;
      wanted += 10;
      expect((await index.search(vector, { exact: true })).map(({ id }) => id)).toEqual([...nearest]);
    }
    expect(found / wanted).toBeGreaterThan(0.97);
    // Few pass: these are all compared. Many pass: more cells are looked into.
    const few = all.filter(({ id }) => id.startsWith("p12"));
    await expectNearest(index, few, { k: 10, where: "id LIKE 'p12%'" });
    const most = all.filter(({ label }) => label !== null);
    const hits = await index.search(query, { where: "label IS NOT NULL" });
    const nearest = new Set(bruteForce(most, query, 10).map(({ id }) => id));
    expect(hits.filter(({ id }) => nearest.has(id)).length).toBeGreaterThanOrEqual(9);
    index.close();

    const again = await ItemIndex.open(at("many.lance"));
    expect(again.plan).toEqual(index.plan);
    await again.delete({ where: "id > 'p2'" }, { approximateFrom: 2000 });
    expect(again.plan.method).toBe("exact");
    again.close();
  });

  it("is given up for an exact one where cells hold no neighbours together", async () => {
    const scattered = drawnPictures(600, 0, 4).map((picture) => {
      const rng = Rng.of(4, picture.id);
      return { ...picture, vector: Float32Array.from({ length: 64 }, () => rng.normal()) };
    });
    const index = await ItemIndex.create(at("scattered.lance"), { ...info, dim: 64 }, inParts(scattered), {
      approximateFrom: 500,
    });
    expect(index.plan).toMatchObject({ method: "exact", rows: 600, recallAt10: 1 });
    expect(index.plan.note).toMatch(/found only 0\.\d{4} of the 10 nearest, less than 0\.98/);
    const hits = await index.search(scattered[3]!.vector, { k: 20 });
    expect(hits.map(({ id }) => id)).toEqual(
      bruteForce(scattered, scattered[3]!.vector, 20).map(({ id }) => id),
    );
    index.close();
  });
});

describe("an index whose change fails", () => {
  const pictures = drawnPictures(300);
  const path = (): string => at("steady.lance");
  beforeAll(async () => (await ItemIndex.create(path(), info, inParts(pictures))).close());

  it.each([
    ["an error", new InputError("the pictures ended")],
    ["a stop", new AbortedError("stopped")],
  ])("is as it was to the byte after %s in additions, or in its replacement", async (_, error) => {
    const before = await contents(path());
    const index = await ItemIndex.open(path());
    const added = drawnPictures(200, 250, 5).map((picture) => ({ ...picture, fields: { shade: 1 } }));
    await expect(index.add(await failing(added, error))).rejects.toBe(error);
    expect(index.fields).toEqual({});
    expect(await contents(path())).toEqual(before);
    await expectNearest(index, pictures, { k: 300 });
    index.close();
    const replacement = ItemIndex.create(path(), info, await failing(drawnPictures(9), error), {
      force: true,
    });
    await expect(replacement).rejects.toBe(error);
    expect(await contents(path())).toEqual(before);
    const opened = await ItemIndex.open(path());
    await expectNearest(opened, pictures, { k: 300 });
    opened.close();
  });

  it("is changed by one at a time", async () => {
    const [one, other] = [await ItemIndex.open(path()), await ItemIndex.open(path())];
    const slow = (async function* () {
      await expect(other.delete(["p0"])).rejects.toThrow(
        /steady\.lance is being changed by this process .*: wait for it, stop it, or use another folder; if it is gone, remove .*index\.lock$/,
      );
      yield drawnPictures(1, 900);
    })();
    await one.add(slow);
    expect(await other.delete(["p900"])).toBe(1);
    for (const index of [one, other]) index.close();
  });

  it("is not changed by an encoder that was its own when it was opened", async () => {
    const index = await ItemIndex.open(path());
    const other = { ...info, fingerprint: "c".repeat(64) };
    (await ItemIndex.create(path(), other, inParts(drawnPictures(7)), { force: true })).close();
    const before = await contents(path());
    await expect(index.add(inParts(drawnPictures(3, 500)))).rejects.toThrow(
      /steady\.lance was made anew by another encoder \(c{16}, was a{16}\) since it was opened: run this again/,
    );
    expect(await contents(path())).toEqual(before);
    index.close();
    (await ItemIndex.create(path(), info, inParts(pictures), { force: true })).close();
  });

  it("is seen as it was by whoever has it open while it is replaced", async () => {
    const reader = await ItemIndex.open(path());
    for (let i = 0; i < 2; i++) {
      (await ItemIndex.create(path(), info, inParts(drawnPictures(9)), { force: true })).close();
    }
    await expectNearest(reader, pictures, { k: 300 });
    reader.close();
    (await ItemIndex.create(path(), info, inParts(pictures), { force: true })).close();
  });

  it("is added to by what is known once nobody else can change it", async () => {
    const [one, other] = [await ItemIndex.open(path()), await ItemIndex.open(path())];
    await one.delete(["p0"]);
    let seen = 0;
    await other.add(async () => {
      for await (const _ of other.records()) seen++;
      return { items: inParts(pictures.slice(0, 1)), roots: other.roots };
    });
    expect(seen).toBe(299);
    for (const index of [one, other]) index.close();
  });

  it("refuses what does not fit, as it was", async () => {
    const before = await contents(path());
    const index = await ItemIndex.open(path());
    const bad = (vector: Float32Array) => inParts([{ ...pictures[0]!, id: "bad one", vector }]);
    await expect(index.add(bad(new Float32Array(dim)))).rejects.toThrow(/embedding of bad one is all zeros/);
    await expect(index.add(bad(new Float32Array(3).fill(1)))).rejects.toThrow(/has 3 numbers, expected 8/);
    await expect(index.add(bad(new Float32Array(dim).fill(Number.NaN)))).rejects.toThrow(/is not finite/);
    await expect(index.search(new Float32Array(2))).rejects.toThrow(/search by has 2 numbers, expected 8/);
    await expect(index.search(query, { k: 0 })).rejects.toThrow(/k is 0/);
    expect(await contents(path())).toEqual(before);
    index.close();
  });

  it("is not there at all when it would have been new", async () => {
    const error = new InputError("the pictures ended");
    const create = ItemIndex.create(at("deep", "new.lance"), info, await failing(pictures, error));
    await expect(create).rejects.toBe(error);
    expect(await readdir(at("deep"))).toEqual([]);
    const twice = ItemIndex.create(at("deep", "new.lance"), info, inParts([...pictures, pictures[0]!]));
    await expect(twice).rejects.toThrow(/two items have the id p0/);
    expect(await readdir(at("deep"))).toEqual([]);
  });

  it("removes what a killed process left beside it", async () => {
    await mkdir(at("deep", ".new.lance.4194000-0.tmp"), { recursive: true });
    await mkdir(at("deep", `.new.lance.${process.pid}-99.tmp`), { recursive: true });
    (await ItemIndex.create(at("deep", "new.lance"), info, inParts(pictures))).close();
    expect((await readdir(at("deep"))).sort()).toEqual([`.new.lance.${process.pid}-99.tmp`, "new.lance"]);
  });

  it("removes with its next change what LanceDB left half-written within it, and nothing else", async () => {
    const index = await ItemIndex.create(at("left.lance"), info, inParts(pictures));
    const table = at("left.lance", "items.lance");
    const old = ["data/.tmpAb3dEf", "_versions/18446744073709551610.manifest#1", "data/.tmp-notes", "a#1"];
    for (const name of [...old, "data/.tmpYoung0"]) await writeFile(join(table, name), "half");
    for (const name of old) await utimes(join(table, name), new Date(2001, 0), new Date(2001, 0));
    await index.delete(["p0"]);
    const names = await readdir(table, { recursive: true });
    expect(names.filter((name) => /#|[.]tmp/.test(name)).sort()).toEqual([
      "a#1",
      "data/.tmp-notes",
      "data/.tmpYoung0",
    ]);
    await expectNearest(index, pictures.slice(1), { k: 5 });
    index.close();
  });
});

describe("an index that is none", () => {
  it("is told from a folder of other things, a file and nothing", async () => {
    await mkdir(at("photos"));
    await writeFile(at("photos", "a.jpg"), "a");
    await writeFile(at("file.lance"), "a");
    const open = (name: string) => ItemIndex.open(at(name));
    await expect(open("photos")).rejects.toThrow(/photos is a folder that holds other things than an index/);
    await expect(open("file.lance")).rejects.toThrow(
      /file\.lance is a file, expected the folder of an index/,
    );
    await expect(open("nowhere.lance")).rejects.toThrow(
      /nowhere\.lance holds no index: make one with kindred/,
    );
    const odd = at("no where.lance");
    await expect(open("no where.lance")).rejects.toThrow(
      `${odd} holds no index: make one with kindred index --run <dir> --data <path> --out '${odd}'`,
    );
    const create = ItemIndex.create(at("photos"), info, inParts([]), { force: true });
    await expect(create).rejects.toThrow(/photos is a folder that holds other things/);
    expect(existsSync(at("photos", "a.jpg"))).toBe(true);
    await mkdir(at("old.lance", "pictures.lance"), { recursive: true });
    const old =
      /old\.lance is an index that an earlier version of Kindred made.*: remove it and make it anew/;
    await expect(open("old.lance")).rejects.toThrow(old);
    await expect(ItemIndex.exists(at("old.lance"))).rejects.toThrow(old);
    await expect(ItemIndex.create(at("old.lance"), info, inParts([]), { force: true })).rejects.toThrow(old);
    await mkdir(at("bare.lance"));
    (await ItemIndex.create(at("bare.lance"), info, inParts([]))).close();
  });
});
