import type { Page } from "playwright-core";
import { expect, it } from "vitest";
import { seriousFaults } from "./axe.ts";
import { type Explored, keepPicture, open, patience } from "./explored.ts";

/** The views, and what is there once each has all that it shows. */
const views = {
  Train: (page: Page) => page.getByRole("button", { name: "Start training" }),
  Space: (page: Page) => page.getByRole("application", { name: /UMAP in two dimensions/ }),
  Neighbours: (page: Page) => page.getByRole("button", { name: /^Open picture/ }).first(),
  // The encoder is ready: while it is not, what can be done changes under the eyes of axe.
  Draw: (page: Page) => page.locator(".surface:not(.disabled)"),
  Lesson: (page: Page) => page.getByRole("navigation", { name: "Steps of the lesson" }),
} as const;

/** What holds of each view. */
export function everyViewSuite(explored: Explored): void {
  it.each(["light", "dark"] as const)("axe finds nothing serious, %s", async (theme) => {
    const { page } = explored;
    await withTheme(page, theme);
    for (const [view, there] of Object.entries(views)) {
      await open(page, view);
      await there(page).waitFor();
      expect(await seriousFaults(page), view).toEqual([]);
      await keepPicture(page, `${view.toLowerCase()}-${theme}-1440`);
    }
  });

  it.each([360, 1024, 1920])("nothing is cut off at a width of %i", async (width) => {
    const { page } = explored;
    const former = page.viewportSize()!;
    await page.setViewportSize({ width, height: width < 500 ? 780 : 900 });
    for (const theme of ["light", "dark"] as const) {
      if (theme === "dark" && width !== 360) continue;
      await withTheme(page, theme);
      for (const [view, there] of Object.entries(views)) {
        await open(page, view);
        await there(page).waitFor();
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(wide, `${view} is too wide by`).toBeLessThanOrEqual(0);
        if (width === 360) expect(await seriousFaults(page), view).toEqual([]);
        await keepPicture(page, `${view.toLowerCase()}-${theme}-${width}`);
      }
    }
    await withTheme(page, "light");
    await page.setViewportSize(former);
  });

  it("can be gone through with the keyboard alone", async () => {
    const { page, server } = explored;
    await page.goto(`${server.url}#train`);
    await page.reload();
    await page.getByRole("button", { name: "Start training" }).waitFor();
    await page.keyboard.press("Tab");
    expect(await focused(page)).toBe("Skip to content");
    await page.keyboard.press("Enter");
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.id), { timeout: patience })
      .toBe("main");
    for (const view of ["Space", "Neighbours", "Draw", "Lesson", "Train"]) {
      await tabTo(page, view);
      expect(await page.evaluate(() => document.activeElement?.matches(":focus-visible"))).toBe(true);
      await page.keyboard.press("Enter");
      await views[view as keyof typeof views](page).waitFor();
    }
    // A class is put away, the view moved and the time set back, all by keys.
    await tabTo(page, "Space");
    await page.keyboard.press("Enter");
    await views.Space(page).waitFor();
    await tabTo(page, /^Map of /);
    for (const key of ["+", "ArrowLeft", "0"]) await page.keyboard.press(key);
    await tabTo(page, "Checkpoint");
    await page.keyboard.press("ArrowLeft");
    await page.getByRole("application", { name: /epoch 1\./ }).waitFor();
    await page.keyboard.press("ArrowRight");
    await page.getByRole("application", { name: /epoch 2\./ }).waitFor();
    await tabTo(page, /^0\s*\d+$/);
    await page.keyboard.press("Space");
    await page.getByRole("region", { name: "Legend" }).getByRole("button", { name: "Show all" }).waitFor();
    expect(await page.getByRole("checkbox").first().isChecked()).toBe(false);
    await page.keyboard.press("Space");
    expect(explored.faults).toEqual([]);
  });
}

/** By the page's own button. */
async function withTheme(page: Page, theme: "light" | "dark"): Promise<void> {
  const now = await page.evaluate(() => document.documentElement.dataset.theme);
  if ((now ?? "light") !== theme)
    await page.getByRole("button", { name: `Switch to the ${theme} theme` }).click();
  await expect
    .poll(() => page.evaluate(() => document.documentElement.dataset.theme ?? "light"), { timeout: patience })
    .toBe(theme);
}

/** The name of what has the focus, near enough. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!(element instanceof HTMLElement)) return "";
    const labels = element instanceof HTMLInputElement ? [...(element.labels ?? [])] : [];
    return (element.getAttribute("aria-label") ?? labels[0]?.textContent ?? element.textContent ?? "").trim();
  });
}

async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const tried: string[] = [];
  for (let i = 0; i < 150; i++) {
    await page.keyboard.press("Tab");
    const here = await focused(page);
    if (typeof name === "string" ? here === name : name.test(here)) return;
    tried.push(here);
  }
  throw new Error(`the focus never came to ${name}, only to ${[...new Set(tried)].join(" | ")}`);
}
