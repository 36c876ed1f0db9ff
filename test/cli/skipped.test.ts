import { readFile, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { drawnFolder, writeFiles } from "../../src/platform/node/pictures/drawnPictures.fixture.ts";
import { type CommandResult, kindred, kindredOk, temporaryFolder } from "./kindred.fixture.ts";

const folder = temporaryFolder();
const env = (): { env: Record<string, string>; cwd: string } => ({
  ...{ env: { KINDRED_CACHE: folder.at("cache") }, cwd: folder.at("data") },
});
const small = ["--size", "12", "--epochs", "1", "--batch-size", "8", "--no-record", "--json"];
let trained: CommandResult;

beforeAll(async () => {
  await writeFiles(folder.at("data"), await drawnFolder(["disc", "bar"], 8));
  for (let i = 0; i < 7; i++) await writeFile(folder.at("data", "disc", `bad ${i}.png`), "");
  await writeFile(
    folder.at("data", "disc", "phone.heic"),
    Buffer.from("\0\0\0\x14ftypheic\0\0\0\0mif1", "latin1"),
  );
  await writeFile(folder.at("data", "bar", "notes.txt"), "notes");
  trained = await kindredOk(["train", "--data", ".", ...small], env());
});

describe("files that cannot be read", () => {
  it("are all named in the run's folder, and some on stderr", async () => {
    const text = await readFile(folder.at("data", "runs", "pictures", "skipped.jsonl"), "utf8");
    const skipped = text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(skipped).toHaveLength(8);
    expect(skipped).toContainEqual({
      path: "disc/phone.heic",
      reason: "is HEIC, which is not read: save it as JPEG or PNG",
    });
    expect(JSON.parse(trained.stdout).skipped).toEqual(skipped);
    expect(trained.stderr).toContain("8 files are skipped (--strict refuses them):");
    expect(trained.stderr).toContain("no pictures, so passed over: 1 .txt (bar/notes.txt)");
  });

  it.each([
    ["eval", []],
    ["embed", ["--out", "../e.csv"]],
    ["plot", ["--only", "pca", "--out", "../plots"]],
    ["index", ["--out", "../pictures.lance"]],
  ])(
    "are told of by %s, and refused with --strict",
    async (command, args) => {
      const all = [command, "--run", "runs/pictures", ...args];
      const strict = await kindred([...all, "--strict"], env());
      expect([strict.code, strict.stdout]).toEqual([2, ""]);
      expect(strict.stderr).toContain(
        "has files that --strict refuses: disc/bad 0.png: is an empty file, no picture (and 7 more)",
      );
      const { stdout, stderr } = await kindredOk([...all, "--json"], env());
      expect(stderr).toContain("8 files are skipped (--strict refuses them):");
      expect(JSON.parse(stdout).skipped).toHaveLength(8);
    },
    120_000,
  );

  it("are not a run's own: trained again in the same folder, the classes are the same", async () => {
    const again = await kindredOk(["train", "--data", ".", "--out", "runs/again", ...small], env());
    const config = async (run: string) =>
      JSON.parse(await readFile(folder.at("data", "runs", run, "config.json"), "utf8"));
    expect((await config("again")).data.classes).toEqual(["bar", "disc"]);
    expect((await config("again")).data.fingerprint).toBe((await config("pictures")).data.fingerprint);
    expect(again.stderr).toContain("1 folder is passed over:\n  runs/pictures: holds a run of Kindred");
  });
});
