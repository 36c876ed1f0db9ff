import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/base/index.ts";
import { compactEncoder } from "../../src/modality/image/index.ts";
import { initialState } from "../../src/nn/index.ts";
import { drawn, drawnFolder, writeFiles } from "../../src/platform/node/pictures/drawnPictures.fixture.ts";
import { writePt } from "../../src/runs/index.ts";
import { kindred, kindredOk, temporaryFolder } from "./kindred.fixture.ts";

const folder = temporaryFolder();
const small = ["--size", "12", "--epochs", "1", "--no-record"];

const train = (data: string, ...flags: string[]) =>
  kindred(["train", "--data", folder.at(data), ...small, "--out", folder.at("run"), ...flags]);

beforeAll(async () => {
  await writeFiles(folder.at("oneClass"), await drawnFolder(["disc"], 12));
  const singles: Record<string, Buffer> = {};
  for (let i = 0; i < 14; i++) singles[`person${i}/a.png`] = await drawn(i % 2 ? "bar" : "cross", i);
  await writeFiles(folder.at("singles"), singles);
  await writeFiles(folder.at("mostlySingles"), { ...(await drawnFolder(["disc", "bar"], 12)), ...singles });
});

describe("the recipe that kindred train chooses", () => {
  it.each(["oneClass", "singles", "mostlySingles"])("trains on %s", async (data) => {
    const { code, stderr } = await train(data, "--force");
    expect([code, stderr.includes(data === "mostlySingles" ? "fast (supcon)" : "simclr (nt-xent)")]).toEqual([
      0,
      true,
    ]);
    expect(existsSync(folder.at("run", "figures", "pairs.png"))).toBe(true);
  });
});

describe("a recipe that was named", () => {
  it.each([
    [["--recipe", "lesson"]],
    [["--recipe", "fast"]],
    [["--recipe", "fast", "--loss", "triplet-hard"]],
  ])("trains where only some classes have several pictures: %j", async (flags) => {
    expect((await train("mostlySingles", "--force", ...flags)).code).toBe(0);
  });

  it.each([
    [
      "oneClass",
      /all \d+ training pictures of .*oneClass are of one class \(disc\), and the loss supcon learns/,
    ],
    [
      "singles",
      /no two of the \d+ training pictures of .*singles are of one class, and the loss supcon learns/,
    ],
  ])("is refused on %s, whose labels tell nothing, and leaves nothing", async (data, message) => {
    const out = folder.at(`refused-${data}`);
    const { code, stderr } = await train(data, "--recipe", "fast", "--out", out);
    expect([code, existsSync(out)]).toEqual([2, false]);
    expect(stderr.split("\n").at(-2)).toMatch(message);
    expect(stderr.split("\n").at(-2)).toMatch(/: choose --recipe simclr, which needs none$/);
  });
});

describe("a run that fails before its first step", () => {
  beforeAll(async () => {
    const state = initialState(compactEncoder({ size: 12 }), (name) => Rng.of(1, name));
    for (const { data } of state.values()) if (data instanceof Float32Array) data.fill(1e30);
    await writeFile(folder.at("huge.pt"), writePt(state));
  });

  const flags = ["--channels", "grey", "--recipe", "fast", "--init"];

  it("leaves nothing in the way of the next", async () => {
    const out = folder.at("failing");
    const { code, stderr } = await train("mostlySingles", "--out", out, ...flags, folder.at("huge.pt"));
    expect(code).toBe(1);
    expect(stderr).toContain("the loss became NaN at step 1");
    expect(existsSync(out)).toBe(false);
  });

  it("leaves the files of others where they are", async () => {
    const note = folder.at("beside", "note.txt");
    await writeFiles(folder.at("beside"), { "note.txt": "mine" });
    await train("mostlySingles", "--out", folder.at("beside"), ...flags, folder.at("huge.pt"));
    expect([existsSync(note), existsSync(folder.at("beside", "config.json"))]).toEqual([true, false]);
    await kindredOk(["train", "--data", folder.at("mostlySingles"), ...small, "--out", folder.at("beside")]);
  });
});
