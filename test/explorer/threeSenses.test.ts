import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchChromium, noChromium } from "../browser/chromium.ts";
import { writeRun } from "../server/explorer.fixture.ts";
import { seriousFaults } from "./axe.ts";
import { builtPage } from "./builtPage.ts";
import { ink, painted } from "./canvasInk.ts";
import { drawLine, strokes } from "./drawLine.ts";
import { keepPicture, open, patience, shownText } from "./explored.ts";
import { serveThreeSenses, type ThreeSenses } from "./threeSenses.fixture.ts";
import { type WatchedPage, watchedPage } from "./watchedPage.ts";

/** A space of pictures, texts and recordings. */
describe.skipIf(noChromium)("the explorer on three modalities", { timeout: 240_000 }, () => {
  let folder: string;
  let server: ThreeSenses;
  let browser: Browser;
  let watched: WatchedPage;
  let page: Page;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kindred-senses-"));
    const run = join(folder, "runs", "senses");
    await writeRun(run);
    [server, browser] = await Promise.all([
      builtPage().then((built) => serveThreeSenses(run, built)),
      launchChromium(),
    ]);
    const context = await browser.newContext({
      ...{ viewport: { width: 1280, height: 860 }, reducedMotion: "reduce", colorScheme: "light" },
      permissions: [],
    });
    context.setDefaultTimeout(patience);
    watched = await watchedPage(context);
    page = watched.page;
    await page.goto(server.url);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });
  afterEach(() => {
    expect(watched.faults).toEqual([]);
  });

  const counts = [400, 267, 267] as const;
  const total = counts[0] + counts[1] + counts[2];
  const kinds = () => page.getByRole("group", { name: "Kinds shown" });

  it("draws a marker for each modality, and puts a modality away", async () => {
    await open(page, "Space");
    await page.getByRole("application", { name: `Map of ${total} items` }).waitFor();
    const shown = await kinds().getByRole("button").allInnerTexts();
    expect(shown.map((text) => text.replace(/\s+/g, " ").trim())).toEqual([
      ...[`Pictures ${counts[0]}`, `Texts ${counts[1]}`, `Recordings ${counts[2]}`],
    ]);
    const canvas = page.locator(".map canvas");
    const drawn = async () => ink(await painted(canvas)).size;
    await expect.poll(drawn, { timeout: patience }).toBeGreaterThan(1000);
    const all = await drawn();
    await keepPicture(page, "senses-space-light-1280");
    await kinds().getByRole("button", { name: "Pictures" }).click();
    await kinds().getByRole("button", { name: "Texts" }).click();
    await expect.poll(drawn, { timeout: patience }).toBeLessThan(0.8 * all);
    await kinds().getByRole("button", { name: "Pictures" }).click();
    await kinds().getByRole("button", { name: "Texts" }).click();
  });

  it("shows a picture, a text and a recording beside each other", async () => {
    await open(page, "Neighbours");
    for (const [row, name] of [
      [0, "picture"],
      [counts[0] + 1, "text"],
      [counts[0] + counts[1], "recording"],
    ] as const) {
      await page.getByPlaceholder("Number").fill(String(row));
      await page.getByRole("button", { name: "Go", exact: true }).click();
      const picked = page.getByRole("region", { name: `The picked ${name}` });
      await picked.getByText(new RegExp(`^${name} ${row} of`, "i")).waitFor();
      if (name === "text") await picked.getByText("a handwritten").waitFor();
      if (name === "recording") {
        await picked.locator("svg rect").nth(20).waitFor();
        await picked.getByRole("button", { name: /^Play Recording/ }).focus();
        await page.keyboard.press("Enter");
        await picked.getByRole("button", { name: /^(Stop|Play Recording)/ }).waitFor();
      }
      await keepPicture(page, `senses-neighbours-${name}`);
    }
    const near = page.getByRole("list", { name: /^Nearest neighbours of recording/ });
    await near.locator(".excerpt, canvas, svg").first().waitFor();
  });

  it("finds the nearest of another kind", async () => {
    const kindsFound = page.getByRole("group", { name: "Kinds found" });
    await page.getByPlaceholder("Number").fill("0");
    await page.getByRole("button", { name: "Go", exact: true }).click();
    await kindsFound.getByRole("button", { name: "Texts" }).click();
    const near = page.getByRole("list", { name: "Nearest neighbours of picture 0" });
    await near
      .getByRole("button", { name: /^text \d/i })
      .nth(11)
      .waitFor();
    expect(await near.getByRole("button", { name: /^(picture|recording) \d/i }).count()).toBe(0);
    await keepPicture(page, "senses-neighbours-kind");
    await kindsFound.getByRole("button", { name: "All" }).click();
  });

  it("asks with words, finds all three, and says why the microphone gives nothing", async () => {
    await open(page, "Search");
    const ask = page.getByRole("group", { name: "Ask with" });
    await ask.getByRole("button", { name: "Text" }).click();
    await page.getByLabel("What to look for").fill("a seven");
    await page.getByRole("button", { name: "Search" }).click();
    await expect.poll(() => shownText(page.locator(".vote .digit")), { timeout: patience }).toBe("7");
    await page.getByRole("application", { name: /of all items, with the text among them/ }).waitFor();
    await page.getByRole("list", { name: "Items nearest to yours" }).getByRole("listitem").first().waitFor();
    await keepPicture(page, "senses-search-text");
    const found = page.getByRole("group", { name: "Kinds found" });
    await found.getByRole("button", { name: "Recordings" }).click();
    await page
      .getByRole("list", { name: "Recordings nearest to yours" })
      .getByRole("listitem")
      .nth(11)
      .waitFor();
    await found.getByRole("button", { name: "All" }).click();

    await ask.getByRole("button", { name: "Recording" }).click();
    await page.getByRole("button", { name: "Record", exact: true }).click();
    const alert = page.getByRole("alert").filter({ hasText: "A recording was not taken" });
    await expect
      .poll(() => shownText(alert), { timeout: patience })
      .toMatch(/no microphone was found|may not use the microphone/);
    const first = counts[0] + counts[1];
    const sound = await page.evaluate(async (row) => {
      const body = new Uint32Array([row]);
      const answer = await fetch(new URL("api/previews", location.href), { method: "POST", body });
      const bytes = new Uint8Array(await answer.arrayBuffer());
      const at = new TextDecoder("latin1").decode(bytes).indexOf("RIFF");
      return [...bytes.subarray(at, at + 8044)];
    }, first);
    await page
      .locator("input[type=file]")
      .setInputFiles({ name: "drei.wav", mimeType: "audio/wav", buffer: Buffer.from(sound) });
    await page.getByText("Only its first 2 seconds were heard.").waitFor();
    await expect.poll(() => shownText(page.locator(".vote .digit")), { timeout: patience }).toBe("3");
    await keepPicture(page, "senses-search-sound");

    await ask.getByRole("button", { name: "Picture" }).click();
    await page.locator(".surface:not(.disabled)").waitFor();
    await drawLine(page, strokes.one, patience);
    await page.getByRole("list", { name: "Items nearest to yours" }).getByRole("listitem").first().waitFor();
    await keepPicture(page, "senses-search-picture");
  });

  it("says that the lesson is of a run of pictures alone", async () => {
    await open(page, "Lesson");
    await page.getByText("The run that is open is of pictures, texts and recordings.").waitFor();
  });

  it("maps all three while it trains", async () => {
    await server.train();
    await open(page, "Train");
    await page.getByRole("application", { name: `Map of ${total} items at step 4` }).waitFor();
    expect(await kinds().getByRole("button").count()).toBe(3);
    await keepPicture(page, "senses-train");
  });

  it.each(["light", "dark"] as const)("axe finds nothing serious, wide and narrow, %s", async (theme) => {
    await page.emulateMedia({ colorScheme: theme });
    await page.reload();
    for (const width of [1280, 390]) {
      await page.setViewportSize({ width, height: width === 390 ? 844 : 860 });
      for (const view of ["space", "neighbours", "search"]) {
        await page.goto(`${server.url}#${view}`);
        await page.getByRole("application").waitFor();
        if (view === "search") {
          await page.getByRole("button", { name: "Text", exact: true }).click();
          await page.getByLabel("What to look for").fill("two");
          await page.getByRole("button", { name: "Search" }).click();
          await page
            .getByRole("list", { name: "Items nearest to yours" })
            .getByRole("listitem")
            .first()
            .waitFor();
        }
        expect(await seriousFaults(page), `${view} ${width}`).toEqual([]);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        expect(wide, `${view} is too wide by`).toBeLessThanOrEqual(0);
        await keepPicture(page, `senses-${view}-${theme}-${width}`);
      }
    }
  });
});
