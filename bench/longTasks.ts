import type { Browser, Page } from "playwright-core";

/** Tasks of the page's main thread while the map is panned and zoomed, of more than 50 ms. */
export interface LongTasks {
  /** Over 50 ms without the time spent drawing or waiting for it. */
  readonly apart: number;
  /** Over 50 ms in all. */
  readonly whole: number;
  /** Milliseconds. */
  readonly longestApart: number;
  readonly longestWhole: number;
  readonly framesPerSecond: number;
  readonly seconds: number;
}

interface TraceEvent {
  readonly name: string;
  readonly cat: string;
  readonly ph: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds. */
  readonly ts: number;
  readonly dur?: number;
  readonly args?: { readonly name?: string };
}

const long = 50;
const categories = ["toplevel", "devtools.timeline", "gpu", "cc", "viz"];
/** What the browser does to bring a frame to the screen. */
const painting = new Set([
  "Paint",
  "PrePaint",
  "Layerize",
  "Commit",
  "UpdateLayer",
  "UpdateLayerTree",
  "CompositeLayers",
]);

const countFrames = `
window.kindredFrames = 0;
const count = () => { window.kindredFrames++; requestAnimationFrame(count); };
requestAnimationFrame(count);
`;

/**
 * Traces pans and zooms. Drawing is what lies within events of the category `gpu` (commands handed to the graphics
 * process and waiting for it, which without a graphics processor is a rasterizer on the same cores) and the browser's own
 * painting of the frame; all else of a task, the page's scripts above all, counts.
 */
export async function tracedTasks(browser: Browser, page: Page, view: string): Promise<LongTasks> {
  await page.getByRole("button", { name: view }).click();
  await page.locator(".map .doing").waitFor({ state: "detached" });
  const box = (await page.locator(".map canvas").boundingBox())!;
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.evaluate(countFrames);
  await browser.startTracing(page, { categories });
  const begin = performance.now();
  // Few moves: each waits for the frame that it leads to, which the CPU takes most of a second to draw.
  await page.mouse.down();
  for (const [right, down] of [
    [180, 90],
    [0, 0],
  ] as const) {
    await page.mouse.move(x + right, y + down, { steps: 8 });
  }
  await page.mouse.up();
  for (const turn of [-120, -120, -120, 120, 120, 120]) await page.mouse.wheel(0, turn);
  const seconds = (performance.now() - begin) / 1000;
  const frames = await page.evaluate<number>("window.kindredFrames");
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
    traceEvents: TraceEvent[];
  };
  return { ...longTasks(traceEvents), framesPerSecond: frames / seconds, seconds };
}

function longTasks(events: readonly TraceEvent[]): Omit<LongTasks, "framesPerSecond" | "seconds"> {
  // The page's own process is the one whose main thread painted most.
  const mains = events.filter(({ name, args }) => name === "thread_name" && args?.name === "CrRendererMain");
  const on = ({ pid, tid }: TraceEvent): TraceEvent[] =>
    events.filter((event) => event.pid === pid && event.tid === tid && event.ph === "X");
  const busiest = mains.map(on).sort((a, b) => b.length - a.length)[0] ?? [];
  const tasks = busiest.filter(({ name }) => name === "RunTask" || name === "ThreadControllerImpl::RunTask");
  const drawing = busiest.filter(({ name, cat }) => painting.has(name) || cat.split(",").includes("gpu"));
  drawing.sort((a, b) => a.ts - b.ts);
  const times = tasks.map((task) => {
    const whole = (task.dur ?? 0) / 1000;
    return { whole, apart: whole - within(task, drawing) / 1000 };
  });
  return {
    apart: times.filter(({ apart }) => apart > long).length,
    whole: times.filter(({ whole }) => whole > long).length,
    longestApart: Math.max(0, ...times.map(({ apart }) => apart)),
    longestWhole: Math.max(0, ...times.map(({ whole }) => whole)),
  };
}

/** Microseconds of a task that events cover, those within others counted once. */
function within(task: TraceEvent, sorted: readonly TraceEvent[]): number {
  const end = task.ts + (task.dur ?? 0);
  let covered = 0;
  let upTo = task.ts;
  for (const { ts, dur = 0 } of sorted) {
    if (ts >= end) break;
    const to = Math.min(end, ts + dur);
    if (to <= upTo) continue;
    covered += to - Math.max(upTo, ts);
    upTo = to;
  }
  return covered;
}
