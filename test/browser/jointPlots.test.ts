import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Rng } from "../../src/base/index.ts";
import { writeJointPlots } from "../../src/platform/node/figures/jointPlots.ts";
import { launchChromium, noChromium } from "./chromium.ts";

const dim = 4;
const rng = Rng.of(1);
const modality = (name: string, rows: number) => ({
  modality: name,
  labels: Array.from({ length: rows }, (_, row) => row % 2),
  embeddings: Float32Array.from({ length: rows * dim }, () => rng.normal()),
  dim,
});

describe.skipIf(noChromium !== null)("pages of several modalities, opened from the disk", () => {
  let browser: Browser;
  let folder = "";
  beforeAll(async () => {
    browser = await launchChromium();
    folder = await mkdtemp(join(tmpdir(), "kindred-joint-"));
    await writeJointPlots({
      modalities: [modality("image", 20), modality("text", 12), modality("audio", 8)],
      classNames: ["cat", "<b>dog</b>"],
      what: "40 rows",
      out: folder,
      seed: 1,
      epochs: [1, 2].map((epoch) => ({ epoch, temperature: 0.05, recall: { "image → text": 0.5 } })),
    });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const errors: string[] = [];
  const open = async (name: string): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width: 1000, height: 700 } });
    page.on("pageerror", (error) => errors.push(String(error)));
    await page.goto(pathToFileURL(join(folder, `${name}.html`)).href);
    await page.waitForFunction('document.documentElement.dataset.ready === "true"');
    return page;
  };

  it("hide and show modalities and classes on the joint map", async () => {
    const page = await open("joint-umap");
    const shown = () => page.evaluate('document.getElementById("plot").data.map(({ x }) => x.length)');
    expect(await shown()).toEqual([20, 12, 8]);
    await page.click('button[data-kind="modality"][data-index="1"]');
    expect(await shown()).toEqual([20, 0, 8]);
    await page.click('button[data-kind="class"][data-index="1"]', { modifiers: ["Shift"] });
    expect(await shown()).toEqual([10, 0, 4]);
    await page.click("#every-class");
    expect(await shown()).toEqual([20, 12, 8]);
    expect(await page.textContent('button[data-kind="class"][data-index="1"]')).toBe("<b>dog</b> 20");
    await page.close();
  });

  it("show the similarities of the two modalities that are chosen", async () => {
    const page = await open("modalities");
    await page.click("#legend li:nth-child(3) button");
    const axes = 'document.getElementById("centred").layout.yaxis.title.text';
    await page.waitForFunction(`${axes} === "text"`);
    expect(await page.getAttribute("#legend li:nth-child(3) button", "aria-current")).toBe("true");
    await page.close();
  });

  it("draw recall and temperature, and nothing fails", async () => {
    const page = await open("alignment");
    expect(await page.evaluate('document.getElementById("plot").data.map(({ name }) => name)')).toEqual([
      "image → text",
      "temperature",
    ]);
    await page.close();
    expect(errors).toEqual([]);
  });
});
