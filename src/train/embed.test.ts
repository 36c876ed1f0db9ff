import { afterAll, describe, expect, it } from "vitest";
import { AbortedError, Rng, RuntimeError } from "../base/index.ts";
import type { Graph } from "../graph/index.ts";
import { compactEncoder, gatherImages, ImageColumn, type ImageDataset } from "../modality/image/index.ts";
import { embeddingGraph } from "../modality/tower.ts";
import { initialState } from "../nn/index.ts";
import { type Program, type Runtime, referenceRuntime, type Values } from "../runtime/index.ts";
import { Embedder } from "./embed.ts";

const runtime = referenceRuntime();
afterAll(() => runtime.dispose());

const encoder = compactEncoder({ size: 8, width: 2, dim: 3 });
const weights = initialState(encoder, (name) => Rng.of(4, name));

function noise(count: number): ImageDataset {
  const rng = Rng.of(5, "pictures");
  return {
    name: "noise",
    count,
    channels: 1,
    height: 8,
    width: 8,
    pixels: Uint8Array.from({ length: count * 64 }, () => rng.int(256)),
    labels: new Int32Array(count),
  };
}

/** One image at a time, through a graph for one. */
async function oneByOne(dataset: ImageDataset, rows: readonly number[]): Promise<number[]> {
  const program = await runtime.compile(embeddingGraph(encoder, 1));
  const store = await runtime.createStore(weights);
  const embeddings: number[] = [];
  for (const row of rows) {
    const data = gatherImages(dataset, Uint32Array.of(row));
    const feeds = { images: { dtype: "float32", shape: [1, 1, 8, 8], data } } as const;
    const { embedding } = await program.run(feeds, { store });
    embeddings.push(...Array.from(embedding!.data, Number));
  }
  await program.dispose();
  await store.dispose();
  return embeddings;
}

describe("Embedder", () => {
  it("embeds the images at given rows, in their order", async () => {
    const dataset = noise(9);
    const fixed = await Embedder.fixed(runtime, encoder, weights);
    const rows = [7, 2, 8, 2, 0];
    const embeddings = await fixed.embed(new ImageColumn(dataset), null, { rows: Uint32Array.from(rows) });
    const alone = await oneByOne(dataset, rows);
    expect(embeddings).toHaveLength(alone.length);
    for (const [i, value] of alone.entries()) expect(embeddings[i]).toBeCloseTo(value, 5);
    await fixed.dispose();
  });

  it.each([
    ["fewer images than a batch", 3, [0, 1, 2]],
    ["a batch", 256, [0, 1, 254, 255]],
    ["a batch and a part", 258, [0, 255, 256, 257]],
    ["batches and a part", 513, [255, 256, 511, 512]],
  ])("embeds %s as each image alone, by fixed parameters and by a store's", async (_, count, rows) => {
    const dataset = noise(count);
    const fixed = await Embedder.fixed(runtime, encoder, weights);
    const live = await Embedder.create(runtime, encoder);
    const store = await runtime.createStore(weights);
    const progress: number[] = [];
    const embeddings = await fixed.embed(new ImageColumn(dataset), null, {
      onProgress: (done) => progress.push(done),
    });
    expect(await live.embed(new ImageColumn(dataset), store)).toEqual(embeddings);
    expect(embeddings).toHaveLength(count * 3);
    expect(progress.at(-1)).toBe(count);
    const expected = await oneByOne(dataset, rows);
    const received = rows.flatMap((row) => [...embeddings.subarray(row * 3, row * 3 + 3)]);
    for (const [i, value] of expected.entries()) expect(received[i]).toBeCloseTo(value, 5);
    for (const each of [fixed, live, store]) await each.dispose();
  });

  it("refuses what the tower does not take, naming both shapes, and what is not pictures", async () => {
    const fixed = await Embedder.fixed(runtime, encoder, weights);
    const tall = { ...noise(2), height: 16, pixels: new Uint8Array(2 * 128) };
    await expect(fixed.embed(new ImageColumn(tall), null)).rejects.toThrow(
      /^noise gives images as float32 of shape \[1, ?16, ?8\] of each row, the tower takes images as float32 of shape \[1, ?8, ?8\]: /,
    );
    const features = { ...noise(2), features: new Float32Array(6) };
    await expect(fixed.embed(new ImageColumn(features), null)).rejects.toThrow(
      /^noise gives only features of each row, the tower takes images as /,
    );
    await fixed.dispose();
  });
});

/** A runtime whose runs end when the test says so. */
class HeldRuntime implements Runtime {
  readonly device = { name: "held", description: "held" };
  /** Batch sizes compiled. */
  readonly sizes: number[] = [];
  readonly runs: { readonly resolve: (values: Values) => void; readonly reject: (error: Error) => void }[] =
    [];
  disposed = 0;

  async compile(graph: Graph): Promise<Program> {
    const { shape } = graph.inputs[0]!;
    this.sizes.push(shape[0]!);
    return {
      run: () => new Promise((resolve, reject) => this.runs.push({ resolve, reject })),
      dispose: async () => {
        this.disposed++;
      },
    };
  }

  createStore = (): never => {
    throw new Error("not needed here");
  };

  async dispose(): Promise<void> {
    for (const { reject } of this.runs) reject(new RuntimeError("this runtime was disposed"));
  }

  /** The run of this number once it has begun. */
  async begun(number: number): Promise<(typeof this.runs)[number]> {
    while (this.runs.length <= number) await new Promise((resolve) => setImmediate(resolve));
    return this.runs[number]!;
  }
}

/** What `work` leaves behind as rejections that nobody handles. */
async function unhandledOf(work: () => Promise<void>): Promise<unknown[]> {
  const unhandled: unknown[] = [];
  const before = process.listeners("unhandledRejection");
  const listen = (reason: unknown): number => unhandled.push(reason);
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", listen);
  try {
    await work();
    // Node tells of them once its queue of microtasks is empty.
    await new Promise((resolve) => setImmediate(resolve));
  } finally {
    process.off("unhandledRejection", listen);
    for (const listener of before) process.on("unhandledRejection", listener);
  }
  return unhandled;
}

describe("Embedder, stopped or failing with two batches under way", () => {
  const values = (): Values => ({
    embedding: { dtype: "float32", shape: [256, 3], data: new Float32Array(256 * 3) },
  });

  it("stops with one error when the runtime is then disposed of", async () => {
    const unhandled = await unhandledOf(async () => {
      const held = new HeldRuntime();
      const embedder = await Embedder.fixed(held, encoder, weights);
      const stop = new AbortController();
      const embedding = embedder.embed(new ImageColumn(noise(1000)), null, { signal: stop.signal });
      const refused = expect(embedding).rejects.toThrow(AbortedError);
      await held.begun(1);
      stop.abort();
      held.runs[0]!.resolve(values());
      await refused;
      await held.dispose();
    });
    expect(unhandled).toEqual([]);
  });

  it.each([
    ["the first", [0, 1]],
    ["the second", [1, 0]],
  ])("says of two failures the first that is met, %s failing first", async (_, order) => {
    const unhandled = await unhandledOf(async () => {
      const held = new HeldRuntime();
      const embedder = await Embedder.fixed(held, encoder, weights);
      const refused = expect(embedder.embed(new ImageColumn(noise(1000)), null)).rejects.toThrow(
        /^batch 0 failed$/,
      );
      await held.begun(1);
      for (const number of order) held.runs[number]!.reject(new RuntimeError(`batch ${number} failed`));
      await refused;
      await embedder.dispose();
      expect(held.disposed).toBe(1);
    });
    expect(unhandled).toEqual([]);
  });

  it("can be used again after a program was refused", async () => {
    const held = new HeldRuntime();
    const compile = held.compile.bind(held);
    held.compile = () => Promise.reject(new RuntimeError("out of memory"));
    const embedder = await Embedder.fixed(held, encoder, weights);
    await expect(embedder.embed(new ImageColumn(noise(2)), null)).rejects.toThrow(/^out of memory$/);
    held.compile = compile;
    const embedding = embedder.embed(new ImageColumn(noise(2)), null);
    (await held.begun(0)).resolve(values());
    expect(await embedding).toHaveLength(6);
    await embedder.dispose();
  });
});

describe("Embedder, the size of a batch", () => {
  it.each([
    [1, 1],
    [2, 2],
    [3, 4],
    [33, 64],
    [200, 256],
    [4000, 256],
  ])("for %i pictures is %i", async (count, size) => {
    const held = new HeldRuntime();
    const embedder = await Embedder.fixed(held, encoder, weights);
    const stop = new AbortController();
    const embedding = embedder.embed(new ImageColumn(noise(count)), null, { signal: stop.signal });
    embedding.catch(() => undefined);
    await held.begun(0);
    expect(held.sizes).toEqual([size]);
    stop.abort();
    await held.dispose();
    await expect(embedding).rejects.toThrow();
  });

  it("is less where pictures are large, and compiled once for each", async () => {
    const large = compactEncoder({ size: 512, width: 2, dim: 3 });
    const state = initialState(large, (name) => Rng.of(4, name));
    const held = new HeldRuntime();
    const embedder = await Embedder.fixed(held, large, state);
    for (const [at, count] of [1, 40, 1, 33].entries()) {
      const pictures = {
        ...noise(0),
        count,
        height: 512,
        width: 512,
        pixels: new Uint8Array(count * 2 ** 18),
      };
      const stop = new AbortController();
      const embedding = embedder.embed(new ImageColumn(pictures), null, { signal: stop.signal });
      embedding.catch(() => undefined);
      const run = await held.begun(held.runs.length);
      stop.abort();
      run.reject(new RuntimeError(`stopped ${at}`));
      await expect(embedding).rejects.toThrow();
    }
    expect(held.sizes).toEqual([1, 16]);
  });
});
