import { describe } from "vitest";
import { unitRows } from "../../src/base/unitRows.ts";
import { frozenTower } from "../../src/platform/node/alignment/frozenTower.ts";
import type { PretrainedModality } from "../../src/pretrained/index.ts";
import { modelFiles } from "../../src/runs/index.ts";
import { noChromium } from "../browser/chromium.ts";
import { golden, goldenFolder } from "../pretrained/inputs.ts";
import { chromiumSuite } from "./chromiumSuite.ts";
import type { PretrainedCase } from "./pretrainedSuite.ts";

const folders: Readonly<Record<string, readonly PretrainedModality[]>> = {
  ...{ clip: ["image", "text"], siglip: ["image", "text"], siglip2: ["image", "text"] },
  ...{ clap: ["text", "audio"], bert: ["text"], dino: ["image"], vit: ["image"] },
};

/** Models of the small towers as they are, as files of the page's server. */
async function madeCases(): Promise<Map<string, Uint8Array>> {
  const served = new Map<string, Uint8Array>();
  const cases: PretrainedCase[] = [];
  for (const [name, modalities] of Object.entries(folders)) {
    const { texts, pictures, seconds, ...made } = await golden(name);
    const towers = [];
    const expected: Record<string, number[][]> = {};
    for (const modality of modalities) {
      const tower = await frozenTower(goldenFolder(name), modality);
      towers.push((await tower.model(null))(new Map()));
      await tower.dispose();
      expected[modality] = (made[modality] as number[][]).map((vector) => [
        ...unitRows(Float32Array.from(vector), vector.length),
      ]);
    }
    for (const [file, content] of await modelFiles({ towers, epoch: null, classes: null })) {
      served.set(`${name}/${file}`, Buffer.from(content));
    }
    cases.push({ name, texts, pictures, seconds, expected });
  }
  served.set("cases.json", new TextEncoder().encode(JSON.stringify(cases)));
  return served;
}

if (noChromium === null) await chromiumSuite({ device: "wasm", suite: "pretrained" }, [], await madeCases());
else describe.skip(`pretrained towers in Chromium (skipped: ${noChromium})`);
