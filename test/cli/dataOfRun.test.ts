import { mkdir } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { cropped, mnist, writeCsv } from "./dataFiles.fixture.ts";
import { kindred, kindredOk, temporaryFolder } from "./kindred.fixture.ts";

const folder = temporaryFolder();
const run = () => folder.at("run");

beforeAll(async () => {
  await mkdir(folder.at("kaggle"));
  await writeCsv(folder.at("kaggle", "train.csv"), cropped(await mnist(150), 12));
  const flags = ["--data", folder.at("kaggle"), "--validation", "40", "--epochs", "1", "--batch-size", "22"];
  await kindredOk(["train", ...flags, "--out", run(), "--json"]);
});

describe("a run on a folder that holds only a train.csv", () => {
  it("is evaluated with its validation pictures, as many as are asked for", async () => {
    const all = await kindredOk(["eval", "--run", run(), "--json"]);
    expect(all.stderr).toContain("40 queries against 110 training pictures");
    const few = await kindredOk(["eval", "--run", run(), "--json", "--limit", "7"]);
    expect(few.stderr).toContain("7 queries against 110 training pictures");
    expect(few.stdout).not.toBe(all.stdout);
  });

  it("is neither resumed nor evaluated once a pixel of its data has changed", async () => {
    const changed = cropped(await mnist(150), 12);
    const pixels = changed.pixels.slice();
    pixels[5000] = 255 - pixels[5000]!;
    await writeCsv(folder.at("kaggle", "train.csv"), { ...changed, pixels });
    for (const command of [
      ["train", "--resume", "--epochs", "2", "--out", run()],
      ["eval", "--run", run()],
    ]) {
      const { code, stdout, stderr } = await kindred(command);
      expect(code).toBe(2);
      expect(stdout).toBe("");
      expect(stderr).toMatch(/^kindred: .*kaggle has changed since the run was begun .*\n$/m);
    }
  });
});
