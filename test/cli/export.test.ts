import { mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import * as ort from "onnxruntime-node";
import { beforeAll, describe, expect, it } from "vitest";
import { type ImageDataset, pixelsPerImage } from "../../src/modality/image/index.ts";
import { readModel } from "../../src/onnx/index.ts";
import { encoderFingerprint, parseRunConfig, readPt, readSafetensors } from "../../src/runs/index.ts";
import { cropped, mnist, writeCsv } from "./dataFiles.fixture.ts";
import { readWeightsAndEmbed } from "./embedDirectly.fixture.ts";
import { kindred, kindredOk, temporaryFolder } from "./kindred.fixture.ts";
import { readMetrics } from "./runFiles.fixture.ts";

const folder = temporaryFolder();
let pictures: ImageDataset;

beforeAll(async () => {
  pictures = cropped(await mnist(160), 12);
  await writeCsv(folder.at("digits.csv"), pictures);
  const size = ["--validation", "40", "--epochs", "2", "--batch-size", "32", "--no-record"];
  await kindredOk([
    ...["train", "--data", folder.at("digits.csv"), "--recipe", "lesson", ...size, "--out", folder.at("run")],
  ]);
});

const run = () => ["export", "--run", folder.at("run")];
const exported = async (...flags: string[]) =>
  JSON.parse((await kindredOk([...run(), "--json", ...flags])).stdout) as {
    readonly out: string;
    readonly files: readonly string[];
    readonly fingerprint: string;
  };
const text = (path: string) => readFile(path, "utf8");

/** What onnxruntime-node, without anything of ours, makes of the pictures as bytes. */
async function embeddedByOrt(model: string): Promise<Float32Array> {
  const session = await ort.InferenceSession.create(model);
  const each = pixelsPerImage(pictures);
  const bytes = pictures.pixels.slice(0, 30 * each);
  const { embedding } = await session.run({ pixels: new ort.Tensor("uint8", bytes, [30, 12, 12, 1]) });
  await session.release();
  return embedding!.data as Float32Array;
}

function worst(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);
}

const unit = (rows: Float32Array): Float32Array =>
  rows.map((value, i) => value / Math.hypot(...rows.subarray(i - (i % 64), i - (i % 64) + 64)));

describe("kindred export", () => {
  it("writes an ONNX model that takes bytes and gives the run's embeddings, of length 1 or as they are", async () => {
    const { out, files, fingerprint } = await exported("--format", "onnx");
    expect(out).toBe(folder.at("run", "export", "encoder.onnx"));
    expect(files).toEqual([out, `${out}.md`]);
    const expected = (await readWeightsAndEmbed(folder.at("run"), 1, pictures)).subarray(0, 30 * 64);
    expect(worst(await embeddedByOrt(out), unit(expected))).toBeLessThan(1e-5);

    const plain = folder.at("out", "plain.onnx");
    await exported("--format", "onnx", "--no-normalize", "--out", plain);
    expect(worst(await embeddedByOrt(plain), expected)).toBeLessThan(1e-4);

    const first = folder.at("out", "first.onnx");
    await exported("--format", "onnx", "--checkpoint", "0", "--no-normalize", "--out", first);
    const before = (await readWeightsAndEmbed(folder.at("run"), 0, pictures)).subarray(0, 30 * 64);
    expect(worst(await embeddedByOrt(first), before)).toBeLessThan(1e-4);

    const { metadata } = readModel(await readFile(out), out);
    const configText = await text(folder.at("run", "config.json"));
    const config = parseRunConfig(configText, "config.json");
    expect(JSON.parse(metadata.get("kindred.run")!)).toEqual({
      ...config,
      data: { ...config.data, source: basename(config.data.source) },
    });
    // Made to be given away: nothing of this machine is in it.
    for (const file of files) expect(await readFile(file, "latin1")).not.toContain(folder.at());
    const { version } = JSON.parse(await text(new URL("../../package.json", import.meta.url).pathname));
    const weights = readPt(await readFile(folder.at("run", "checkpoints", "model_epoch_1.pt")), "pt");
    expect(fingerprint).toBe(await encoderFingerprint(weights, config.towers.image));
    expect(Object.fromEntries(metadata)).toMatchObject({
      "kindred.version": version,
      "kindred.dim": "64",
      "kindred.epoch": "1",
      "kindred.normalized": "true",
      "kindred.preprocessing": '{"size":12,"channels":1,"fit":"cover"}',
      "kindred.fingerprint": fingerprint,
    });
  });

  it("writes the weights of the checkpoint as safetensors and as pt, with what to know of them", async () => {
    const weights = readPt(await readFile(folder.at("run", "checkpoints", "model_epoch_1.pt")), "pt");
    const { out } = await exported("--format", "safetensors");
    const file = readSafetensors(await readFile(out), out);
    expect(file.tensors).toEqual(weights);
    expect(file.metadata).toMatchObject({ format: "pt", "kindred.dim": "64", "kindred.encoder": "lesson" });
    const pt = await exported("--format", "pt", "--out", folder.at("out", "it.pt"));
    expect(readPt(await readFile(pt.out), pt.out)).toEqual(weights);
    expect(pt.files).toEqual([pt.out, `${pt.out}.json`, `${pt.out}.md`]);
    expect(JSON.parse(await text(`${pt.out}.json`))).toMatchObject({
      preprocessing: { size: 12, channels: 1, fit: "cover" },
      fingerprint: pt.fingerprint,
    });
  });

  it("writes a card that says where its metrics are from, and has the baselines once eval was run", async () => {
    const out = folder.at("out", "card.onnx");
    await exported("--format", "onnx", "--out", out);
    const card = await text(`${out}.md`);
    expect(card).toMatch(
      /^---\nlibrary_name: onnx\npipeline_tag: image-feature-extraction\ntags:\n( {2}- [\w-]+\n)+# license: \(choose one\)\n---\n\n# run\n/,
    );
    const knn1 = (await readMetrics(folder.at("run")))[1]!.knn1!.toFixed(4);
    expect(card).toContain(
      `From the training's own \`metrics.jsonl\`: 1-NN accuracy ${knn1} of the validation pictures, looked for among 120 training pictures, after epoch 2.`,
    );
    expect(card).toContain("- Its metrics stand without baselines, so they prove little.");
    expect(card).toContain(`- Source: \`digits.csv\`\n- Pictures: 160, of which 40 were kept`);
    for (const part of ["Preprocessing", "Recipe", "Limits", "How to use it", "Licence"]) {
      expect(card).toContain(`\n## ${part}\n`);
    }

    // Part of the queries, or other data, is not what the run is to be known by.
    await kindredOk(["eval", "--run", folder.at("run"), "--limit", "20"]);
    await expect(stat(folder.at("run", "evaluation.json"))).rejects.toThrow("ENOENT");
    const said = JSON.parse((await kindredOk(["eval", "--run", folder.at("run"), "--json"])).stdout);
    const { queries: count, skipped, ...evaluation } = said;
    expect({ count, skipped }).toEqual({ count: 40, skipped: [] });
    expect(JSON.parse(await text(folder.at("run", "evaluation.json")))).toEqual({
      epoch: 1,
      queries: { of: "validation", count: 40 },
      references: 120,
      ...evaluation,
    });
    await exported("--format", "onnx", "--out", out, "--force");
    const measured = await text(`${out}.md`);
    expect(measured).toContain(
      "Measured by `kindred eval`: 40 validation pictures looked for among 120 training pictures.\n",
    );
    const four = (value: number): string => value.toFixed(4);
    const { encoder, untrained, pixels } = evaluation;
    expect(measured).toContain(
      `| MAP@R | ${four(encoder.mapAtR)} | ${four(untrained.mapAtR)} | ${four(pixels.mapAtR)} |`,
    );
    expect(measured).not.toContain("without baselines");
    await exported("--format", "onnx", "--out", out, "--force", "--checkpoint", "0");
    expect(await text(`${out}.md`)).toContain(
      "They are those of the checkpoint after epoch 2, not of this one.",
    );
  });

  it.each<[string, () => readonly string[], () => string]>([
    [
      "a format that it does not know",
      () => [...run(), "--format", "tflite"],
      () =>
        "error: option '--format <name>' argument 'tflite' is invalid. expected one of onnx, safetensors, pt, transformersjs.\n(kindred --help, or kindred <command> --help, lists what there is)\n",
    ],
    [
      "no format",
      run,
      () =>
        "error: required option '--format <name>' not specified\n(kindred --help, or kindred <command> --help, lists what there is)\n",
    ],
    [
      "a folder without a run",
      () => ["export", "--run", folder.at("none"), "--format", "onnx"],
      () =>
        `kindred: ${folder.at("none")} holds no run (no config.json): train one with kindred train --out ${folder.at("none")}\n`,
    ],
    [
      "a checkpoint that is not there",
      () => [...run(), "--format", "onnx", "--checkpoint", "7"],
      () =>
        `kindred: ${folder.at("run")}: epoch 7 has no checkpoint, there is: 0, 1; train with kindred train --resume --out ${folder.at("run")}\n`,
    ],
    [
      "a file that is there",
      () => [...run(), "--format", "onnx", "--out", folder.at("digits.csv")],
      () =>
        `kindred: ${folder.at("digits.csv")} is there already: replace it with --force, or choose another --out\n`,
    ],
    [
      "a folder for a file",
      () => [...run(), "--format", "pt", "--out", folder.at("run")],
      () => `kindred: ${folder.at("run")} is a folder, expected a file for --format pt: add a name to it\n`,
    ],
    [
      "a folder with something in it",
      () => [...run(), "--format", "transformersjs", "--out", folder.at("run")],
      () =>
        `kindred: ${folder.at("run")} is a folder with something in it: replace its files with --force, or choose another --out\n`,
    ],
    [
      "a file for a folder",
      () => [...run(), "--format", "transformersjs", "--out", folder.at("digits.csv"), "--force"],
      () =>
        `kindred: ${folder.at("digits.csv")} is a file, expected a folder for --format transformersjs: choose another --out\n`,
    ],
    [
      "a path that cannot be written",
      () => [...run(), "--format", "onnx", "--out", folder.at("digits.csv", "in", "encoder.onnx")],
      () =>
        `kindred: ${folder.at("digits.csv", "in", "encoder.onnx")} cannot be written: a part of the path is a file and not a folder: choose another path (ENOTDIR)\n`,
    ],
  ])("refuses %s, in one line, with exit code 2", async (_, args, message) => {
    const { code, stdout, stderr } = await kindred(args());
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: "", stderr: message() });
  });

  it("refuses a run whose first epoch has not been finished", async () => {
    const config = await text(folder.at("run", "config.json"));
    const begun = folder.at("out", "begun");
    await mkdir(begun, { recursive: true });
    await writeFile(`${begun}/config.json`, config);
    expect(await kindred(["export", "--run", begun, "--format", "onnx"])).toMatchObject({
      code: 2,
      stdout: "",
      stderr: `kindred: ${begun}: no epoch has been finished, there is: none; train with kindred train --resume --out ${begun}\n`,
    });
  });
});
