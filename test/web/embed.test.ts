import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "vitest";
import {
  Encoder,
  initialState,
  Model,
  type ModelTower,
  prepareText,
  Rng,
  textModelTower,
  textTower,
} from "../../src/index.node.ts";
import type { Preprocessing } from "../../src/modality/image/index.ts";
import { exportRun } from "../../src/platform/node/export/exportRun.ts";
import { writeModelFolder } from "../../src/platform/node/model/modelFolder.ts";
import { RunFolder } from "../../src/platform/node/run/runFolder.ts";
import { configuredParts, imageModel, modelFiles } from "../../src/runs/index.ts";
import { noChromium } from "../browser/chromium.ts";
import { drawnFile, madeRun } from "../export/madeRun.fixture.ts";
import { chromiumSuite } from "./chromiumSuite.ts";
import type { EmbedCase, EmbedCaseFile } from "./embedSuite.ts";

const size = 32;
const runs: readonly Preprocessing[] = [
  { size, channels: 1, fit: "cover" },
  { size, channels: 3, fit: "contain" },
  { size, channels: 3, fit: "stretch" },
  { size, channels: 3, fit: "cover" },
];

/** The tolerances that the README states: exact at the encoder's size, near where pictures are resized. */
const pictures = [
  { width: 32, height: 32, ending: "png", near: 1 },
  { width: 320, height: 240, ending: "png", near: 0.9995 },
  { width: 97, height: 133, ending: "png", near: 0.9995 },
  { width: 20, height: 13, ending: "png", near: 0.999 },
  // Two decoders, and sharp makes it smaller while it decodes.
  { width: 640, height: 480, ending: "jpg", near: 0.999 },
] as const;

const texts = ["a red shoe", "Ein Schuh, der blau ist", "🚀", "שלום"];

async function madeTextTower(): Promise<ModelTower> {
  const choice = { name: "transformer", dim: 16, width: 16, depth: 1, heads: 2, vocabulary: 300 } as const;
  const preparation = await prepareText(texts, choice);
  const tower = textTower(choice, preparation);
  const state = initialState(tower, (name) => Rng.of(5, "text", name));
  return textModelTower(tower, state, choice, preparation);
}

/** Encoders and pictures with what Node makes of them, as files of the page's server. */
async function madeCases(): Promise<Map<string, Uint8Array>> {
  const folder = await mkdtemp(join(tmpdir(), "kindred-embed-"));
  try {
    const served = new Map<string, Uint8Array>();
    const cases: EmbedCase[] = [];
    for (const preprocessing of runs) {
      const run = `${preprocessing.fit}${preprocessing.channels}`;
      const { config, weights } = await madeRun(join(folder, run), { preprocessing });
      const { out } = await exportRun(new RunFolder(join(folder, run)), { format: "onnx" });
      served.set(`${run}/encoder.onnx`, await readFile(out));
      const pictureTower = imageModel(configuredParts(config).encoder, config, weights, 0);
      const model = { ...pictureTower, towers: [...pictureTower.towers, await madeTextTower()] };
      for (const [name, content] of await modelFiles(model)) {
        served.set(`${run}/model/${name}`, Buffer.from(content));
      }
      const encoder = await Encoder.load(out, { device: "cpu" });
      const files: EmbedCaseFile[] = [];
      for (const [seed, { width, height, ending, near }] of pictures.entries()) {
        const name = `${width}x${height}.${ending}`;
        const file = await drawnFile(join(folder, name), width, height, seed);
        served.set(name, await readFile(file));
        const [vector] = await encoder.embed([file]);
        files.push({ name, vector: [...vector!], near });
      }
      await encoder.dispose();
      await writeModelFolder(join(folder, run, "model"), model);
      const senses = await Model.load(join(folder, run), { device: "cpu" });
      const vectors = await senses.embed(texts.map((text) => ({ text })));
      await senses.dispose();
      cases.push({ run, files, texts: texts.map((text, i) => ({ text, vector: [...vectors[i]!] })) });
    }
    served.set("cases.json", new TextEncoder().encode(JSON.stringify(cases)));
    return served;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (noChromium === null) await chromiumSuite({ device: "wasm", suite: "embed" }, [], await madeCases());
else describe.skip(`Encoder in Chromium (skipped: ${noChromium})`);
