import type { Browser, Page } from "playwright-core";

/** Tasks of the page's main thread while the map is panned, zoomed into its pictures and pointed at. */
export interface LongTasks {
  /** Over 50 ms of the processor's time, without what drawing took. */
  readonly apart: number;
  /** Over 50 ms by the clock, with drawing, waiting for it, and waiting while other processes have the processor. */
  readonly whole: number;
  /** Milliseconds of the processor's time. */
  readonly longestApart: number;
  /** What the longest was, by the events in it. */
  readonly longestDid: string;
  /** Milliseconds by the clock. */
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
  /** Microseconds for which the thread had a processor. */
  readonly tdur?: number;
  readonly args?: {
    readonly name?: string;
    readonly data?: { readonly functionName?: string; readonly type?: string };
  };
}

const long = 50;
/** Turns of the wheel from all points to a few hundred. */
const zooms = 9;
const categories = ["toplevel", "devtools.timeline", "gpu", "cc", "viz", "v8"];
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
 * Traces a pan, a zoom until the pictures show, the pointer over them, and the way back. Drawing is what lies within events
 * of the category `gpu` (commands handed to the graphics process and waiting for it, which without a graphics processor is a
 * rasterizer on the same cores) and the browser's own painting of the frame; all else of a task, the page's scripts above
 * all, counts. It counts by the time for which the thread had a processor: what else the machine does would make any
 * task long by the clock.
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
  const zoom = async (turn: number): Promise<void> => {
    for (let i = 0; i < zooms; i++) {
      await page.mouse.wheel(0, turn);
      await page.waitForTimeout(100);
    }
    // Until the view has come to rest, and shows pictures where it is near enough.
    await page.waitForTimeout(1500);
  };
  await zoom(-120);
  for (let i = 0; i < 10; i++) {
    await page.mouse.move(x + 20 * i, y - 10 * i);
    await page.waitForTimeout(50);
  }
  await zoom(120);
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
  const times = tasks.map((task) => ({
    task,
    whole: (task.dur ?? 0) / 1000,
    apart: ((task.tdur ?? 0) - busyWithin(task, drawing)) / 1000,
  }));
  const longest = times.reduce<(typeof times)[number] | null>(
    (most, time) => (time.apart > (most?.apart ?? 0) ? time : most),
    null,
  );
  return {
    apart: times.filter(({ apart }) => apart > long).length,
    whole: times.filter(({ whole }) => whole > long).length,
    longestApart: longest?.apart ?? 0,
    longestDid: longest ? whatDid(longest.task, busiest) : "nothing",
    longestWhole: Math.max(0, ...times.map(({ whole }) => whole)),
  };
}

/** Microseconds of the processor's time that events took within a task, those within others counted once. */
function busyWithin(task: TraceEvent, sorted: readonly TraceEvent[]): number {
  const end = task.ts + (task.dur ?? 0);
  let busy = 0;
  let upTo = task.ts;
  for (const { ts, dur = 0, tdur = 0 } of sorted) {
    if (ts >= end) break;
    if (ts < upTo) continue;
    busy += tdur;
    upTo = ts + dur;
  }
  return busy;
}

/** The events of a task that took at least a third of its time, outermost first, of which scripts say their function. */
function whatDid(task: TraceEvent, events: readonly TraceEvent[]): string {
  const end = task.ts + (task.dur ?? 0);
  const within = events.filter(
    (event) =>
      event !== task &&
      event.ts >= task.ts &&
      event.ts < end &&
      (event.tdur ?? 0) > (task.tdur ?? 0) / 3 &&
      /^(FunctionCall|FireAnimationFrame|TimerFire|EventDispatch|Layout|UpdateLayoutTree|MajorGC|MinorGC)$/.test(
        event.name,
      ),
  );
  const names = within.map(({ name, args }) => args?.data?.functionName || args?.data?.type || name);
  return [...new Set(names)].join(" > ") || "the browser's own work";
}
