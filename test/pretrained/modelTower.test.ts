import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { unitRows } from "../../src/base/unitRows.ts";
import { frozenTower } from "../../src/platform/node/alignment/frozenTower.ts";
import { Model } from "../../src/platform/node/model/model.ts";
import { writeModelFolder } from "../../src/platform/node/model/modelFolder.ts";
import type { PretrainedModality } from "../../src/pretrained/index.ts";
import { goldenFolder, greatestDifference, picture, recording } from "./inputs.ts";

const folder = await mkdtemp(join(tmpdir(), "kindred-pretrained-"));
afterAll(() => rm(folder, { recursive: true, force: true }));

const values: Readonly<Record<PretrainedModality, readonly unknown[]>> = {
  image: [picture([32, 32]), picture([57, 31])],
  text: ["a photo of a red kite", "seven", "naïve café — 日本 🎉", "the quick brown fox ".repeat(20)],
  // The last one is several windows.
  audio: [recording(0.1, 48_000), recording(1.7, 48_000)],
};

it.each<[string, readonly PretrainedModality[]]>([
  ["clip", ["image", "text"]],
  ["siglip", ["image", "text"]],
  ["siglip2", ["image", "text"]],
  ["clap", ["text", "audio"]],
  ["bert", ["text"]],
  ["gemma", ["text"]],
  ["dino", ["image"]],
  ["vit", ["image"]],
])("a model of %s by itself embeds as the folder that it was made of does", async (name, modalities) => {
  const opened = await Promise.all(modalities.map((modality) => frozenTower(goldenFolder(name), modality)));
  const towers = await Promise.all(opened.map(async (tower) => (await tower.model(null))(new Map())));
  await writeModelFolder(join(folder, name), { towers, epoch: null, classes: null });
  const model = await Model.load(join(folder, name), { device: "cpu" });
  for (const tower of opened) {
    const { modality, dim } = tower;
    const expected = await tower.embed(values[modality], {});
    const made = await model.embed(values[modality].map((value) => ({ [modality]: value })));
    const units = expected.map((vector) => unitRows(vector.slice(), dim));
    expect(greatestDifference(made, units), modality).toBeLessThan(1e-5);
    await tower.dispose();
  }
  await model.dispose();
});
