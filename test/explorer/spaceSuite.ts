import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { apart, blackPixels, decoded, ink, overlap } from "./canvasInk.ts";
import { type Explored, keepPicture, open, patience, shownText } from "./explored.ts";
import { filmInPage } from "./filmInPage.ts";
import { barePicture, classColours, clickPoint, expectedPixels } from "./spaceMap.ts";
import { trained } from "./trainSuite.ts";

const count = trained.limit;

/** The map of all pictures, and what can be done with it. */
export function spaceSuite(explored: Explored): void {
  it("draws every point where it belongs", async () => {
    const { page } = explored;
    await open(page, "Space");
    await laidOut(page, trained.epochs);
    const picture = await barePicture(page);
    const pixels = await expectedPixels(explored.server.url, picture);
    const seen = pixels.filter(([x, y]) => x >= 0 && y >= 0 && x < picture.width && y < picture.height);
    // All but outliers, which the view leaves out at first.
    expect(seen.length).toBeGreaterThan(0.98 * count);
    // What two classes' colours come to where their points overlap may be grey, so it is asked what is not paper.
    const paper = picture.at(2, 2);
    const drawn = seen.filter(([x, y]) => apart(picture.at(x, y), paper) > 30);
    expect(drawn.length / seen.length).toBeGreaterThan(0.999);
    // All but those that lie under points of other classes have the colour of their own.
    const colours = await classColours(explored.server.url);
    const own = pixels.filter(([x, y], row) => {
      if (x < 0 || y < 0 || x >= picture.width || y >= picture.height) return false;
      const painted = picture.at(x, y);
      const nearest = colours.palette.toSorted((a, b) => apart(a, painted) - apart(b, painted))[0];
      return nearest === colours.palette[colours.of[row]!];
    });
    expect(own.length / seen.length).toBeGreaterThan(0.9);
    await keepPicture(page, "space-umap");
  });

  it("puts classes away and brings them back", async () => {
    const { page } = explored;
    const all = ink(await barePicture(page));
    await page.getByRole("button", { name: "Show class 7 only" }).click();
    await expect
      .poll(async () => ink(await barePicture(page)).size, { timeout: patience })
      .toBeLessThan(0.4 * all.size);
    expect(ink(await barePicture(page)).size).toBeGreaterThan(0.02 * all.size);
    await page.getByRole("region", { name: "Legend" }).getByRole("button", { name: "Show all" }).click();
    await expect
      .poll(async () => overlap(all, ink(await barePicture(page))), { timeout: patience })
      .toBeGreaterThan(0.97);
  });

  it("colours by label, by what is right, and by drift", async () => {
    const { page } = explored;
    const coloured = ink(await barePicture(page)).size;
    const legend = page.getByRole("region", { name: "Legend" });
    await page.getByRole("button", { name: "Right or wrong" }).click();
    await legend.getByText("Nearest neighbour of the same class").waitFor();
    const counts = (await legend.locator(".plain .count").allInnerTexts()).map(number);
    expect(counts[0]! + counts[1]!).toBe(count);
    const knn1 = await shownText(page.getByRole("group", { name: "Checkpoints" }));
    expect(knn1).toContain(`${(100 * (counts[0]! / count)).toFixed(2)} %`);
    await expect
      .poll(async () => ink(await barePicture(page)).size, { timeout: patience })
      .toBeLessThan(coloured / 3);
    await page.getByRole("button", { name: "Drift" }).click();
    await legend.getByText(/Cosine distance between/).waitFor();
    await keepPicture(page, "space-drift");
    await page.getByRole("button", { name: "Label" }).click();
    await expect
      .poll(async () => ink(await barePicture(page)).size, { timeout: patience })
      .toBeGreaterThan(0.97 * coloured);
  });

  it("slides through time, and back", async () => {
    const { page } = explored;
    const now = ink(await barePicture(page));
    const group = page.getByRole("group", { name: "Checkpoints" });
    const slider = group.getByRole("slider", { name: "Checkpoint" });
    const last = await accuracy(page);
    await slider.focus();
    await slider.press("Home");
    await laidOut(page, 1);
    await expect.poll(() => accuracy(page), { timeout: patience }).not.toBeNaN();
    expect(await accuracy(page)).toBeLessThan(last);
    await expect
      .poll(async () => overlap(now, ink(await barePicture(page))), { timeout: patience })
      .toBeLessThan(0.7);
    await page.getByRole("button", { name: "Drift" }).click();
    await page.getByText("This is the first checkpoint: nothing has moved yet.").waitFor();
    await page.getByRole("button", { name: "Label" }).click();
    await slider.focus();
    await slider.press("End");
    await laidOut(page, trained.epochs);
    await expect.poll(() => accuracy(page), { timeout: patience }).toBe(last);
    await expect
      .poll(async () => overlap(now, ink(await barePicture(page))), { timeout: patience })
      .toBeGreaterThan(0.97);
  });

  it("turns the principal components in space", async () => {
    const { page } = explored;
    await page.getByRole("button", { name: "PCA 3D" }).click();
    const map = page.getByRole("application", { name: /principal components in three dimensions/ });
    await map.waitFor();
    await expect
      .poll(async () => ink(await barePicture(page)).size, { timeout: patience })
      .toBeGreaterThan(3000);
    const before = ink(await barePicture(page));
    await map.focus();
    for (let i = 0; i < 3; i++) await map.press("ArrowRight");
    await expect
      .poll(async () => overlap(before, ink(await barePicture(page))), { timeout: patience })
      .toBeLessThan(0.9);
    await page.getByText(/The three components explain \d+ %/).waitFor();
    await keepPicture(page, "space-pca");
    await page.getByRole("button", { name: "UMAP 2D" }).click();
    await laidOut(page, trained.epochs);
  });

  it("selects what a lasso is drawn around", async () => {
    const { page } = explored;
    const pixels = await expectedPixels(explored.server.url, await barePicture(page));
    await page.getByRole("button", { name: "Lasso" }).click();
    const box = (await page.locator(".map canvas").boundingBox())!;
    // Not quite straight: no point may lie on the line.
    const [left, top, right, bottom] = [0.21, 0.17, 0.62, 0.71];
    const corners = [
      [left, top],
      [right, top],
      [right, bottom],
      [left, bottom],
    ].map(([x, y]) => [box.width * x!, box.height * y!] as const);
    const move = ([x, y]: readonly [number, number]): Promise<void> =>
      page.mouse.move(box.x + x, box.y + y, { steps: 4 });
    await move(corners[0]!);
    await page.mouse.down();
    for (const corner of corners.slice(1)) await move(corner);
    await page.mouse.up();
    const within = (shrink: number): number =>
      pixels.filter(
        ([x, y]) =>
          x > corners[0]![0] + shrink &&
          x < corners[2]![0] - shrink &&
          y > corners[0]![1] + shrink &&
          y < corners[2]![1] - shrink,
      ).length;
    const selected = page.getByRole("region", { name: "Selected pictures" });
    const found = number(await shownText(selected.getByRole("heading")));
    expect(found).toBeGreaterThanOrEqual(within(2));
    expect(found).toBeLessThanOrEqual(within(-2));
    await expect
      .poll(() => selected.getByRole("button", { name: /^Picture \d+, class \d$/ }).count(), {
        timeout: patience,
      })
      .toBeGreaterThan(5);
    await keepPicture(page, "space-lasso");
    await selected.getByRole("button", { name: "Clear" }).click();
  });

  it("shows the pictures themselves when it is near enough", async () => {
    const { page } = explored;
    expect(blackPixels(await barePicture(page))).toBeLessThan(50);
    await clickPoint(page, explored.server.url, 777);
    await page.getByRole("button", { name: "Zoom to it" }).click();
    // The nearer, the fewer are in view: at last that picture alone.
    await expect
      .poll(
        async () => {
          const black = blackPixels(await barePicture(page));
          if (black === 0) await page.getByRole("button", { name: "Zoom in" }).click();
          return black;
        },
        { timeout: patience, interval: 500 },
      )
      .toBeGreaterThan(1000);
    await keepPicture(page, "space-thumbnails");
    await page
      .getByRole("group", { name: "View of the map" })
      .getByRole("button", { name: "Show all" })
      .click();
    await expect
      .poll(async () => blackPixels(await barePicture(page)), { timeout: patience })
      .toBeLessThan(50);
    await page.getByRole("button", { name: "Deselect" }).click();
  });

  it("saves the view as a PNG", async () => {
    const { page } = explored;
    const box = (await page.locator(".map canvas").boundingBox())!;
    await page.getByRole("button", { name: "Export" }).click();
    const file = await saved(page, "Save as PNG", new RegExp(`-epoch-${trained.epochs}\\.png$`));
    const picture = await decoded(await readFile(file));
    expect(picture.width).toBe(Math.round(2 * box.width));
    expect(picture.height).toBeGreaterThan(2 * box.height);
    expect(ink(picture).size).toBeGreaterThan(20_000);
  });

  it("saves the training as a film", async () => {
    const { page } = explored;
    await page.getByLabel("Seconds").fill("3");
    const file = await saved(page, "Save as MP4", /-pca\.mp4$/);
    const { width, height, frames, duration, coloured } = await filmInPage(page, file);
    expect([width, height, frames]).toEqual([1280, 720, 90]);
    expect(duration).toBeCloseTo(3, 1);
    // Before training all pictures lie in one heap.
    expect(coloured[0]).toBeGreaterThan(100);
    expect(coloured[1]).toBeGreaterThan(2 * coloured[0]);
    await page.keyboard.press("Escape");
    expect(explored.faults).toEqual([]);
  });
}

/** Waits until the map shows the UMAP of an epoch and nothing more is being computed for it. */
async function laidOut(page: Page, epoch: number): Promise<void> {
  await page
    .getByRole("application", { name: new RegExp(`UMAP in two dimensions, epoch ${epoch}\\.`) })
    .waitFor();
  await expect.poll(() => page.locator(".map .doing").count(), { timeout: patience }).toBe(0);
}

/** The 1-NN accuracy that the checkpoints' row tells, in percent. */
async function accuracy(page: Page): Promise<number> {
  const text = await shownText(page.getByRole("group", { name: "Checkpoints" }));
  return Number(/1-NN accuracy\s+([\d.]+) %/.exec(text)?.[1]);
}

async function saved(page: Page, button: string, name: RegExp): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent("download", { timeout: 2 * patience }),
    page.getByRole("button", { name: button }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(name);
  return download.path();
}

const number = (text: string): number => Number(/[\d,]+/.exec(text)?.[0].replaceAll(",", ""));
