import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { Model } from "../../src/index.node.ts";
import { embedRows } from "../../src/platform/node/alignment/evaluateAlignment.ts";
import { openAlignment } from "../../src/platform/node/alignment/openAlignment.ts";
import { nodeRuntime } from "../../src/platform/node/ort/devices.ts";
import { writeFiles } from "../../src/platform/node/pictures/drawnPictures.fixture.ts";
import { RunFolder } from "../../src/platform/node/run/runFolder.ts";
import { drawnItems, jsonLines, small, writeDrawnFiles } from "./drawnItems.fixture.ts";
import { kindred, kindredOk, temporaryFolder } from "./kindred.fixture.ts";
import { namesBelow, readMetrics, readProgress, readRunFiles } from "./runFiles.fixture.ts";

const folder = temporaryFolder();
const count = 40;
let trained: { readonly stdout: string; readonly stderr: string };

const train = (run: string, ...flags: string[]): string[] => [
  ...["train", "--data", folder.at("data", "items.jsonl"), ...small, "--out", folder.at(run), ...flags],
];

beforeAll(async () => {
  await writeDrawnFiles(folder.at("data"), count);
  const rows = drawnItems(count).map(({ image, text, audio }) => ({ image, text, audio }));
  await writeFiles(folder.at("data"), { "items.jsonl": jsonLines(rows) });
  trained = await kindredOk(train("whole", "--json"));
});

describe("kindred train on a table of pictures, texts and recordings", () => {
  it("says what it found, what it chose and why", () => {
    const { stderr } = trained;
    expect(stderr).toContain("items: 40: 40 pictures; 40 texts; 40 recordings\n");
    expect(stderr).toContain("pairs: 40 image–text, 40 image–audio and 40 text–audio\n");
    expect(stderr).toContain("groups: each of the 40 items is a group of its own");
    expect(stderr).toMatch(
      /^chosen: alignment of image, text and audio: items join modalities: 40 image–text/m,
    );
    expect(stderr).toMatch(
      /^recipe: align: towers to 16 numbers \(image: \w+; text: bag; audio: .*\), loss clip between image–text, image–audio, batches of 16 items/m,
    );
    expect(stderr).toMatch(/^data: .*items\.jsonl, 32 training and 8 validation items$/m);
    expect(stderr).toMatch(/^epoch 2\/2 {2}loss .* validation loss .* R@1 .* temperature .* items\/s$/m);
    expect(stderr).not.toContain("left out");
  });

  it("writes configuration, metrics, checkpoints and a model with every tower", async () => {
    expect(await namesBelow(folder.at("whole"))).toEqual([
      ...["checkpoints/latest.safetensors", "checkpoints/model_epoch_0.pt", "checkpoints/model_epoch_1.pt"],
      ...["config.json", "metrics.jsonl"],
      ...["audio.onnx", "image.onnx", "model.json", "text.onnx"].map((name) => `model/${name}`),
    ]);
    const metrics = await readMetrics(folder.at("whole"));
    expect(metrics.map(({ epoch }) => epoch)).toEqual([1, 2]);
    for (const { scale, recallAt1, trainLoss, valLoss } of metrics) {
      expect(scale).toBeGreaterThan(10);
      expect(recallAt1).toBeGreaterThanOrEqual(0);
      expect(recallAt1).toBeLessThanOrEqual(1);
      expect([trainLoss, valLoss].every(Number.isFinite)).toBe(true);
    }
    expect(metrics[1]!.trainLoss).toBeLessThan(metrics[0]!.trainLoss);
    const last = metrics.at(-1)!;
    expect(JSON.parse(trained.stdout)).toMatchObject({
      ...{ run: folder.at("whole"), epochs: 2, trainLoss: last.trainLoss, valLoss: last.valLoss },
      ...{ recallAt1: last.recallAt1, scale: last.scale, leftOut: [] },
    });
    const config = JSON.parse(await readFile(folder.at("whole", "config.json"), "utf8"));
    expect(config).toMatchObject({ version: 2, recipe: "align", dim: 16, epochs: 2, perItem: 1 });
    expect(config.loss.pairs).toEqual([
      { between: ["image", "text"], weight: 1 },
      { between: ["image", "audio"], weight: 1 },
    ]);
  });

  it("has a model that embeds things of every modality as the evaluation does", async () => {
    const run = new RunFolder(folder.at("whole"));
    const config = (await run.readAlignment())!;
    const runtime = await nodeRuntime({ device: "cpu" });
    const opened = await openAlignment(config, { runtime });
    const { of, rows } = await opened.measured();
    expect(of).toBe("validation");
    const embedded = await embedRows(opened.towers, (await run.readWeights()).weights, rows, { runtime });
    await runtime.dispose();
    const items = new Map(drawnItems(count).map((item) => [item.image, item]));
    const model = await Model.load(folder.at("whole"), { device: "cpu" });
    for (const [i, { modality, embeddings }] of embedded.entries()) {
      const things = rows[i]!.dataset.paths!.map((path) => {
        const { text, image, audio } = items.get(path)!;
        return modality === "text"
          ? { text }
          : modality === "image"
            ? { image: folder.at("data", image) }
            : { audio: folder.at("data", audio) };
      });
      const vectors = await model.embed(things);
      expect(vectors).toHaveLength(8);
      for (const [row, vector] of vectors.entries()) {
        expect(Math.hypot(...vector!)).toBeCloseTo(1, 5);
        const own = embeddings.subarray(row * 16, (row + 1) * 16);
        for (const [at, value] of vector!.entries())
          expect(value).toBeCloseTo(own[at]! / Math.hypot(...own), 4);
      }
    }
    await model.dispose();
  });

  it("goes on after Ctrl-C in the middle of an epoch, bit for bit as if it had never stopped", async () => {
    const stopped = await kindred(train("stopped"), { stopAt: "epoch 1/2" });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain(
      `stopped and saved: go on with kindred train --resume --out ${folder.at("stopped")}`,
    );
    const { epoch, batch } = await readProgress(folder.at("stopped"));
    expect(epoch + batch).toBeGreaterThan(0);
    await kindredOk(["train", "--resume", "--out", folder.at("stopped")]);
    const { tensors, ...after } = await readRunFiles(folder.at("stopped"));
    const { tensors: expected, ...whole } = await readRunFiles(folder.at("whole"));
    expect(after).toEqual(whole);
    expect(tensors).toEqual(expected);
  });

  it("adds epochs to a run that has ended, and says when none is left", async () => {
    await cp(folder.at("whole"), folder.at("longer"), { recursive: true });
    const resume = (...flags: string[]) =>
      kindred(["train", "--resume", "--out", folder.at("longer"), ...flags]);
    const none = await resume();
    expect(none.code).toBe(0);
    expect(none.stdout).toContain("nothing was left to train after 2 epochs: ask for more with --epochs");
    expect((await resume("--epochs", "3")).code).toBe(0);
    const metrics = await readMetrics(folder.at("longer"));
    expect(metrics.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(metrics.slice(0, 2)).toEqual(await readMetrics(folder.at("whole")));
    expect(await resume("--epochs", "2")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(
        /^kindred: --epochs 2 is fewer than the 3 that the run in .* has finished: .*\n$/m,
      ),
    });
    expect(await resume("--batch-size", "8")).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/^kindred: --batch-size was given to resume .*: leave it out\n$/),
    });
  });

  it("is replaced by force, with the same run of the same seed, and what is not its own stays", async () => {
    await cp(folder.at("whole"), folder.at("again"), { recursive: true });
    await writeFile(folder.at("again", "notes.txt"), "mine");
    const refused = await kindred(train("again"));
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(
      "already holds a run: continue it with --resume, replace it with --force",
    );
    await kindredOk(train("again", "--force"));
    const { tensors, names, files, ...again } = await readRunFiles(folder.at("again"));
    const whole = await readRunFiles(folder.at("whole"));
    expect(names).toEqual([...whole.names, "notes.txt"].sort());
    expect(tensors).toEqual(whole.tensors);
    expect(files).toMatchObject(whole.files);
    expect(again).toEqual({ progress: whole.progress, history: whole.history, metrics: whole.metrics });
  });

  it("does not go on, and is not measured, when its table has changed", async () => {
    await cp(folder.at("data"), folder.at("changing"), { recursive: true });
    const table = folder.at("changing", "items.jsonl");
    const rest = ["--epochs", "1", "--out", folder.at("of changing")];
    await kindredOk(["train", "--data", table, ...small, ...rest]);
    await writeFile(table, `${await readFile(table, "utf8")}{"text": "one more", "image": "0.png"}\n`);
    const before = await namesBelow(folder.at("of changing"));
    for (const args of [
      ["train", "--resume", "--epochs", "2", "--out"],
      ["eval", "--run"],
    ]) {
      const { code, stderr } = await kindred([...args, folder.at("of changing")]);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^kindred: .*items\.jsonl has changed since the run was begun/m);
    }
    expect(await namesBelow(folder.at("of changing"))).toEqual(before);
  });
});

describe("a run of several modalities", () => {
  it("is evaluated in every direction, as a table and as JSON", async () => {
    const { stdout, stderr } = await kindredOk(["eval", "--run", folder.at("whole")]);
    expect(stderr).toContain("measured by the validation items: 8 of image, 8 of text, 8 of audio");
    for (const direction of ["image → text", "text → audio", "audio → image"]) {
      expect(stdout).toContain(direction);
    }
    const report = JSON.parse((await kindredOk(["eval", "--run", folder.at("whole"), "--json"])).stdout);
    expect(report).toMatchObject({ epoch: 1, of: "validation" });
    expect(report.directions).toHaveLength(9);
    for (const { plain } of report.directions.filter(
      (one: { from: string; to: string }) => one.from !== one.to,
    )) {
      expect(plain.recallAt[10].value).toBeGreaterThanOrEqual(plain.recallAt[1].value);
    }
    const first = await kindredOk(["eval", "--run", folder.at("whole"), "--checkpoint", "0", "--json"]);
    expect(JSON.parse(first.stdout)).toMatchObject({ epoch: 0 });
  });

  it("is drawn as a joint map", async () => {
    const plot = ["plot", "--run", folder.at("whole"), "--out", folder.at("plots"), "--json"];
    const refused = await kindred([...plot, "--min-dist", "0.5"]);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringMatching(/--min-dist is for a run of pictures alone/),
    ]);
    const report = JSON.parse((await kindredOk(plot)).stdout);
    expect(report.rows).toBe(24);
    const names = await namesBelow(folder.at("plots"));
    expect(names.length).toBeGreaterThan(2);
    expect(report.files.toSorted()).toEqual(names.map((name) => folder.at("plots", name)));
  });

  it.each([
    ["embed", ["--data", "x", "--out", "x.csv"]],
    ["export", ["--format", "onnx", "--out", "x"]],
    ["index", ["--data", "x", "--out", "y"]],
    ["animate", []],
    ["search", ["x"]],
  ])("is refused in one line by kindred %s, which takes runs of pictures", async (command, more) => {
    const { code, stdout, stderr } = await kindred([command, "--run", folder.at("whole"), ...more]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/^kindred: .*\n$/);
    expect(stderr).toContain(folder.at("whole"));
  });
});

describe("a locked tower", () => {
  it("is one of a run of pictures, which the others are to meet", async () => {
    const pictures = [
      "--data",
      folder.at("pictures"),
      "--recipe",
      "simclr",
      "--validation",
      "4",
      "--epochs",
      "1",
    ];
    const sizes = ["--width", "2", "--dim", "8", "--size", "12", "--batch-size", "8"];
    for (const { image } of drawnItems(16)) await cp(folder.at("data", image), folder.at("pictures", image));
    await kindredOk(["train", ...pictures, ...sizes, "--out", folder.at("of pictures")]);
    const flags = ["--tower", `image=${folder.at("of pictures")}`, "--epochs", "1", "--validation", "8"];
    const items = ["train", "--data", folder.at("data", "items.jsonl"), "--batch-size", "16", ...flags];
    const { stderr } = await kindredOk([...items, "--out", folder.at("locked")]);
    expect(stderr).toContain(`towers to 8 numbers (image: locked, of ${folder.at("of pictures")};`);
    const [own, copied] = await Promise.all(
      ["of pictures", "locked"].map((run) => readFile(folder.at(run, "model", "image.onnx"))),
    );
    expect(copied!.equals(own!)).toBe(true);
    const model = await Model.load(folder.at("locked"), { device: "cpu" });
    const alone = await Model.load(folder.at("of pictures"), { device: "cpu" });
    const image = folder.at("data", "3.png");
    const [[one, text], [other]] = await Promise.all([
      model.embed([{ image }, { text: "a disc" }]),
      alone.embed([{ image }]),
    ]);
    await model.dispose();
    await alone.dispose();
    expect([...one!]).toEqual([...other!]);
    expect(text).toHaveLength(8);
    await kindredOk(["eval", "--run", folder.at("locked"), "--json"]);
    // Another length than the locked tower's, and a tower that is another by now.
    const dim = await kindred([...items, "--dim", "16", "--out", folder.at("none")]);
    expect(dim.code).toBe(2);
    expect(dim.stderr).toMatch(
      /^kindred: --dim 16 is not the 8 that the locked tower of .* embeds in: leave --dim out$/m,
    );
    await kindredOk([
      "train",
      ...pictures,
      ...sizes,
      "--seed",
      "2",
      "--force",
      "--out",
      folder.at("of pictures"),
    ]);
    const { code, stderr: changed } = await kindred([
      "train",
      "--resume",
      "--epochs",
      "2",
      "--out",
      folder.at("locked"),
    ]);
    expect(code).toBe(2);
    expect(changed).toMatch(/^kindred: the picture tower of .* has changed/m);
    expect(await namesBelow(folder.at())).not.toContain(join("none", "config.json"));
  });
});
