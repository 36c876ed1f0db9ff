import { mkdir, readFile } from "node:fs/promises";
import sharp from "sharp";
import { beforeAll, describe, expect, it } from "vitest";
import { pixelsPerImage } from "../../src/modality/image/index.ts";
import { parseRunConfig, readPt } from "../../src/runs/index.ts";
import { cropped, mnist, writeCsv } from "./dataFiles.fixture.ts";
import { kindred, kindredOk, temporaryFolder } from "./kindred.fixture.ts";
import { readLatest, readMetrics, readProgress, readRunFiles } from "./runFiles.fixture.ts";

const folder = temporaryFolder();
const small = ["--recipe", "simclr", "--batch-size", "16", "--width", "4", "--dim", "16", "--no-record"];

beforeAll(async () => {
  const pictures = cropped(await mnist(260), 16);
  await writeCsv(folder.at("digits.csv"), pictures);
  await mkdir(folder.at("pictures"));
  const each = pixelsPerImage(pictures);
  for (let i = 0; i < 60; i++) {
    const raw = { width: 16, height: 16, channels: 1 } as const;
    await sharp(pictures.pixels.subarray(i * each, (i + 1) * each), { raw }).toFile(
      folder.at("pictures", `${i}.png`),
    );
  }
});

describe("kindred train --recipe simclr", () => {
  const args = (run: string): string[] => [
    ...["train", "--data", folder.at("digits.csv"), "--validation", "40", ...small],
    ...["--head", "--epochs", "2", "--out", folder.at(run)],
  ];

  beforeAll(() => kindredOk(args("whole")));

  it("learns from labelled pictures without their labels, and says how it varies them", async () => {
    // Of fewer than all queries nothing is kept in the run's folder, which another is compared with.
    const { stdout } = await kindredOk(["eval", "--run", folder.at("whole"), "--limit", "40", "--json"]);
    const { encoder, untrained } = JSON.parse(stdout);
    expect(encoder.mapAtR).toBeGreaterThan(untrained.mapAtR);
    const text = await readFile(folder.at("whole", "config.json"), "utf8");
    expect(parseRunConfig(text, "config.json")).toMatchObject({
      recipe: "simclr",
      loss: { name: "nt-xent" },
      head: { hidden: 32, dim: 16 },
      augmentation: { policy: "digits" },
    });
    // Labels are there, so they may tell how it goes.
    expect((await readMetrics(folder.at("whole"))).at(-1)!.knn1).toBeGreaterThan(0.3);
  });

  it("saves the head to resume with, but not in a checkpoint", async () => {
    const { tensors } = await readLatest(folder.at("whole"));
    expect([...tensors.keys()]).toContain("head.linear2.weight");
    const file = folder.at("whole", "checkpoints", "model_epoch_1.pt");
    const names = [...readPt(await readFile(file), file).keys()];
    expect(names.filter((name) => name.startsWith("head."))).toEqual([]);
    expect(names).toContain("linear.weight");
  });

  it("begins with a checkpoint's encoder and a new head", async () => {
    const init = folder.at("whole", "checkpoints", "model_epoch_1.pt");
    const { stderr } = await kindredOk([...args("begun"), "--init", init, "--epochs", "1"]);
    expect(stderr).toMatch(
      /loss nt-xent at temperature 0\.1 through a head of 32 and 16, .* varied as digits/,
    );
  });

  it("goes on after Ctrl-C bit for bit as if it had never stopped", async () => {
    expect((await kindred(args("stopped"), { stopAt: "epoch 1/2" })).code).toBe(130);
    const { epoch, batch } = await readProgress(folder.at("stopped"));
    expect(epoch + batch).toBeGreaterThan(0);
    await kindredOk(["train", "--resume", "--out", folder.at("stopped")]);
    const { tensors, ...stopped } = await readRunFiles(folder.at("stopped"));
    const { tensors: expected, ...whole } = await readRunFiles(folder.at("whole"));
    expect(stopped).toEqual(whole);
    expect(tensors).toEqual(expected);
  });

  it("refuses to go on varied in another way, or without its head", async () => {
    for (const [flags, message] of [
      [["--augmentation", "light"], "--augmentation light differs from the digits that"],
      [["--no-head"], "--no-head is not what the run in"],
    ] as const) {
      const { code, stderr } = await kindred(["train", "--resume", "--out", folder.at("whole"), ...flags]);
      expect(code).toBe(2);
      expect(stderr).toContain(message);
    }
  });
});

describe("pictures that have no labels", () => {
  it("are trained on, and watched by their loss alone", async () => {
    const data = ["--data", folder.at("pictures"), "--size", "16", "--validation", "20"];
    const { stderr } = await kindredOk([
      "train",
      ...data,
      ...small,
      "--epochs",
      "1",
      "--out",
      folder.at("run"),
    ]);
    expect(stderr).toMatch(/^epoch 1\/1 {2}loss \d\.\d{4} {2}validation loss \d\.\d{4} {2}lr /m);
    const [row] = await readMetrics(folder.at("run"));
    expect(row).toMatchObject({ knn1: null, valLoss: expect.any(Number) });
  });

  it("are evaluated by how their variations compare, and it is said why", async () => {
    const { stdout, stderr } = await kindredOk(["eval", "--run", folder.at("run"), "--json"]);
    expect(stderr).toContain(
      "there are no labels, so that no accuracy can be measured (1-NN, recall@k, MAP@R): two variations of 20 pictures are compared instead\n",
    );
    const evaluations = JSON.parse(stdout);
    expect(Object.keys(evaluations)).toEqual(["encoder", "untrained", "pixels"]);
    for (const { found, alignment, uniformity } of Object.values<Record<string, number>>(evaluations)) {
      expect(found).toBeGreaterThan(0);
      expect(found).toBeLessThanOrEqual(1);
      expect(alignment).toBeGreaterThan(0);
      expect(uniformity).toBeLessThan(0);
    }
    expect(evaluations.encoder.uniformity).toBeLessThan(evaluations.untrained.uniformity);
  });

  it("are refused by a recipe that needs labels, in one line", async () => {
    const data = ["--data", folder.at("pictures"), "--size", "16", "--validation", "20"];
    const { code, stderr } = await kindred([
      ...["train", ...data, "--recipe", "fast", "--out", folder.at("refused")],
    ]);
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /kindred: .*pictures has no labels, and the loss supcon learns from labels: choose --recipe simclr, which needs none\n$/,
    );
  });
});
