import type { Locator, Page } from "playwright-core";
import { expect, it } from "vitest";
import { EventListener, inPhase } from "../server/explorer.fixture.ts";
import { seriousFaults } from "./axe.ts";
import { ink, overlap, painted } from "./canvasInk.ts";
import { type Explored, keepPicture, open, patience, shownText } from "./explored.ts";

/** Pictures and epochs that teach an encoder to know a seven. */
export const trained = { limit: 4000, epochs: 2 } as const;

/** Before there is a run, and a training from its start to its end. */
export function trainSuite(explored: Explored): void {
  it("says in every view what to do while there is no run", async () => {
    const { page } = explored;
    await page.getByRole("heading", { name: "Watch a space form" }).waitFor();
    for (const view of ["Space", "Neighbours", "Draw", "Lesson"]) {
      await open(page, view);
      await page.getByRole("button", { name: "Train an encoder" }).waitFor();
      expect(await seriousFaults(page)).toEqual([]);
    }
    await page.getByRole("button", { name: "Train an encoder" }).click();
    await page.getByRole("heading", { name: "Watch a space form" }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await keepPicture(page, "train-empty");
  });

  it("refuses what the form cannot ask for, and says why", async () => {
    const { page } = explored;
    const start = page.getByRole("button", { name: "Start training" });
    await page.getByLabel("Epochs", { exact: true }).fill("0");
    await page.getByText("A whole number from 1 to 1000, or nothing.").waitFor();
    expect(await start.isDisabled()).toBe(true);
    await page.getByLabel("Epochs", { exact: true }).fill(String(trained.epochs));
    // What suits digits is the lesson, which takes minutes.
    await page.getByRole("radio", { name: /^Fast/ }).check();
    await page.getByRole("button", { name: "The first" }).click();
    await page.getByLabel("How many of the first pictures").fill(String(trained.limit));
    expect(await start.isEnabled()).toBe(true);
  });

  it("trains: points move, the loss falls, a pause holds, another tab sees the same", async () => {
    const { page, server } = explored;
    const events = new EventListener(server.url);
    await events.until(inPhase("idle"));
    await page.getByRole("button", { name: "Start training" }).click();
    const strip = page.getByRole("region", { name: "Training under way" });
    await strip.getByRole("button", { name: "Pause" }).click();
    await strip.getByRole("button", { name: "Resume" }).waitFor();
    await events.until(inPhase("paused"));
    const paused = events.messages.length;

    const stage = page.locator(".stage");
    const before = await inked(stage);
    const step = await mapStep(page);

    const other = await explored.tab();
    await other.page.goto(server.url);
    const otherStrip = other.page.getByRole("region", { name: "Training under way" });
    await otherStrip.getByRole("button", { name: "Resume" }).waitFor();
    await expect.poll(() => mapStep(other.page), { timeout: patience }).toBe(step);
    expect(await shownText(otherStrip)).toBe(await shownText(strip));
    expect(await seriousFaults(page)).toEqual([]);
    await keepPicture(page, "train-paused");

    // Two beats after the pause, 5 s apart, and between them no step.
    const beats = (): number =>
      events.messages.slice(paused).filter(({ head }) => head.type === "beat").length;
    await expect.poll(beats, { timeout: patience }).toBeGreaterThanOrEqual(2);
    const since = new Set(events.messages.slice(paused).map(({ head }) => head.type));
    expect([...since].filter((type) => type !== "status" && type !== "run")).toEqual(["beat"]);
    expect(await mapStep(page)).toBe(step);

    await otherStrip.getByRole("button", { name: "Resume" }).click();
    for (const tab of [page, other.page])
      await tab.getByRole("heading", { name: "Training is done" }).waitFor();
    expect(other.faults).toEqual([]);
    await other.page.close();
    events.close();

    expect(await mapStep(page)).toBeGreaterThan(step);
    await expect
      .poll(async () => overlap(before, await inked(stage)), { timeout: patience })
      .toBeLessThan(0.7);
    const [first, last] = [await curveValue(page, "Loss", "Home"), await curveValue(page, "Loss", "End")];
    expect(last).toBeLessThan(0.7 * first);
    expect(await curveValue(page, "1-NN accuracy", "End")).toBeGreaterThan(85);
    await keepPicture(page, "train-done");
    expect(await seriousFaults(page)).toEqual([]);
  });

  it("goes back in time on the live map, and hands over the encoder", async () => {
    const { page } = explored;
    const stage = page.locator(".stage");
    const now = await inked(stage);
    const time = page.locator("label.time").getByRole("slider");
    await time.focus();
    await time.press("Home");
    await expect.poll(async () => overlap(now, await inked(stage)), { timeout: patience }).toBeLessThan(0.7);
    await time.press("End");
    await expect
      .poll(async () => overlap(now, await inked(stage)), { timeout: patience })
      .toBeGreaterThan(0.95);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "encoder.onnx" }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/\.onnx$/);
    expect(explored.faults).toEqual([]);
  });
}

/** Once there is any. */
async function inked(stage: Locator): Promise<Set<number>> {
  await stage.locator("canvas").waitFor();
  let pixels = new Set<number>();
  await expect
    .poll(
      async () => {
        pixels = ink(await painted(stage));
        return pixels.size;
      },
      { timeout: patience },
    )
    .toBeGreaterThan(1000);
  return pixels;
}

/** The training step that the live map shows. */
async function mapStep(page: Page): Promise<number> {
  const label = await page
    .getByRole("application", { name: /^Map of [\d,]+ pictures at step/ })
    .getAttribute("aria-label");
  return Number(/at step (\d+)/.exec(label ?? "")?.[1]);
}

/** What a curve reads out at its beginning or end. */
async function curveText(page: Page, title: string, key: "Home" | "End"): Promise<string> {
  const curve = page.getByRole("slider", { name: `${title} by epoch` });
  await curve.focus();
  await curve.press(key);
  const text = await curve.getAttribute("aria-valuetext");
  await curve.blur();
  return text ?? "";
}

async function curveValue(page: Page, title: string, key: "Home" | "End"): Promise<number> {
  return Number.parseFloat((await curveText(page, title, key)).split(": ")[1] ?? "");
}
