import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeThumbnails } from "../../src/platform/node/pictureIndex/thumbnails.ts";
import { contactSheet } from "../../src/report/contactSheet.ts";
import { launchChromium, noChromium } from "./chromium.ts";

const name = `<img src=x onerror="document.title='run'"> & 'cat'.jpg`;

describe.skipIf(noChromium !== null)("a contact sheet, opened from the disk", () => {
  let browser: Browser;
  let folder = "";
  beforeAll(async () => {
    browser = await launchChromium();
    folder = await mkdtemp(join(tmpdir(), "kindred-sheet-"));
    const grey = Uint8Array.from({ length: 28 * 28 }, (_, i) => i % 256);
    const colour = Uint8Array.from({ length: 3 * 128 * 128 }, (_, i) => (i * 7) % 256);
    const [small] = await makeThumbnails([grey], [1, 28, 28]);
    const [large] = await makeThumbnails([colour], [3, 128, 128]);
    const hits = Array.from({ length: 30 }, (_, i) => ({
      name: i === 1 ? name : `cat/${i}.jpg`,
      label: i === 2 ? null : "a label that is much longer than its picture is wide",
      preview: i === 3 ? null : (i % 2 === 0 ? small : large)!,
      similarity: 1 - i / 100,
    }));
    const searches = [
      { query: { name, label: null, preview: large! }, hits },
      { query: { name: "7", label: "3", preview: small! }, hits: [] },
    ];
    const page = contactSheet({ title: "Like <these>", subtitle: "Of 30 & more", searches });
    await writeFile(join(folder, "sheet.html"), page);
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    ["a wide window", 1280, "light"],
    ["a phone, dark", 360, "dark"],
  ] as const)("shows every picture and asks for nothing else in %s", async (_, width, colorScheme) => {
    const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
    const heard: string[] = [];
    page.on("console", (message) => heard.push(message.text()));
    page.on("request", (request) => {
      if (!/^(file|data):/.test(request.url())) heard.push(request.url());
    });
    await page.goto(pathToFileURL(join(folder, "sheet.html")).href);
    expect(await page.title()).toBe("Like <these>");
    const sizes = await page
      .locator("img")
      .evaluateAll((images) => images.map((image) => ("naturalWidth" in image ? image.naturalWidth : 0)));
    expect(sizes).toEqual([
      96,
      ...Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? 28 : 96)).filter((_, i) => i !== 3),
      28,
    ]);
    expect(await page.locator("li").nth(1).locator(".name").textContent()).toBe(`2. ${name}`);
    expect(await page.locator("section").nth(1).textContent()).toContain("Nothing was found.");
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
    const ground = await page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(ground).toBe(colorScheme === "dark" ? "rgb(11, 14, 19)" : "rgb(238, 241, 245)");
    expect(heard).toEqual([]);
    await page.close();
  });
});
