import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cropped, mnist, writeCsv } from "./dataFiles.fixture.ts";
import { kindred, kindredOk, temporaryFolder } from "./kindred.fixture.ts";
import { type ObjectStorage, startObjectStorage } from "./objectStorage.fixture.ts";
import { copyTrainedRun } from "./trainedRun.fixture.ts";

const folder = temporaryFolder();
let storage: ObjectStorage;
beforeAll(async () => {
  storage = await startObjectStorage();
  await writeCsv(folder.at("more.csv"), cropped(await mnist(160), 12));
  await copyTrainedRun(folder.at("run"));
});
afterAll(() => storage.close());

const index = "s3://pictures/some/my.lance";
const json = async (...args: string[]) =>
  JSON.parse((await kindredOk([...args, "--json"], { cwd: folder.at(), env: storage.env })).stdout);
const search = () => json("search", "--index", index, "--id", "7", "-k", "5");

describe("an index on an object storage", () => {
  it("is made, searched, added to and deleted from as one in a folder", async () => {
    const missing = await kindred(["search", "--index", index, "--id", "7"], { env: storage.env });
    expect({ code: missing.code, stderr: missing.stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/^kindred: s3:\/\/pictures\/some\/my\.lance holds no index: make one/),
    });
    expect(await json("index", "--run", "run", "--out", index)).toMatchObject({ rows: 120, added: 120 });
    await json("index", "--run", "run", "--out", "my.lance");
    const { searches } = await search();
    expect(searches).toEqual((await json("search", "--index", "my.lance", "--id", "7", "-k", "5")).searches);
    const added = await json("index", "--add", "--data", "more.csv", "--out", index);
    // Rows of another file are other pictures, though most show the same.
    expect(added).toMatchObject({ rows: 280, added: 160, unchanged: 0 });
    expect(await json("index", "--delete", "8", "--out", index)).toMatchObject({ rows: 279, deleted: 1 });
    expect([...storage.objects.keys()].every((key) => key.startsWith("some/my.lance/items.lance/"))).toBe(
      true,
    );
  });

  it("is found as it was after a change that failed, and the next one goes on from there", async () => {
    const before = await search();
    storage.limit = [...storage.objects.values()].reduce((sum, { length }) => sum + length, 3000);
    const args = ["index", "--run", "run", "--data", "more.csv", "--out", index, "--force"];
    const { code, stderr } = await kindred(args, { cwd: folder.at(), env: storage.env });
    expect(code, stderr).toBe(1);
    expect(stderr.trimEnd().split("\n").at(-1)).toMatch(
      /^kindred: s3:\S+my\.lance cannot be written: .*QuotaExceeded/,
    );
    storage.limit = Number.POSITIVE_INFINITY;
    expect(await search()).toEqual(before);
    const again = await json("index", "--add", "--data", "more.csv", "--out", index);
    expect(again).toMatchObject({ rows: 279, added: 0, unchanged: 160 });
  });
});
