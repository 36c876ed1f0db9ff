import { join } from "node:path";
import { afterAll, describe, it } from "vitest";
import { launchChromium } from "../browser/chromium.ts";
import { serveTests } from "./bundle.ts";
import type { CaseTitle } from "./caseRunner.ts";
import type { Question } from "./protocol.ts";
import { TestPage } from "./testPage.ts";

/** Every case of the suites as a test of its own, run in a worker of a page in Chromium. */
export async function chromiumSuite(
  setup: Omit<Extract<Question, { type: "collect" }>, "id" | "type">,
  flags: readonly string[] = [],
  files: ReadonlyMap<string, Uint8Array> = new Map(),
): Promise<void> {
  const server = await serveTests(join(import.meta.dirname, "tests.ts"), { files });
  const browser = await launchChromium(flags);
  const page = await TestPage.open(browser, server.url);
  afterAll(async () => {
    await page.ask({ type: "finish" });
    await browser.close();
    await server.close();
  });
  const titles = (await page.ask({ type: "collect", ...setup })) as CaseTitle[];
  define(
    titles.map(({ path, skipped }, index) => ({ path, skipped, index })),
    (index) => page.ask({ type: "run", index }),
  );
}

type Entry = CaseTitle & { readonly index: number };

/** Tests and their groups, which vitest calls later and not at once. */
function define(entries: readonly Entry[], run: (index: number) => Promise<unknown>): void {
  const groups = new Map<string, Entry[]>();
  for (const { path, skipped, index } of entries) {
    const [first, ...rest] = path;
    if (rest.length === 0) {
      // The first case of a group waits for all that the group does once: on WebGPU in software 20 steps, which a busy
      // machine makes many times slower.
      it.skipIf(skipped)(first!, { timeout: 600_000 }, async () => {
        await run(index);
      });
      continue;
    }
    const group = groups.get(first!) ?? [];
    group.push({ path: rest, skipped, index });
    groups.set(first!, group);
  }
  for (const [title, group] of groups) describe(title, () => define(group, run));
}
