import type { Page } from "playwright-core";

/** When things happened, in milliseconds of the page's own clock. */
export interface FirstPaint {
  readonly count: number;
  /** Of the answer with the space. */
  readonly firstByte: number;
  /** The message with the points had come whole. */
  readonly points: number;
  /** Two frames after the map had drawn them: the second begins once the first was handed to the screen. */
  readonly painted: number;
}

/** Opens the space of all pictures in a new page, and tells when its points were there and when they were seen. */
export async function firstPaint(page: Page, url: string): Promise<FirstPaint> {
  await page.addInitScript({ content: watchPaint });
  await page.goto(`${url}#space`);
  await page.locator("html[data-painted]").waitFor();
  const label = await page.getByRole("application", { name: /^Map of/ }).getAttribute("aria-label");
  const times = await page.evaluate<Omit<FirstPaint, "count">>("window.kindredPaint");
  return { ...times, count: Number(/\d+/.exec(label ?? "")?.[0]) };
}

/** Runs in the page before all else. The first message of a space that is kept is that of its points. */
const watchPaint = `
const times = { firstByte: 0, points: 0, painted: 0 };
window.kindredPaint = times;
const original = window.fetch;
window.fetch = async (...request) => {
  const response = await original(...request);
  if (!String(request[0]).includes("api/space") || !response.body) return response;
  times.firstByte = performance.now();
  let head = new Uint8Array(0);
  let seen = 0;
  const watch = new TransformStream({
    transform(bytes, controller) {
      if (head.length < 4) head = new Uint8Array([...head, ...bytes.subarray(0, 4 - head.length)]);
      seen += bytes.length;
      const whole = head.length === 4 && seen >= 4 + new DataView(head.buffer).getUint32(0, true);
      if (whole && times.points === 0) times.points = performance.now();
      controller.enqueue(bytes);
    },
  });
  return new Response(response.body.pipeThrough(watch), response);
};
let starting = false;
new MutationObserver(() => {
  const now = document.querySelector(".map .starting") !== null;
  if (starting && !now && times.painted === 0) {
    requestAnimationFrame(() => requestAnimationFrame(() => {
      times.painted = performance.now();
      document.documentElement.dataset.painted = "";
    }));
  }
  starting ||= now;
}).observe(document, { childList: true, subtree: true });
`;

/** Milliseconds that the page tells for each of some sevens drawn into the space. */
export async function drawnLatency(page: Page, url: string, drawings: number): Promise<number[]> {
  await page.goto(`${url}#draw`);
  const surface = page.getByRole("img", { name: /^Drawing surface/ });
  await page.locator(".surface:not(.disabled)").waitFor();
  const latencies: number[] = [];
  // The first is slower: pictures are fetched, and the encoder's code is compiled.
  for (let round = 0; round <= drawings; round++) {
    const box = (await surface.boundingBox())!;
    const at = (x: number, y: number): [number, number] => [box.x + x * box.width, box.y + y * box.height];
    const lean = 0.02 * (round % 5);
    await page.mouse.move(...at(0.26, 0.26 + lean));
    await page.mouse.down();
    await page.mouse.move(...at(0.74 - lean, 0.26), { steps: 8 });
    await page.mouse.move(...at(0.44 + lean, 0.82), { steps: 8 });
    await page.mouse.up();
    const told = page.locator(".latency");
    await told.waitFor();
    if (round > 0) latencies.push(Number.parseFloat((await told.textContent()) ?? ""));
    await page.getByRole("button", { name: "Clear" }).click();
    await told.waitFor({ state: "detached" });
  }
  return latencies;
}
