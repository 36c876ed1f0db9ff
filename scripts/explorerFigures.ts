/**
 * Makes the README's pictures of the explorer, from a real run and a training that it starts.
 *
 *   node scripts/explorerFigures.ts [run]     default: runs/fast, the run of npm start
 */

import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { startExplorer } from "../src/server/index.ts";
import { launchChromium } from "../test/browser/chromium.ts";

const images = join(import.meta.dirname, "..", "docs", "images");
const minutes = 60_000;
/** A seven, in parts of the surface. */
const seven = [
  [0.26, 0.24],
  [0.74, 0.24],
  [0.46, 0.82],
] as const;

const folder = await mkdtemp(join(tmpdir(), "kindred-explorer-"));
await cp(process.argv[2] ?? "runs/fast", join(folder, "fast"), { recursive: true });
const explorer = await startExplorer({ run: join(folder, "fast"), port: 0 });
const browser = await launchChromium();

async function opened(view: string, colorScheme: "light" | "dark"): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme });
  page.setDefaultTimeout(5 * minutes);
  await page.goto(`${explorer.url}#${view}`);
  return page;
}

async function shoot(page: Page, name: string): Promise<void> {
  // What glides comes to rest.
  await page.waitForTimeout(3000);
  await page.screenshot({ path: join(images, `explorer-${name}.png`) });
  await page.close();
}

try {
  // Its surface opens when the whole space is there, so that the next page has it at once.
  const draw = await opened("draw", "dark");
  const surface = draw.getByRole("img", { name: /^Drawing surface/ });
  await surface.waitFor();
  await draw.locator(".surface:not(.disabled)").waitFor();
  const box = (await surface.boundingBox())!;
  const [first, ...corners] = seven.map(([x, y]) => [box.x + x * box.width, box.y + y * box.height] as const);
  await draw.mouse.move(...first!);
  await draw.mouse.down();
  for (const corner of corners) await draw.mouse.move(...corner, { steps: 12 });
  await draw.mouse.up();
  await draw.locator(".latency").waitFor();
  await shoot(draw, "draw");

  const space = await opened("space", "light");
  await space.getByRole("application").first().waitFor();
  await shoot(space, "space");

  const train = await opened("train", "light");
  await train
    .getByRole("button", { name: /^Start/ })
    .first()
    .click();
  await train
    .getByText(/epoch 1 of/i)
    .first()
    .waitFor();
  await train.getByRole("application").first().waitFor();
  await train.waitForTimeout(12_000);
  await train.screenshot({ path: join(images, "explorer-train.png") });
  await train.getByRole("button", { name: "Stop" }).first().click();
  await train.close();
} finally {
  await browser.close();
  await explorer.close();
  await rm(folder, { recursive: true, force: true });
}
