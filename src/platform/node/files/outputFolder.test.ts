import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../../base/index.ts";
import { readLossRows } from "../figures/plots.ts";
import { outputFolder } from "./outputFolder.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kindred-output-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("outputFolder", () => {
  it("makes a folder and takes it back, with those on the way, while it is empty", async () => {
    const output = await outputFolder(join(folder, "a", "b", "c"));
    expect(await readdir(output.path)).toEqual([]);
    await output.undo();
    expect(existsSync(join(folder, "a"))).toBe(false);
    const kept = await outputFolder(join(folder, "d", "e"));
    await writeFile(join(folder, "d", "file"), "");
    await kept.undo();
    expect(await readdir(join(folder, "d"))).toEqual(["file"]);
  });

  it("leaves a folder that was there", async () => {
    await mkdir(join(folder, "there"));
    await (await outputFolder(join(folder, "there"))).undo();
    expect(existsSync(join(folder, "there"))).toBe(true);
  });

  it("refuses a path through a file in one line, and leaves nothing", async () => {
    await writeFile(join(folder, "file"), "");
    const path = join(folder, "file", "plots");
    await expect(outputFolder(path)).rejects.toThrow(InputError);
    await expect(outputFolder(path)).rejects.toThrow(/plots cannot be written: [^\n]*$/);
  });
});

describe("readLossRows", () => {
  const row = {
    ...{ epoch: 1, trainLoss: 0.5, valLoss: null, lr: 0.005, knn1: null, knnReferences: 0, seconds: 3 },
    ...{ perSecond: 100, unit: "pairs" },
  };

  it("reads epochs, also of a training that diverged", async () => {
    await writeFile(
      join(folder, "metrics.jsonl"),
      `${JSON.stringify(row)}\n${JSON.stringify({ ...row, epoch: 2, trainLoss: null })}\n`,
    );
    const rows = await readLossRows(folder);
    expect(rows).toMatchObject([
      { epoch: 1, trainLoss: 0.5 },
      { epoch: 2, trainLoss: null },
    ]);
  });

  it.each([
    ["", /no epoch has been finished.*kindred train --resume/],
    [`${JSON.stringify(row)}\n{"epoch":`, /metrics\.jsonl: line 2 is not JSON/],
    [JSON.stringify({ ...row, lr: "fast" }), /metrics\.jsonl: line 1: lr: /],
  ])("refuses %j", async (text, message) => {
    await writeFile(join(folder, "metrics.jsonl"), text);
    await expect(readLossRows(folder)).rejects.toThrow(InputError);
    await expect(readLossRows(folder)).rejects.toThrow(message);
  });
});
