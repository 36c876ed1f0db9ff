import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { fileSizes, firstBytes, scriptBytes } from "../scripts/siteSize.ts";
import { launchChromium, noChromium } from "../test/browser/chromium.ts";
import { builtPage } from "../test/explorer/builtPage.ts";
import { serveProcess } from "../test/explorer/servedProcess.ts";
import { buildSite } from "../test/site/buildSite.ts";
import { drawnLatency, firstPaint } from "./explorerPage.ts";
import { kindred } from "./kindred.ts";
import { type LongTasks, tracedTasks } from "./longTasks.ts";
import { type Measurement, measured } from "./results.ts";

const paints = 5;
const drawings = 9;

/** The explorer's page with MNIST's 70,000 pictures in Chromium, whose WebGL the CPU draws: what a person waits for. */
export async function benchExplorer(): Promise<void> {
  if (noChromium) return void process.stdout.write(`${noChromium}\n`);
  const folder = await mkdtemp(join(tmpdir(), "kindred-bench-explorer-"));
  const run = join(folder, "run");
  await trainRun(run);
  const page = await builtPage();
  const server = await serveProcess({ page, cwd: folder, port: 0, run, split: "all" });
  const browser = await launchChromium();
  try {
    // Computed once, and kept: what is measured is the page.
    await (await fetch(`${server.url}api/space`)).arrayBuffer();
    await benchPaint(browser, server.url);
    await benchMoves(browser, server.url);
    await benchDrawing(browser, server.url);
  } finally {
    await browser.close();
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  }
  await benchSizes(page);
}

/** A run of MNIST's 60,000 training pictures, which are 70,000 with those for tests. */
async function trainRun(run: string): Promise<void> {
  await kindred(["train", "--data", "mnist-60k", "--recipe", "fast", "--epochs", "1", "--out", run]);
}

async function benchPaint(browser: Browser, url: string): Promise<void> {
  const fromFirst: number[] = [];
  const fromLast: number[] = [];
  let count = 0;
  for (let round = 0; round < paints; round++) {
    const paint = await inPage(browser, (page) => firstPaint(page, url));
    fromFirst.push(paint.painted - paint.firstByte);
    fromLast.push(Math.max(0, paint.painted - paint.points));
    count = paint.count;
  }
  const common = { unit: "ms", better: "less", digits: 0 } as const;
  show({
    ...common,
    what: `first paint of ${count} points after their last byte`,
    ours: fromLast,
    note: "the aim is under 2,000 ms",
  });
  show({ ...common, what: "first paint after the first byte of the space", ours: fromFirst });
}

async function benchMoves(browser: Browser, url: string): Promise<void> {
  for (const view of ["UMAP 2D", "PCA 3D"] as const) {
    const tasks = await inPage(browser, async (page) => {
      await firstPaint(page, url);
      return tracedTasks(browser, page, view);
    });
    show({
      what: `pan, zoom and hover, ${view}: longest task of the main thread apart from drawing`,
      unit: "ms",
      better: "less",
      digits: 1,
      ours: [tasks.longestApart],
      note: taskNote(tasks),
    });
    show({
      what: `pan, zoom and hover, ${view}: frames a second, drawn by the CPU`,
      unit: "frames/s",
      better: "more",
      digits: 1,
      ours: [tasks.framesPerSecond],
    });
  }
}

function taskNote({ apart, whole, longestDid, longestWhole, seconds }: LongTasks): string {
  return `processor time, in ${longestDid}; ${apart} tasks over 50 ms, the aim is none; by the clock ${whole} with drawing and waiting for it, the longest ${longestWhole.toFixed(0)} ms; traced for ${seconds.toFixed(1)} s`;
}

async function benchDrawing(browser: Browser, url: string): Promise<void> {
  const ours = await inPage(browser, (page) => drawnLatency(page, url, drawings));
  show({
    what: "end of a stroke to its neighbours on the screen",
    unit: "ms",
    better: "less",
    digits: 0,
    ours,
    note: "as the page tells: encoder in wasm, 70,000 compared, painted",
  });
}

async function benchSizes(page: string): Promise<void> {
  const site = await buildSite("whole");
  const kept = fileSizes(site.folder).filter(({ path }) => !path.includes("ort-wasm"));
  const served = fileSizes(page).filter(
    ({ path }) => path.startsWith("assets") && !path.includes("ort-wasm"),
  );
  for (const [what, folder, files] of [
    ["static site", site.folder, kept],
    ["page of kindred view", page, served],
  ] as const) {
    const note = `${(firstBytes(folder, files) / 1000).toFixed(0)} kB are named by the page, the rest comes when needed; without ONNX Runtime`;
    show({
      what: `scripts of the ${what}, with gzip`,
      unit: "kB",
      better: "less",
      digits: 0,
      ours: [scriptBytes(files) / 1000],
      note,
    });
  }
  await site.remove();
}

async function inPage<Result>(browser: Browser, task: (page: Page) => Promise<Result>): Promise<Result> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  context.setDefaultTimeout(180_000);
  try {
    return await task(await context.newPage());
  } finally {
    await context.close();
  }
}

function show(measurement: Omit<Measurement, "bench" | "peer" | "theirs">): void {
  measured({ ...measurement, bench: "explorer", peer: "nothing does the same", theirs: [] });
}
