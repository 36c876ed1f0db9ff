import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileSizes, firstBytes, scriptBytes } from "../../scripts/siteSize.ts";
import { readPt } from "../../src/train/index.ts";
import { launchChromium, noChromium } from "../browser/chromium.ts";
import { type BuiltSite, buildSite } from "./buildSite.ts";
import { type ServedSite, serveSite } from "./serve.ts";

describe.skipIf(noChromium)("the static site, with the headers that threads need", () => {
  let built: BuiltSite;
  let site: ServedSite;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];

  beforeAll(async () => {
    built = await buildSite("whole");
    site = await serveSite(built.folder, true);
    browser = await launchChromium();
    page = await browser.newPage({ acceptDownloads: true });
    page.on("pageerror", ({ message }) => faults.push(message));
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text());
    });
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await built?.remove();
  });

  it("is small, names nothing from elsewhere, and tells hosts which headers to send", async () => {
    const files = fileSizes(built.folder);
    expect(scriptBytes(files)).toBeLessThan(600_000);
    expect(firstBytes(built.folder, files)).toBeLessThan(60_000);
    expect(files.filter(({ path }) => path.endsWith(".wasm"))).toHaveLength(2);
    const html = await readFile(join(built.folder, "index.html"), "utf8");
    expect(html).not.toMatch(/(src|href)="(\/|https?:)/);
    expect(await readFile(join(built.folder, "_headers"), "utf8")).toMatch(
      /Cross-Origin-Embedder-Policy: require-corp/,
    );
  });

  it("fetches neither pictures nor ONNX Runtime before they are needed", async () => {
    await page.goto(site.url);
    await page.getByRole("button", { name: "Start training" }).waitFor();
    await expect.poll(() => site.asked.some((path) => path.includes("worker"))).toBe(true);
    expect(site.asked.filter((path) => /kindred$|wasm|mapScene|film/.test(path))).toEqual([]);
    expect(await page.locator("form").textContent()).toMatch(/\d\.\d MB/);
  });

  it("trains by its own form on threads, and shows map and loss", async () => {
    await page.getByLabel("How many of the first pictures").fill("300");
    await page.getByRole("button", { name: "Start training" }).click();
    await page.getByRole("heading", { name: "Training is done" }).waitFor({ timeout: 170_000 });
    const text = await page.locator("main").textContent();
    expect(text).toMatch(/240 pictures as the encoder sees them/);
    expect(text).toMatch(/1-NN accuracy\s*\d+\.\d\s%/);
    await expect.poll(() => page.locator("canvas").count()).toBeGreaterThan(0);
    expect(await page.locator("header").textContent()).toMatch(/wasm \(\d+ threads?, ONNX Runtime/);
    // Threads are slow where others take the processors.
  }, 180_000);

  it("hands over the encoder and the checkpoint as files", async () => {
    for (const [button, suffix] of [
      ["encoder.onnx", ".onnx"],
      ["Checkpoint (.pt)", ".pt"],
    ] as const) {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: button }).click(),
      ]);
      expect(download.suggestedFilename()).toMatch(new RegExp(`\\${suffix}$`));
      const bytes = await readFile(await download.path());
      expect(bytes.length).toBeGreaterThan(100_000);
      if (suffix === ".pt") expect(readPt(bytes, "model.pt").size).toBeGreaterThan(5);
    }
  });

  it("shows the space of all pictures", async () => {
    await page.getByRole("link", { name: "Space" }).click();
    await page.getByRole("button", { name: "UMAP 2D" }).waitFor();
    await expect
      .poll(() => page.locator("main").textContent(), { timeout: 60_000 })
      .toMatch(/1-NN accuracy\s*\d+\.\d+\s%/);
    expect(faults).toEqual([]);
  });
});
