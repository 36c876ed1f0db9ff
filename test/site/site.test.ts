import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileSizes, firstBytes, scriptBytes } from "../../scripts/siteSize.ts";
import { readPt } from "../../src/runs/index.ts";
import { launchChromium, noChromium } from "../browser/chromium.ts";
import { type Painted, painted, saturation } from "../explorer/canvasInk.ts";
import { drawLine, strokes } from "../explorer/drawLine.ts";
import { rowOf } from "../explorer/rowOf.ts";
import { type BuiltSite, buildSite } from "./buildSite.ts";
import { type ServedSite, serveSite } from "./serve.ts";

/** Pictures that teach an encoder to know a seven. */
const limit = 2500;
/** Milliseconds that a test may wait for something to be so, on a machine that does much else. */
const patience = 90_000;

const suite = "the static site, with the headers that threads need";

describe.skipIf(noChromium)(suite, { timeout: 240_000 }, () => {
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
    page.setDefaultTimeout(patience);
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
    expect(scriptBytes(files)).toBeLessThan(615_000);
    // Zod probes for eval, which the page's policy forbids.
    for (const { path } of files.filter((file) => file.path.endsWith(".js"))) {
      expect(await readFile(join(built.folder, path), "utf8"), path).not.toContain("Invalid input");
    }
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
    await expect
      .poll(() => site.asked.some((path) => path.includes("worker")), { timeout: patience })
      .toBe(true);
    expect(site.asked.filter((path) => /kindred$|wasm|mapScene|film/.test(path))).toEqual([]);
    expect(await page.locator("form").textContent()).toMatch(/\d\.\d MB/);
  });

  it("trains by its own form on threads, and shows map and loss", async () => {
    await page.getByLabel("How many of the first pictures").fill(String(limit));
    await page.getByLabel("Epochs", { exact: true }).fill("2");
    await page.getByRole("button", { name: "Start training" }).click();
    await page.getByRole("heading", { name: "Training is done" }).waitFor({ timeout: 280_000 });
    const text = await page.locator("main").textContent();
    expect(text).toMatch(/1,000 pictures as the encoder sees them/);
    expect(text).toMatch(/1-NN accuracy\s*\d+\.\d\s%/);
    await expect.poll(() => page.locator("canvas").count(), { timeout: patience }).toBeGreaterThan(0);
    expect(await page.locator("header").textContent()).toMatch(
      /wasm \(\d+ threads?(: the other .+)?, ONNX Runtime/,
    );
  }, 300_000);

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
      .poll(() => page.locator("main").textContent(), { timeout: patience })
      .toMatch(/1-NN accuracy\s*\d+\.\d+\s%/);
  });

  it("clicks a point and shows its twelve neighbours, the nearest first", async () => {
    await page.getByRole("application", { name: /UMAP in two dimensions/ }).waitFor({ timeout: patience });
    const card = page.getByRole("region", { name: "Selected picture" });
    const map = page.locator(".map canvas");
    const box = (await map.boundingBox())!;
    await expect
      .poll(
        async () => {
          const [x, y] = middleOfPoint(await painted(map)) ?? [0, 0];
          await page.mouse.click(box.x + x, box.y + y);
          return card.count();
        },
        { timeout: patience },
      )
      .toBe(1);
    const row = rowOf((await card.textContent()) ?? "");
    await card.getByRole("button", { name: "Neighbours" }).click();
    const tiles = page
      .getByRole("list", { name: `Nearest neighbours of picture ${row}`, exact: true })
      .getByRole("listitem");
    await expect.poll(() => tiles.count(), { timeout: patience }).toBe(12);
    const texts = await tiles.allInnerTexts();
    expect(new Set([row, ...texts.map(rowOf)]).size).toBe(13);
    const similarity = texts.map((text) => Number(/(\d\.\d{4})/.exec(text)?.[1]));
    expect(similarity).toEqual(similarity.toSorted((a, b) => b - a));
    expect(similarity.at(-1)).toBeGreaterThan(0.5);
  });

  it("draws a seven and gets sevens", async () => {
    await page.getByRole("link", { name: "Draw" }).click();
    await drawLine(page, strokes.seven, patience);
    const answer = page.getByRole("region", { name: "What the encoder makes of it" });
    const digit = answer.locator(".digit");
    await expect.poll(async () => (await digit.allInnerTexts()).join(), { timeout: patience }).toBe("7");
    const shown = await answer
      .getByRole("listitem")
      .filter({ hasText: /Picture \d+, class/ })
      .allInnerTexts();
    expect(shown).toHaveLength(12);
    expect(shown.filter((text) => /class\s+7/.test(text)).length).toBeGreaterThan(6);
    await page.getByRole("application", { name: /with the drawing among them/ }).waitFor();
    expect(faults).toEqual([]);
  });
});

/** The first pixel, from the middle outwards, around which all is of a point's colour; null where there is none. */
function middleOfPoint({ width, height, at }: Painted): readonly [number, number] | null {
  const inked = (x: number, y: number): boolean => saturation(at(x, y)) > 60;
  for (let reach = 0; reach < Math.min(width, height) / 2 - 2; reach++) {
    for (let along = -reach; along <= reach; along++) {
      const sides = [
        [along, -reach],
        [along, reach],
        [-reach, along],
        [reach, along],
      ] as const;
      for (const [right, down] of sides) {
        const [x, y] = [Math.floor(width / 2) + right, Math.floor(height / 2) + down];
        if ([-1, 0, 1].every((i) => [-1, 0, 1].every((j) => inked(x + i, y + j)))) return [x, y];
      }
    }
  }
  return null;
}
