import { readFile, writeFile } from "node:fs/promises";
import * as ort from "onnxruntime-node";
import { beforeAll, describe, expect, it } from "vitest";
import type { TensorData } from "../../src/base/index.ts";
import {
  ImageColumn,
  type ImageDataset,
  scalePixels,
  sliceImages,
  splitDatasets,
} from "../../src/modality/image/index.ts";
import { loadDataset } from "../../src/platform/node/datasets/datasets.ts";
import { nodeRuntime } from "../../src/platform/node/ort/devices.ts";
import { configuredParts, parseRunConfig, readPt, writePt } from "../../src/runs/index.ts";
import { Embedder, train } from "../../src/train/index.ts";
import { cropped, mnist, writeCsv } from "./dataFiles.fixture.ts";
import { type CommandResult, kindred, kindredOk, temporaryFolder } from "./kindred.fixture.ts";
import { namesBelow, readLatest, readMetrics } from "./runFiles.fixture.ts";

const folder = temporaryFolder();
let digits: ImageDataset;

beforeAll(async () => {
  digits = await mnist(350);
  await writeCsv(folder.at("digits.csv"), digits);
  await writeCsv(folder.at("small.csv"), cropped(digits, 16));
});

async function weightsOf(run: string, epoch = 0): Promise<Map<string, TensorData>> {
  const file = folder.at(run, "checkpoints", `model_epoch_${epoch}.pt`);
  return readPt(await readFile(file), file);
}

async function configOf(run: string) {
  return parseRunConfig(await readFile(folder.at(run, "config.json"), "utf8"), "config.json");
}

describe("kindred train --json", () => {
  let command: CommandResult;

  beforeAll(async () => {
    const size = ["--validation", "50", "--epochs", "2", "--batch-size", "32"];
    command = await kindredOk(
      ["train", "--data", "digits.csv", "--recipe", "lesson", ...size, "--json", "--out", "run"],
      {
        cwd: folder.at(),
      },
    );
  });

  it("prints one JSON object on stdout that agrees with the metrics of the last epoch", async () => {
    const lines = command.stdout.split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[1]).toBe("");
    const summary = JSON.parse(lines[0]!);
    const last = (await readMetrics(folder.at("run"))).at(-1)!;
    expect(summary).toEqual({
      run: "run",
      epochs: 2,
      trainLoss: last.trainLoss,
      valLoss: last.valLoss,
      knn1: last.knn1,
      mapAtR: null,
      best: null,
      earlyStop: null,
      verdict: expect.objectContaining({ by: "labels", pictures: 50, references: 300 }),
      guidance: expect.objectContaining({
        recipe: "lesson",
        data: expect.objectContaining({ training: 300 }),
      }),
      perSecond: expect.any(Number),
      unit: "pairs",
      seconds: expect.any(Number),
      recordingSeconds: expect.any(Number),
      device: expect.stringMatching(/^(cpu|cuda)$/),
      skipped: [],
    });
    expect(summary.seconds).toBeGreaterThan(0);
    expect(summary.perSecond).toBeGreaterThan(0);
  });

  it("reports the device, the data and each epoch on stderr", () => {
    expect(command.stderr).toMatch(/^device: /m);
    expect(command.stderr).toMatch(/^data: digits\.csv, 300 training and 50 validation pictures$/m);
    expect(
      command.stderr.match(/^epoch \d\/2 {2}loss \d\.\d+ {2}validation loss .* pairs\/s$/gm),
    ).toHaveLength(2);
  });

  it("leaves the files of a run and no other", async () => {
    expect(await namesBelow(folder.at("run"))).toEqual([
      "checkpoints/latest.safetensors",
      "checkpoints/model_epoch_0.pt",
      "checkpoints/model_epoch_1.pt",
      "config.json",
      "figures/pairs.png",
      "guidance.json",
      "metrics.jsonl",
      "model/image.onnx",
      "model/model.json",
      "recording/index.json",
      "recording/step_0.npy",
      "recording/step_16.npy",
      "recording/step_20.npy",
      "verdict.json",
    ]);
    const png = await readFile(folder.at("run", "figures", "pairs.png"));
    expect(png.subarray(0, 8)).toEqual(Buffer.from("\x89PNG\r\n\x1a\n", "latin1"));
    expect(await configOf("run")).toMatchObject({
      data: { source: "digits.csv", limit: null, validation: 50 },
      towers: { image: { encoder: { name: "lesson", channels: 1, size: 28, dim: 64 } } },
      epochs: 2,
      batchSize: 32,
      seed: 1,
    });
  });

  it("writes a line of metrics for each epoch", async () => {
    const metrics = await readMetrics(folder.at("run"));
    expect(metrics.map(({ epoch, lr }) => ({ epoch, lr }))).toEqual([
      { epoch: 1, lr: 0.005 },
      { epoch: 2, lr: 0.005 },
    ]);
    for (const row of metrics) {
      for (const value of [row.trainLoss, row.valLoss, row.seconds, row.perSecond]) {
        expect(value).toBeGreaterThan(0);
      }
      expect(row.knn1).toBeGreaterThan(0.2);
      expect(row.knn1).toBeLessThanOrEqual(1);
    }
  });

  it("exports a model of its tower that embeds any number of pictures as the checkpoint's weights do", async () => {
    const pictures = sliceImages(digits, 290, 350);
    const runtime = await nodeRuntime({ device: "cpu" });
    const { encoder } = configuredParts(await configOf("run"));
    const store = await runtime.createStore(await weightsOf("run", 1));
    const embedder = await Embedder.create(runtime, encoder);
    const expected = await embedder.embed(new ImageColumn(pictures), store);
    await runtime.dispose();

    const session = await ort.InferenceSession.create(folder.at("run", "model", "image.onnx"));
    for (const batch of [1, 7, 60]) {
      const images = scalePixels(sliceImages(pictures, 0, batch).pixels);
      const { embedding } = await session.run({
        images: new ort.Tensor("float32", images, [batch, 1, 28, 28]),
      });
      expect(embedding!.dims).toEqual([batch, 64]);
      const values = embedding!.data as Float32Array;
      const worst = values.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0);
      expect(worst).toBeLessThan(1e-4);
    }
    await session.release();
    // Embeddings that were all alike would agree, too.
    expect(Math.abs(expected[0]! - expected[64]!)).toBeGreaterThan(1e-3);
  });
});

describe("kindred train --seed and --init", () => {
  const small = (run: string, ...flags: string[]): string[] => {
    const size = ["--validation", "50", "--epochs", "1", "--batch-size", "32"];
    return [
      "train",
      "--data",
      folder.at("small.csv"),
      "--recipe",
      "lesson",
      ...size,
      "--out",
      folder.at(run),
      ...flags,
    ];
  };

  beforeAll(() => kindredOk(small("seed-3", "--seed", "3")));

  it("gives the same bits for the same seed, and others for another", async () => {
    await kindredOk(small("seed-3-again", "--seed", "3"));
    await kindredOk(small("seed-4", "--seed", "4"));
    const [first, again, other] = await Promise.all(
      ["seed-3", "seed-3-again", "seed-4"].map(async (run) => (await readLatest(folder.at(run))).tensors),
    );
    expect([...again!.keys()]).toEqual([...first!.keys()]);
    for (const [name, { data }] of first!) {
      const bytes = (tensor: TensorData) => Buffer.from(tensor.data.buffer).toString("base64");
      expect(bytes(again!.get(name)!) === bytes(first!.get(name)!), name).toBe(true);
      // Batch counters count the same, and a convolution's bias before batch norm has no gradient, so neither has its
      // Adam anything to keep.
      const idle = data.length === 1 || /^adam\.[mv]\.conv\d\.0\.bias$/.test(name);
      if (!idle) expect(bytes(other!.get(name)!) === bytes(first!.get(name)!), name).toBe(false);
    }
  });

  it("starts from the weights of another run's checkpoint", async () => {
    const init = folder.at("seed-3", "checkpoints", "model_epoch_0.pt");
    await kindredOk(small("from-file", "--seed", "4", "--init", init));
    const config = await configOf("from-file");
    expect(config.init).toBe(init);

    const runtime = await nodeRuntime({ device: "cpu" });
    const pictures = await loadDataset(folder.at("small.csv"), { seed: 4 });
    const { state } = await train({
      runtime,
      ...splitDatasets(pictures, 50),
      ...configuredParts(config),
      epochs: 1,
      batchSize: 32,
      seed: 4,
      initial: await weightsOf("seed-3"),
    });
    await runtime.dispose();
    const weights = await weightsOf("from-file");
    for (const [name, { data }] of state) expect(weights.get(name)!.data, name).toEqual(data);
  });

  it("refuses weights of another encoder, naming the tensor and both shapes", async () => {
    const weights = await weightsOf("seed-3");
    const missing = new Map(weights);
    missing.delete("conv2.0.weight");
    const reshaped = new Map(weights).set("linear1.2.bias", {
      dtype: "float32",
      shape: [10],
      data: new Float32Array(10),
    });
    const astray = new Map(weights).set("linear1.2.bias", {
      ...{ dtype: "float32", shape: [64], data: new Float32Array(64).fill(Number.NaN) },
    });
    const extra = new Map(weights).set("linear1.9.weight", {
      dtype: "float32",
      shape: [2, 3],
      data: new Float32Array(6),
    });
    const whole = await readFile(folder.at("seed-3", "checkpoints", "model_epoch_0.pt"));
    const flipped = Buffer.from(whole);
    flipped.writeUInt8(flipped.readUInt8(flipped.length >> 1) ^ 1, flipped.length >> 1);
    const cases = [
      {
        bytes: writePt(missing),
        message: /"conv2\.0\.weight" is missing, expected shape \[64, ?32, ?5, ?5\]/,
      },
      { bytes: writePt(reshaped), message: /"linear1\.2\.bias" has shape \[10\], expected \[64\]/ },
      {
        bytes: writePt(extra),
        message: /"linear1\.9\.weight" of shape \[2, ?3\] is not part of this encoder/,
      },
      { bytes: writePt(astray), message: /tensor "linear1\.2\.bias" holds NaN \(value 0 of 64\)/ },
      { bytes: whole.subarray(0, whole.length >> 1), message: /.+/ },
      { bytes: flipped, message: /.+/ },
      { bytes: Buffer.from("not a checkpoint"), message: /expected a checkpoint of PyTorch/ },
      { bytes: Buffer.alloc(0), message: /is empty/ },
    ];
    const init = folder.at("other.pt");
    for (const { bytes, message } of cases) {
      await writeFile(init, bytes);
      const { code, stdout, stderr } = await kindred(small("refused", "--init", init));
      expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(/^kindred: .*other\.pt.*\n$/);
      expect(stderr).toMatch(message);
    }
    await expect(namesBelow(folder.at("refused"))).rejects.toThrow("ENOENT");
  });
});
