import { existsSync } from "node:fs";
import { cp, readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { drawn, drawnFolder, writeFiles } from "../../src/platform/node/pictures/drawnPictures.fixture.ts";
import { RunFolder } from "../../src/platform/node/run/runFolder.ts";
import { configuredParts, describedTower, imageModel, parseGuidance } from "../../src/runs/index.ts";
import { cropped, mnist, writeCsv } from "./dataFiles.fixture.ts";
import { type CommandResult, kindred, kindredOk, temporaryFolder } from "./kindred.fixture.ts";
import { readMetrics, readRunFiles } from "./runFiles.fixture.ts";

const folder = temporaryFolder();

describe("kindred train on a folder of pictures, told nothing else", () => {
  const options = { env: { KINDRED_CACHE: "cache" } };
  let command: CommandResult;

  beforeAll(async () => {
    const files = await drawnFolder(["disc", "bar"], 20);
    await writeFiles(folder.at("shapes"), {
      ...files,
      "cross/0.png": await drawn("cross", 1),
      "bar/copy.png": files["disc/0.png"]!,
    });
    const small = ["--size", "12", "--epochs", "2", "--no-record", "--json"];
    command = await kindredOk(["train", "--data", "shapes", ...small], { ...options, cwd: folder.at() });
  });

  it("says what it saw, chose and warns of, and keeps it with the run, in a folder of its name", async () => {
    const file = folder.at("runs", "shapes", "guidance.json");
    const guidance = parseGuidance(await readFile(file, "utf8"), file);
    expect(JSON.parse(command.stdout)).toMatchObject({ run: "runs/shapes", guidance });
    const { stderr } = command;
    expect(stderr).toMatch(
      /^pictures: (grey|colour), 12 x 12, 3 classes: bar \(\d+\), cross \(1\), disc \(\d+\)$/m,
    );
    expect(stderr).toMatch(/^ {2}recipe {6}fast \(supcon\): the labels of 3 classes tell what is alike$/m);
    expect(stderr).toMatch(/^ {2}encoder {5}compact: .* of 12 x 12 need no more$/m);
    expect(stderr).toMatch(
      /^ {2}epochs {6}2 at most, under a minute on two cores .*: you chose it \(--epochs\)$/m,
    );
    expect(stderr).toMatch(/^ {2}1 class has a single training picture: cross; add pictures/m);
    expect(stderr).toMatch(/^ {2}there are only \d+ training pictures; add some/m);
    expect(stderr).toMatch(
      /under several labels: .*; look at them side by side in figures\/duplicates\.png: of copies, keep/m,
    );
    const figure = await readFile(folder.at("runs", "shapes", "figures", "duplicates.png"));
    expect([...figure.subarray(1, 4)]).toEqual([..."PNG"].map((letter) => letter.charCodeAt(0)));
    const { recipe, epochs, towers } = await new RunFolder(folder.at("runs", "shapes")).readConfig();
    expect({ recipe, epochs, encoder: towers.image.encoder.name }).toEqual({
      recipe: "fast",
      epochs: 2,
      encoder: "compact",
    });
  });

  it("goes on with it where neither run nor recipe is named again", async () => {
    const flags = ["--data", "shapes", "--resume", "--epochs", "3", "--json"];
    const { stdout } = await kindredOk(["train", ...flags], { ...options, cwd: folder.at() });
    expect(JSON.parse(stdout)).toMatchObject({ run: "runs/shapes", epochs: 3 });
    const again = await kindred(["train", "--data", "shapes", "--size", "12"], {
      ...options,
      cwd: folder.at(),
    });
    expect([again.code, again.stderr.split("\n").at(-2)]).toEqual([
      2,
      "kindred: runs/shapes already holds a run: continue it with --resume, replace it with --force, or choose another --out",
    ]);
  });
});

describe("kindred train --patience", () => {
  const args = (run: string, ...flags: string[]): string[] => [
    ...["train", "--data", folder.at("digits.csv"), "--validation", "60", "--recipe", "fast", "--no-record"],
    // A rate that makes no better and better encoders, so that it is soon over.
    ...["--batch-size", "30", "--lr", "0.3", "--schedule", "constant", "--out", folder.at(run), ...flags],
  ];
  let command: CommandResult;

  beforeAll(async () => {
    await writeCsv(folder.at("digits.csv"), cropped(await mnist(240), 12));
    command = await kindredOk(args("whole", "--epochs", "30", "--patience", "2", "--json"));
  });

  it("stops, and takes the best epoch's weights for the model and where none is named", async () => {
    const metrics = await readMetrics(folder.at("whole"));
    const last = metrics.at(-1)!;
    expect(last.epoch).toBeLessThan(30);
    expect(last.epoch - last.best!).toBe(2);
    const ranks = metrics.map(({ mapAtR }) => mapAtR!);
    expect(last.best).toBe(1 + ranks.indexOf(Math.max(...ranks)));
    expect(JSON.parse(command.stdout)).toMatchObject({
      epochs: last.epoch,
      best: last.best,
      mapAtR: last.mapAtR,
    });
    const run = new RunFolder(folder.at("whole"));
    const { epoch, weights } = await run.readWeights();
    expect(epoch).toBe(last.best! - 1);
    const { encoder } = configuredParts(await run.readConfig());
    const model = imageModel(encoder, await run.readConfig(), weights, epoch);
    const { onnx } = await describedTower(model.towers[0], model);
    expect(await readFile(folder.at("whole", "model", "image.onnx"))).toEqual(Buffer.from(onnx));
    expect((await run.readWeights(last.epoch - 1)).epoch).toBe(last.epoch - 1);
  });

  it("says why it stopped, and what it came to beside untrained, pixels and chance, and keeps that", async () => {
    const { epoch, best } = (await readMetrics(folder.at("whole"))).at(-1)!;
    const summary = JSON.parse(command.stdout);
    expect(summary.earlyStop).toEqual({ epoch, of: 30, patience: 2, from: 1 });
    const verdict = await new RunFolder(folder.at("whole")).readVerdict();
    expect(summary.verdict).toEqual(verdict);
    expect(verdict).toMatchObject({
      by: "labels",
      of: "validation",
      pictures: 60,
      references: 180,
      epoch: best,
    });
    const { stdout } = await kindredOk(["train", "--resume", "--out", folder.at("whole")]);
    expect(stdout).toContain(
      `nothing was left to train after ${epoch} epochs\nstopped early, after epoch ${epoch} of 30: no better MAP@R for 2 epochs; go on with kindred train --resume --patience 0 --out `,
    );
    expect(stdout).toMatch(
      /^1-NN, 10-NN, MAP@R of 60 validation pictures among 180: .* \(untrained .*, pixels .*, chance 0\.\d\d\)$/m,
    );
  });

  it("is over when it is resumed, and says which epoch was best", async () => {
    const { stdout } = await kindredOk(["train", "--resume", "--out", folder.at("whole")]);
    const metrics = await readMetrics(folder.at("whole"));
    const { epoch, best } = metrics.at(-1)!;
    expect(stdout).toContain(
      `\nbest epoch ${best} of ${epoch} (validation MAP@R ${metrics[best! - 1]!.mapAtR!.toFixed(3)}): its weights are taken where no --checkpoint is named\n`,
    );
  });

  it("goes on where there is to be no patience", async () => {
    const { epoch } = (await readMetrics(folder.at("whole"))).at(-1)!;
    await cp(folder.at("whole"), folder.at("onward"), { recursive: true });
    const flags = ["--resume", "--patience", "0", "--epochs", String(epoch + 1), "--json"];
    const { stdout } = await kindredOk(["train", ...flags, "--out", folder.at("onward")]);
    expect(JSON.parse(stdout)).toMatchObject({ epochs: epoch + 1, earlyStop: null });
    expect(await readMetrics(folder.at("onward"))).toHaveLength(epoch + 1);
  });

  it("gives the same run in parts", async () => {
    await kindredOk(args("parts", "--epochs", "1", "--patience", "2"));
    await kindredOk(["train", "--resume", "--epochs", "30", "--out", folder.at("parts")]);
    const { tensors, ...parts } = await readRunFiles(folder.at("parts"));
    const { tensors: expected, ...whole } = await readRunFiles(folder.at("whole"));
    expect(parts.metrics).toEqual(whole.metrics);
    expect(tensors).toEqual(expected);
  });

  it("is refused where nothing is kept for validation", async () => {
    const { code, stderr } = await kindred(args("none", "--patience", "3", "--validation", "0"));
    expect([code, stderr]).toEqual([
      2,
      "kindred: a patience of 3 epochs was asked for, but no pictures are kept for validation that an improvement could be seen by: keep some, or switch it off with a patience of 0\n",
    ]);
    expect(existsSync(folder.at("none"))).toBe(false);
  });
});
