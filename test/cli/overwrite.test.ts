import { readFile, writeFile } from "node:fs/promises";
import { beforeAll, expect, it } from "vitest";
import { kindred, temporaryFolder } from "./kindred.fixture.ts";

const folder = temporaryFolder();
const names = ["mine.csv", "a.npy", "mine.html"];

beforeAll(async () => {
  for (const name of names) await writeFile(folder.at(name), `my ${name}`);
});

// Before anything is read: neither the run nor the index is there.
it.each([
  ["mine.csv", ["embed", "--run", "none", "--out", "mine.csv"], "--out"],
  ["a.npy", ["embed", "--run", "none", "--out", "a.npy"], "--out"],
  ["mine.html", ["search", "one.png", "--index", "none", "--html", "mine.html"], "--html"],
] as const)("does not write over %s without a word", async (name, args, option) => {
  const refused = await kindred(args, { cwd: folder.at() });
  expect(refused).toMatchObject({
    code: 2,
    stdout: "",
    stderr: `kindred: ${name} is there already: replace it with --force, or choose another ${option}\n`,
  });
  // Asked to, it goes on to what is missing.
  const forced = await kindred([...args, "--force"], { cwd: folder.at() });
  expect(forced.stderr).toMatch(/^kindred: (none|one\.png) /);
  expect(await readFile(folder.at(name), "utf8")).toBe(`my ${name}`);
});
