import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Locator, Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { launchChromium } from "../browser/chromium.ts";
import { builtPage } from "./builtPage.ts";
import { type ServedProcess, serveProcess } from "./servedProcess.ts";
import { type WatchedPage, watchedPage } from "./watchedPage.ts";

/** Milliseconds that a test may wait for something to be so, on a machine that does much else. */
export const patience = 90_000;

/** The explorer as a person has it: its server, and a browser with its page. */
export interface Explored {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly faults: string[];
  readonly server: ServedProcess;
  /** Where the server runs, and puts what is trained. */
  readonly folder: string;
  /** Opens another tab. */
  tab(): Promise<WatchedPage>;
  /** Starts the server again, at the same address. */
  restart(run: string): Promise<void>;
}

/** Served without a run, and opened, for the tests of a file. */
export function explored(): Explored {
  let folder: string;
  let page: string;
  let server: ServedProcess;
  let browser: Browser;
  let context: BrowserContext;
  let watched: WatchedPage;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kindred-explored-"));
    page = await builtPage();
    [server, browser] = await Promise.all([serveProcess({ page, cwd: folder, port: 0 }), launchChromium()]);
    context = await browser.newContext({
      acceptDownloads: true,
      viewport: { width: 1440, height: 900 },
      colorScheme: "light",
      // Views and points are where they are to be at once, so that no test has to guess when they have come to rest.
      reducedMotion: "reduce",
    });
    context.setDefaultTimeout(patience);
    watched = await watchedPage(context);
    await watched.page.goto(server.url);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await server?.kill();
    if (folder) await rm(folder, { recursive: true, force: true });
  });
  return {
    get page() {
      return watched.page;
    },
    get context() {
      return context;
    },
    get faults() {
      return watched.faults;
    },
    get server() {
      return server;
    },
    get folder() {
      return folder;
    },
    tab: () => watchedPage(context),
    restart: async (run) => {
      server = await serveProcess({ page, cwd: folder, port: server.port, run });
    },
  };
}

/** Opens a view by its link in the navigation. */
export async function open(page: Page, view: string): Promise<void> {
  await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: view }).click();
}

/** Keeps a picture of the page in the folder that `KINDRED_SCREENSHOTS` names, for people to look at. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const folder = process.env.KINDRED_SCREENSHOTS;
  if (folder === undefined) return;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** The text of an element as it is laid out; nothing while there is none. */
export async function shownText(element: Locator): Promise<string> {
  return (await element.allInnerTexts()).join("\n");
}
