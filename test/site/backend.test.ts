import { InferenceSession, Tensor } from "onnxruntime-node";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readPt } from "../../src/runs/index.ts";
import type { Backend, Hello, TrainingPhase } from "../../src/workspace/index.ts";
import { launchChromium, noChromium } from "../browser/chromium.ts";
import { type BuiltSite, buildSite } from "./buildSite.ts";
import { type ServedSite, serveSite } from "./serve.ts";

/** What `test/site/page` and the tests put on the page. */
interface Watched {
  readonly backend: Backend;
  phases: TrainingPhase[];
  heads: string[];
}

type Global = typeof globalThis;

const count = 300;
const request = { data: "mnist", recipe: "fast", loss: null, epochs: 3, limit: count, seed: 3 } as const;

/** Milliseconds that a phase may take to come, on a machine that does much else. */
const patience = 150_000;
const suite = "the page's worker as its backend, without the headers that threads need";

describe.skipIf(noChromium)(suite, { timeout: 2 * patience }, () => {
  let built: BuiltSite;
  let site: ServedSite;
  let browser: Browser;
  let page: Page;

  /** Listens from now on, and waits for the worker's first status. */
  async function open(): Promise<void> {
    await page.goto(site.url);
    await page.evaluate(() => {
      const watched = globalThis as Global & Watched;
      watched.phases = [];
      watched.heads = [];
      watched.backend.listen(({ head }) => {
        if (head.type === "status") watched.phases.push(head.training.phase);
        if (head.type !== "status" && head.type !== "step") watched.heads.push(head.type);
      }, new AbortController().signal);
    });
    await until("idle");
  }

  async function until(phase: TrainingPhase): Promise<void> {
    await page.waitForFunction((wanted) => (globalThis as Global & Watched).phases.at(-1) === wanted, phase, {
      timeout: patience,
    });
  }

  /** What a call of the backend says when it refuses. */
  function refusal(call: "pause" | "resume" | "stop" | "recording" | "checkpoint"): Promise<string> {
    return page.evaluate(
      (name) =>
        (globalThis as Global & Watched).backend[name]().then(
          () => "no refusal",
          (error: Error) => `${error.name}: ${error.message}`,
        ),
      call,
    );
  }

  beforeAll(async () => {
    built = await buildSite("backend");
    site = await serveSite(built.folder, false);
    browser = await launchChromium();
    page = await browser.newPage();
    await open();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    await built?.remove();
  });

  it("refuses what it cannot do, in one line", async () => {
    expect(await refusal("pause")).toMatch(
      /^BackendError: there is no training, so it cannot pause: expected/,
    );
    expect(await refusal("checkpoint")).toMatch(/^BackendError: there is no trained run yet: start/);
    const bad = await page.evaluate(
      (given) =>
        (globalThis as Global & Watched).backend
          .start({ ...given, epochs: 0.5 })
          .catch((error: Error) => error.message),
      request,
    );
    expect(bad).toBe(
      "epochs: received 0.5, expected a whole number from 1 to 100, or null for as many as suit",
    );
    const picture = await page.evaluate(() =>
      (globalThis as Global & Watched).backend
        .decodePicture(new Blob(["no picture at all, whatever its name says"]))
        .catch((error: Error) => error.message),
    );
    expect(picture).toMatch(/^the file is no picture that can be read/);
  });

  it("trains on one thread, pauses, goes on and ends", async () => {
    // Asked for by the page itself, at the first step: from here it might come after the last.
    await page.evaluate((given) => {
      const { backend } = globalThis as Global & Watched;
      const once = new AbortController();
      backend.listen(({ head }) => {
        if (head.type !== "status" || head.training.phase !== "running") return;
        once.abort();
        void backend.pause();
      }, once.signal);
      return backend.start(given);
    }, request);
    await until("paused");
    expect(await refusal("pause")).toMatch(/the training is paused, so it cannot pause/);
    await page.evaluate(() => (globalThis as Global & Watched).backend.resume());
    await until("done");
    const { phases, heads } = await page.evaluate(() => {
      const { phases, heads } = globalThis as Global & Watched;
      return { phases, heads };
    });
    const course = phases.filter((phase, i) => phase !== phases[i - 1]);
    expect(course).toEqual(["idle", "preparing", "running", "pausing", "paused", "running", "done"]);
    expect(heads).toEqual(expect.arrayContaining(["connected", "run", "sample", "map", "batch", "epoch"]));
    const hello: Hello = await page.evaluate(() => (globalThis as Global & Watched).backend.hello());
    expect(hello.device).toMatch(/^wasm \(1 thread: the page is not cross-origin isolated/);
    expect(hello.run).toMatchObject({
      count,
      checkpoints: [0, 1, 2],
      dim: 64,
      modalities: [{ preview: { width: 28 } }],
    });
  });

  it("tells the space in order, and hands over what an encoder in Node agrees with", async () => {
    const told = await page.evaluate(async () => {
      const { backend } = globalThis as Global & Watched;
      const types: string[] = [];
      const sizes: Record<string, number> = {};
      await backend.space(
        null,
        ({ head, arrays }) => {
          if (head.type !== "progress") types.push(head.type);
          for (const [name, array] of Object.entries(arrays)) sizes[name] = array.length;
        },
        new AbortController().signal,
      );
      const rows = Uint32Array.of(0, 7, 299);
      const pictures = (await backend.previews(rows)).arrays.pixels!;
      const { embeddings } = (await backend.embeddings(null)).arrays;
      const pairs = await backend.hardPairs(null);
      const recording = await backend.recording();
      return {
        types,
        sizes,
        pictures: [...pictures],
        embeddings: [...rows].map((row) => [...embeddings!.subarray(row * 64, row * 64 + 64)]),
        onnx: [...(await backend.encoder(null))],
        pt: [...(await backend.checkpoint())],
        pairs: Object.keys(pairs.arrays),
        snapshots: (recording.head as { snapshots?: number }).snapshots,
      };
    });
    expect(told.types).toEqual(["points", "neighbours", "umap", "end"]);
    expect(told.sizes).toMatchObject({ pca: count * 3, umap: count * 2, rows: count * 12, drift: count });
    expect(told.pairs).toContain("negativeSimilarity");
    expect(told.snapshots).toBeGreaterThanOrEqual(2);
    const session = await InferenceSession.create(Uint8Array.from(told.onnx));
    const images = Float32Array.from(told.pictures, (byte) => byte / 127.5 - 1);
    const { embedding } = await session.run({ images: new Tensor("float32", images, [3, 1, 28, 28]) });
    const values = embedding!.data as Float32Array;
    for (const [i, expected] of told.embeddings.entries()) {
      const row = values.subarray(i * 64, i * 64 + 64);
      const length = Math.hypot(...row);
      const worst = Math.max(...expected.map((value, at) => Math.abs(value - row[at]! / length)));
      expect(worst).toBeLessThan(1e-4);
    }
    await session.release();
    const tensors = readPt(Uint8Array.from(told.pt), "model.pt");
    expect(
      [...tensors.values()].every(({ data }) => [...data].every((x) => Number.isFinite(Number(x)))),
    ).toBe(true);
  });

  it("keeps the run over a reload, all but what it recorded", async () => {
    const before = await page.evaluate(async () => [
      ...(await (globalThis as Global & Watched).backend.checkpoint()),
    ]);
    await open();
    const { run } = await page.evaluate(() => (globalThis as Global & Watched).backend.hello());
    expect(run).toMatchObject({ count, checkpoints: [2], snapshots: 0 });
    const after = await page.evaluate(async () => [
      ...(await (globalThis as Global & Watched).backend.checkpoint()),
    ]);
    expect(after).toEqual(before);
    expect(await refusal("recording")).toMatch(/train again for a film/);
  });

  it("says what is wrong when the pictures do not arrive", async () => {
    await page.route("**/*.kindred", (route) => route.fulfill({ status: 404 }));
    await page.evaluate((given) => (globalThis as Global & Watched).backend.start(given), request);
    await until("failed");
    const { training } = await page.evaluate(() => (globalThis as Global & Watched).backend.hello());
    expect(training.reason).toMatch(/mnist\.kindred was answered with 404/);
    expect(training.reason).not.toContain("\n");
  });
});
