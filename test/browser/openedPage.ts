import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";

/** A page opened from disk, without network, and what went wrong in it. */
export interface OpenedPage {
  readonly page: Page;
  /** Errors on the console, uncaught errors, and requests for anything but the page itself. */
  readonly faults: readonly string[];
}

export interface OpenOptions {
  readonly dark?: boolean;
  readonly width?: number;
}

/** Opens a page that says `data-ready` when it is drawn. */
export async function openPage(
  browser: Browser,
  file: string,
  { dark = false, width = 1200 }: OpenOptions = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({
    offline: true,
    viewport: { width, height: 800 },
    colorScheme: dark ? "dark" : "light",
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`uncaught: ${error.stack ?? error.message}`));
  page.on("crash", () => faults.push("the page crashed"));
  page.on("request", (request) => {
    const url = request.url();
    if (!/^(data|blob):/.test(url) && url !== pathToFileURL(file).href) faults.push(`request: ${url}`);
  });
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector("html[data-ready=true]", { timeout: 45_000 });
  return { page, faults };
}
