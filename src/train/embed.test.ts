import { afterAll, describe, expect, it } from "vitest";
import { Rng } from "../base/index.ts";
import { gatherImages, type ImageDataset } from "../data/index.ts";
import { compactEncoder, initialState } from "../nn/index.ts";
import { referenceRuntime } from "../runtime/index.ts";
import { Embedder } from "./embed.ts";
import { embeddingGraph } from "./graphs.ts";

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
    const embeddings = await fixed.embed(dataset, null, { onProgress: (done) => progress.push(done) });
    expect(await live.embed(dataset, store)).toEqual(embeddings);
    expect(embeddings).toHaveLength(count * 3);
    expect(progress.at(-1)).toBe(count);
    const expected = await oneByOne(dataset, rows);
    const received = rows.flatMap((row) => [...embeddings.subarray(row * 3, row * 3 + 3)]);
    for (const [i, value] of expected.entries()) expect(received[i]).toBeCloseTo(value, 5);
    for (const each of [fixed, live, store]) await each.dispose();
  });
});
