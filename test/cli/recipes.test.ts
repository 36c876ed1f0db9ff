import { readFile, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { lossNames } from "../../src/losses/index.ts";
import { readRecording } from "../../src/platform/node/run/recording.ts";
import { parseRunConfig } from "../../src/runs/index.ts";
import { cropped, mnist, writeCsv } from "./dataFiles.fixture.ts";
import { kindred, kindredOk, temporaryFolder } from "./kindred.fixture.ts";
import { readMetrics, readProgress, readRunFiles } from "./runFiles.fixture.ts";

const folder = temporaryFolder();

function trainArgs(run: string, ...flags: string[]): string[] {
  const data = ["--data", folder.at("digits.csv"), "--validation", "50"];
  return ["train", ...data, "--out", folder.at(run), ...flags];
}

async function configOf(run: string) {
  return parseRunConfig(await readFile(folder.at(run, "config.json"), "utf8"), "config.json");
}

beforeAll(async () => writeCsv(folder.at("digits.csv"), cropped(await mnist(450), 16)));

describe("kindred train --recipe fast", () => {
  // Small batches of balanced classes, an epoch of some 30 steps, so that a signal arrives in the middle of it.
  const small = [
    "--recipe",
    "fast",
    "--classes",
    "4",
    "--images-per-class",
    "4",
    "--elastic",
    "6",
    "--epochs",
    "2",
  ];

  beforeAll(() => kindredOk(trainArgs("whole", ...small, "--seed", "5")));

  it("says what it chose, counts pictures, and learns", async () => {
    const { stdout, stderr } = await kindredOk(
      trainArgs("plain", "--recipe", "fast", "--batch-size", "25", "--json"),
    );
    expect(stderr).toMatch(
      /^recipe: fast: compact encoder \(40,224 parameters, width 16, dim 64\), loss supcon, batches of 25 pictures, varied, adamW at 0\.01, one-cycle schedule$/m,
    );
    expect(stderr).toMatch(/^epoch 1\/1 .* pictures\/s$/m);
    const [row] = await readMetrics(folder.at("plain"));
    expect(JSON.parse(stdout)).toMatchObject({ epochs: 1, unit: "pictures", knn1: row!.knn1 });
    expect(row).toMatchObject({ unit: "pictures", perSecond: expect.any(Number) });
    expect(row!.knn1).toBeGreaterThan(0.5);
    expect(await configOf("plain")).toMatchObject({ recipe: "fast", batchSize: 25, epochs: 1 });
  });

  it("goes on after Ctrl-C in the middle of an epoch, bit for bit as if it had never stopped", async () => {
    const train = trainArgs("stopped", ...small, "--seed", "5");
    expect((await kindred(train, { stopAt: "epoch 1/2" })).code).toBe(130);
    const { epoch, batch } = await readProgress(folder.at("stopped"));
    expect(epoch + batch).toBeGreaterThan(0);
    await kindredOk(["train", "--resume", "--out", folder.at("stopped")]);
    const { tensors, ...stopped } = await readRunFiles(folder.at("stopped"));
    const { tensors: expected, ...whole } = await readRunFiles(folder.at("whole"));
    expect(stopped).toEqual(whole);
    expect(tensors).toEqual(expected);
  });

  it("records snapshots that a film can be made of", async () => {
    const { count, dim, snapshots } = await readRecording(folder.at("whole"));
    expect([count, dim]).toEqual([256, 64]);
    expect(snapshots.length).toBeGreaterThanOrEqual(3);
    const batches = snapshots.at(-1)!.step / 2;
    expect(snapshots.at(-1)).toMatchObject({ epoch: 2, pairs: 2 * batches * 16 });
    expect(snapshots.at(-1)!.loss).toBeLessThan(snapshots[1]!.loss!);
  });

  it("is evaluated and embedded as any run", async () => {
    const { stdout } = await kindredOk(["eval", "--run", folder.at("whole"), "--json"]);
    const { encoder, untrained } = JSON.parse(stdout);
    expect(encoder.mapAtR).toBeGreaterThan(untrained.mapAtR);
    const out = folder.at("embeddings.npy");
    await kindredOk(["embed", "--run", folder.at("whole"), "--data", folder.at("digits.csv"), "--out", out]);
    expect((await readFile(out)).byteLength).toBeGreaterThan(450 * 64 * 4);
  });

  it("refuses to go on with other choices than it was begun with", async () => {
    const cases = [
      { flags: ["--recipe", "lesson"], message: /--recipe lesson differs from the fast / },
      { flags: ["--loss", "triplet-hard"], message: /--loss triplet-hard differs from the supcon / },
      { flags: ["--temperature", "0.2"], message: /--temperature 0\.2 differs .* without it/ },
      { flags: ["--classes", "5"], message: /--classes 5 differs from the 4 / },
      { flags: ["--images-per-class", "5"], message: /--images-per-class 5 differs from the 4 / },
      { flags: ["--width", "8"], message: /--width 8 differs from the 16 / },
      { flags: ["--lr", "0.5"], message: /--lr 0\.5 differs from the 0\.01 / },
      { flags: ["--schedule", "constant"], message: /--schedule constant differs from the one-cycle / },
      { flags: ["--sampler", "shuffled"], message: /--sampler shuffled differs from the class-balanced / },
      { flags: ["--no-augment"], message: /--no-augment is not what the run in .* does, which varies/ },
      { flags: ["--elastic", "7"], message: /--elastic 7 differs from the 6 / },
    ];
    for (const { flags, message } of cases) {
      const { code, stdout, stderr } = await kindred([
        "train",
        "--resume",
        "--out",
        folder.at("whole"),
        ...flags,
      ]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(/^kindred: .*: leave it out to resume\n$/);
      expect(stderr).toMatch(message);
    }
    const repeated = [...small, "--seed", "5", "--json"];
    const { stdout } = await kindredOk(["train", "--resume", "--out", folder.at("whole"), ...repeated]);
    expect(JSON.parse(stdout).epochs).toBe(2);
  });
});

describe("kindred train --loss", () => {
  it.each(lossNames)("%s trains to a finite loss, better than a guess", async (loss) => {
    const run = `loss-${loss}`;
    await kindredOk(
      trainArgs(run, "--recipe", "fast", "--loss", loss, "--limit", "250", "--batch-size", "20"),
    );
    const [row] = await readMetrics(folder.at(run));
    for (const value of [row!.trainLoss, row!.valLoss]) expect(value).toBeGreaterThan(0);
    expect(row!.knn1).toBeGreaterThan(0.3);
    expect(await configOf(run)).toMatchObject({ loss: { name: loss } });
  });
});

describe("choices that cannot be", () => {
  it("are refused in one line, before anything is written", async () => {
    await writeFile(folder.at("two.csv"), `label,pixel0\n${"1,2\n2,3\n".repeat(30)}`);
    const cases = [
      { flags: ["--loss", "supcon", "--classes", "11"], message: /11 classes .* 10 classes/ },
      { flags: ["--loss", "cosine-pair", "--sampler", "class-balanced"], message: /compares pairs/ },
      { flags: ["--loss", "margin", "--temperature", "0.1"], message: /takes margin/ },
      { flags: ["--loss", "nt-xent", "--no-augment"], message: /must be varied/ },
      { flags: ["--recipe", "fast", "--classes", "4", "--batch-size", "10"], message: /batch size 10 / },
      { flags: ["--recipe", "lesson", "--width", "4"], message: /width of 4/ },
      { flags: ["--recipe", "fast", "--data", folder.at("two.csv")], message: /1 x 1 are too small/ },
    ];
    for (const { flags, message } of cases) {
      const { code, stdout, stderr } = await kindred(trainArgs("refused", ...flags));
      expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: "" });
      // Notes on the data may come before it.
      expect(stderr).toMatch(/^kindred: .*\n$/m);
      expect(stderr).toMatch(message);
    }
    await expect(readFile(folder.at("refused", "config.json"))).rejects.toThrow("ENOENT");
  });

  it("name what there is where a name is unknown", async () => {
    const { code, stderr } = await kindred(trainArgs("refused", "--loss", "softmax"));
    expect(code).toBe(2);
    expect(stderr).toMatch(/--loss .*softmax.* supcon, nt-xent/);
  });
});
