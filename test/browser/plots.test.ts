import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ImageDataset } from "../../src/modality/image/index.ts";
import { loadDataset } from "../../src/platform/node/datasets/datasets.ts";
import { mnist, writeCsv } from "../cli/dataFiles.fixture.ts";
import { kindredOk, temporaryFolder } from "../cli/kindred.fixture.ts";
import { readEmbeddings } from "../cli/readEmbeddings.fixture.ts";
import { launchChromium, noChromium } from "./chromium.ts";
import { colouredPixels, hueOf } from "./ink.ts";
import { type OpenedPage, type OpenOptions, openPage } from "./openedPage.ts";
import { drawnTraces, placeOfRow, type ShownCard, shownCard } from "./plotInPage.ts";

/** Rows of the data, and how many of them the run takes: they come mixed. */
const all = 440;
const count = 400;
const folder = temporaryFolder();
/** Milliseconds that a test may wait for something to be so, on a machine that does much else. */
const patience = 60_000;
let pictures: ImageDataset;
let vectors: Float32Array;
/** The rows of the run's pictures. */
let shown: Uint32Array;
let browser: Browser;

describe.skipIf(noChromium !== null)(`pages of kindred plot ${noChromium ?? ""}`, () => {
  beforeAll(async () => {
    const run = ["--run", folder.at("run")];
    const data = folder.at("digits.csv");
    pictures = await mnist(all);
    await writeCsv(data, pictures);
    const size = ["--limit", String(count), "--validation", "100", "--epochs", "2", "--seed", "1"];
    await kindredOk(["train", "--data", data, ...size, "--out", folder.at("run")]);
    await kindredOk(["plot", ...run]);
    await kindredOk(["embed", ...run, "--out", folder.at("all.npy")]);
    const embedded = await readEmbeddings(folder.at("all.npy"));
    expect(embedded.ids).toEqual(Array.from({ length: all }, (_, row) => String(row)));
    vectors = embedded.vectors;
    shown = (await loadDataset(data, { limit: count, seed: 1 })).rows!;
    browser = await launchChromium();
  }, 240_000);
  afterAll(() => browser?.close());

  async function opened(
    name: string,
    use: (opened: OpenedPage) => Promise<void>,
    options: OpenOptions = {},
  ): Promise<void> {
    const { page, faults } = await openPage(browser, folder.at("run", "plots", `${name}.html`), options);
    try {
      await use({ page, faults });
      expect(faults).toEqual([]);
    } finally {
      await page.context().close();
    }
  }

  /** All other rows of the run, the most similar to one first, by plain loops in float64. */
  function ranked(row: number): { row: number; similarity: number }[] {
    const dim = vectors.length / all;
    const dot = (a: number, b: number): number => {
      let sum = 0;
      for (let i = 0; i < dim; i++) sum += vectors[a * dim + i]! * vectors[b * dim + i]!;
      return sum;
    };
    return Array.from(shown, (other) => ({
      row: other,
      similarity: dot(row, other) / Math.sqrt(dot(row, row) * dot(other, other)),
    }))
      .filter((other) => other.row !== row)
      .sort((a, b) => b.similarity - a.similarity);
  }

  function expectPicture(pixels: readonly number[], row: number): void {
    const own = pictures.pixels.subarray(row * 784, (row + 1) * 784);
    expect(pixels).toHaveLength(784);
    const worst = pixels.reduce((most, value, i) => Math.max(most, Math.abs(value - own[i]!)), 0);
    // 16 levels are 17 apart.
    expect(worst).toBeLessThanOrEqual(8);
    expect(Math.max(...pixels)).toBeGreaterThan(100);
  }

  function expectCard(card: ShownCard): void {
    expect(card.label).toBe(String(pictures.labels[card.row]));
    expectPicture(card.pixels, card.row);
    const others = ranked(card.row);
    const expected = others.slice(0, 6);
    expect(new Set(card.neighbours.map(({ row }) => row)).size).toBe(6);
    for (const [rank, { row, similarity, label, wrong, pixels }] of card.neighbours.entries()) {
      expect(similarity).toBeCloseTo(expected[rank]!.similarity, 3);
      // By similarity and not by row: rows equal to within float32 may change places.
      expect(others.find((one) => one.row === row)?.similarity).toBeCloseTo(expected[rank]!.similarity, 6);
      const other = pictures.labels[row] !== pictures.labels[card.row];
      expect({ label, wrong }).toEqual({
        label: `${other ? "≠ " : ""}${pictures.labels[row]}`,
        wrong: other,
      });
      expectPicture(pixels, row);
    }
  }

  it("shows every point of the map, a trace for each class in a colour of its own", () =>
    opened("umap-2d", async ({ page }) => {
      const traces = (await drawnTraces(page)).slice(0, 10);
      expect(traces.map(({ name }) => name)).toEqual([..."0123456789"]);
      expect(traces.map(({ points }) => points)).toEqual(
        [..."0123456789"].map(
          (label) => shown.filter((row) => pictures.labels[row] === Number(label)).length,
        ),
      );
      expect(new Set(traces.map(({ colour }) => colour)).size).toBe(10);
      expect(traces.every(({ type, visible }) => type === "scattergl" && visible === true)).toBe(true);
      // A point is about 60 pixels; many overlap.
      expect((await colouredPixels(page, "#plot")).length).toBeGreaterThan(10 * count);
    }));

  it("shows picture, label and neighbours of the point under the pointer, and pins them on a click", () =>
    opened("umap-2d", async ({ page }) => {
      for (const row of [shown[0]!, shown[123]!, shown[399]!]) {
        const { x, y } = await placeOfRow(page, row);
        await page.mouse.move(x - 40, y - 30);
        await page.mouse.move(x, y, { steps: 4 });
        // On the way the pointer passes other points, whose cards may still be shown for a moment.
        await expect
          .poll(
            async () => {
              const place = await placeOfRow(page, (await shownCard(page)).row);
              return Math.hypot(place.x - x, place.y - y);
            },
            { timeout: patience },
          )
          .toBeLessThan(9);
        const card = await shownCard(page);
        expect(card.pinned).toBe(false);
        expectCard(card);
      }
      await page.mouse.move(3, 3);
      await page.waitForSelector("#card", { state: "hidden" });
      const { x, y } = await placeOfRow(page, shown[123]!);
      await page.mouse.move(x, y, { steps: 4 });
      // Plotly tells of a click on what it has found under the pointer.
      await shownCard(page);
      await page.mouse.click(x, y);
      await page.waitForSelector("#card.pinned");
      await page.mouse.move(3, 3);
      const pinned = await shownCard(page);
      expectCard(pinned);
      await page.locator(".card-neighbours button").nth(2).click();
      const next = await shownCard(page);
      expect(next.row).toBe(pinned.neighbours[2]!.row);
      expectCard(next);
      await page.keyboard.press("Escape");
      await page.waitForSelector("#card", { state: "hidden" });
    }));

  it("shows a row that is asked for by its number", () =>
    opened("umap-2d", async ({ page }) => {
      for (const row of [shown[77]!, Math.max(...shown)]) {
        await page.fill("#row", String(row));
        await page.keyboard.press("Enter");
        const card = await shownCard(page);
        expect(card).toMatchObject({ row, pinned: true });
        expectCard(card);
      }
      const missing = pictures.labels.findIndex((_, row) => !shown.includes(row));
      await page.fill("#row", String(missing));
      await page.keyboard.press("Enter");
      expect(await page.evaluate(`document.getElementById("row").validationMessage`)).toBe(
        `row ${missing} is not among the pictures of this plot`,
      );
    }));

  it.each(["umap-2d", "pca-3d"])("hides, isolates and brings back classes by the legend of %s", (name) =>
    opened(name, async ({ page }) => {
      const visible = async (): Promise<unknown[]> =>
        (await drawnTraces(page)).slice(0, 10).map((trace) => trace.visible);
      const [red, green, blue] = (await drawnTraces(page))[6]!
        .colour!.match(/[\da-f]{2}/gi)!
        .map((byte) => Number.parseInt(byte, 16));
      const own = hueOf(red!, green!, blue!);
      /** The share of what is drawn that has the colour of class 6. */
      const share = async (): Promise<number> => {
        const pixels = await colouredPixels(page, "#plot");
        return pixels.filter(({ hue }) => Math.abs(hue - own) < 10).length / pixels.length;
      };
      expect(await share()).toBeLessThan(0.5);
      await page.click("#legend button[data-class='3']");
      expect(await visible()).toEqual(Array.from({ length: 10 }, (_, index) => index !== 3));
      await page.click("#legend button[data-class='6']", { modifiers: ["Shift"] });
      expect(await visible()).toEqual(Array.from({ length: 10 }, (_, index) => index === 6));
      await expect.poll(share, { timeout: patience }).toBeGreaterThan(0.98);
      await page.click("#every-class");
      expect(await visible()).toEqual(Array.from({ length: 10 }, () => true));
      await expect.poll(share, { timeout: patience }).toBeLessThan(0.5);
    }),
  );

  it("shows every point in space, and its card", () =>
    opened("pca-3d", async ({ page }) => {
      const traces = (await drawnTraces(page)).slice(0, 10);
      expect(traces.reduce((sum, { points }) => sum + points, 0)).toBe(count);
      expect(traces.every(({ type }) => type === "scatter3d")).toBe(true);
      const coloured = await colouredPixels(page, "#plot");
      expect(coloured.length).toBeGreaterThan(5 * count);
      const box = (await page.locator("#plot").boundingBox())!;
      // Where points are dense, so that the pointer is on one for sure.
      for (let i = 1; i < 30 && !(await page.isVisible("#card")); i++) {
        const { x, y } = coloured[Math.floor((i / 30) * coloured.length)]!;
        await page.mouse.move(box.x + x, box.y + y, { steps: 2 });
        await page.waitForTimeout(150);
      }
      expectCard(await shownCard(page));
    }));

  it("shows losses, accuracy and learning rate by epoch", () =>
    opened("loss", async ({ page }) => {
      const traces = await drawnTraces(page);
      expect(traces.map(({ name, points }) => [name, points])).toEqual([
        ["training loss", 2],
        ["validation loss", 2],
        ["1-NN accuracy, validation", 2],
        ["learning rate", 2],
      ]);
      expect((await colouredPixels(page, "#plot")).length).toBeGreaterThan(1000);
    }));

  it("shows how similarities are distributed, and their means between classes", () =>
    opened("similarity", async ({ page }) => {
      const traces = await drawnTraces(page, "histogram");
      expect(traces.map(({ name, points }) => [name, points])).toEqual([
        ["alike pairs", 80],
        ["unalike pairs", 80],
      ]);
      expect(await page.locator("#matrix .heatmap-label").count()).toBe(100);
      expect((await colouredPixels(page, "#histogram")).length).toBeGreaterThan(500);
      expect((await colouredPixels(page, "#matrix")).length).toBeGreaterThan(5000);
    }));

  it.each(["umap-2d", "pca-3d", "loss", "similarity"])(
    "keeps %s within a phone's width, and follows a dark system",
    (name) =>
      opened(
        name,
        async ({ page }) => {
          const width = "document.documentElement.scrollWidth";
          expect(await page.evaluate(width)).toBeLessThanOrEqual(400);
          const paper = `[...document.querySelectorAll(".plot")].map((plot) => plot._fullLayout.paper_bgcolor)`;
          expect(new Set((await page.evaluate(paper)) as string[])).toEqual(new Set(["#12161d"]));
        },
        { dark: true, width: 400 },
      ),
  );
});
