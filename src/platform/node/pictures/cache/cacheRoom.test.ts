import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { filesAsEntries, makeRoom, markUsed } from "./cacheRoom.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kindred-cache-room-"));
  await mkdir(join(folder, "ab"));
  for (const [day, name] of ["ab/oldest", "ab/old", "new", "newest"].entries()) {
    await writeFile(join(folder, name), "x".repeat(10));
    await utimes(join(folder, name), new Date(2001, 0, 1 + day), new Date(2001, 0, 1 + day));
  }
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const left = async (): Promise<string[]> =>
  (await readdir(folder, { recursive: true })).filter((name) => name !== "ab").sort();

it("removes what was unused for the longest, until no more is left than may be", async () => {
  await makeRoom(await filesAsEntries(folder), new Set(), 40);
  expect(await left()).toEqual(["ab/old", "ab/oldest", "new", "newest"]);
  await makeRoom(await filesAsEntries(folder), new Set(), 29);
  expect(await left()).toEqual(["new", "newest"]);
});

it("keeps what is in use, and what others are just writing", async () => {
  await writeFile(join(folder, ".half.1-0.tmp"), "x");
  await markUsed(join(folder, "ab/oldest"));
  await makeRoom(await filesAsEntries(folder), new Set([join(folder, "ab/old")]), 20);
  expect(await left()).toEqual([".half.1-0.tmp", "ab/old", "ab/oldest"]);
});
