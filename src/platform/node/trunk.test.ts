import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { InputError, Rng, type Shape } from "../../base/index.ts";
import type { ImageDataset } from "../../data/index.ts";
import { buildGraph, input, type Tensor } from "../../graph/index.ts";
import { compactEncoder, headEncoder, initialState } from "../../nn/index.ts";
import { encodeDynamicBatch, encodeModel } from "../../onnx/index.ts";
import { tokenTrunk } from "../../onnx/tokenTrunk.fixture.ts";
import { averagePool2d, cast, globalAveragePool2d, relu, reshape } from "../../ops/index.ts";
import { Embedder, exportEncoder } from "../../train/index.ts";
import { nodeRuntime } from "./devices.ts";
import { openTrunk, requireTrunkSize, sha256Of, type TrunkOptions, withTrunk } from "./trunk.ts";
import { withTrunkFeatures } from "./trunkFeatures.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kindred trünk-"));
  vi.stubEnv("KINDRED_CACHE", join(folder, "cache"));
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

async function write(name: string, bytes: Uint8Array | string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, bytes);
  return file;
}

/** A model of one input `a` of this shape. */
function modelOf(
  shape: Shape,
  build: (a: Tensor) => Tensor,
  dtype: "float32" | "uint8" = "float32",
): Uint8Array {
  return encodeModel(buildGraph({ name: "made", outputs: { y: build(input("a", shape, dtype)) } }));
}

async function messageOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(InputError);
  return (error as InputError).message;
}

const encoder = compactEncoder({ size: 12, width: 2, dim: 7, channels: 3 });
const trunkModel = exportEncoder(
  encoder,
  initialState(encoder, (name) => Rng.of(3, name)),
);

function pictures(count: number, [channels, height, width]: readonly [number, number, number]): ImageDataset {
  const rng = Rng.of(9, "pictures");
  const pixels = Uint8Array.from({ length: count * channels * height * width }, () => rng.int(256));
  return { name: "drawn", count, channels, height, width, pixels, labels: new Int32Array(count) };
}

async function headOn(file: string, options: TrunkOptions, size: number) {
  const { choice, channels } = await openTrunk(file, options);
  const plain = headEncoder({ trunk: choice, channels, size, dim: 3, hidden: 4 });
  return withTrunk(plain, { trunk: file });
}

describe("openTrunk", () => {
  it("finds out what a model takes and makes", async () => {
    const file = await write("vector.onnx", trunkModel);
    expect(await openTrunk(file, { mean: [0.1, 0.2, 0.3], std: [0.25] })).toEqual({
      channels: 3,
      size: 12,
      choice: {
        sha256: sha256Of(trunkModel),
        ...{ input: "images", output: "embedding", dtype: "float32", pool: "vector", batch: null },
        ...{ mean: [0.1, 0.2, 0.3], std: [0.25, 0.25, 0.25], features: 7 },
      },
    });
    const bytes = await write(
      "bytes.onnx",
      modelOf([2, 3, 8, 8], (a) => globalAveragePool2d(cast(a, "float32")), "uint8"),
    );
    expect(await openTrunk(bytes)).toMatchObject({
      size: 8,
      choice: { input: "a", output: "y", dtype: "uint8", pool: "map", batch: 2, features: 3 },
    });
    const tokens = await write("tokens.onnx", tokenTrunk(17).model);
    expect((await openTrunk(tokens)).choice).toMatchObject({ pool: "mean", output: "features", features: 2 });
    expect((await openTrunk(tokens, { pool: "cls" })).choice).toMatchObject({ pool: "cls" });
  });

  it("refuses what is no feature extractor, in one line", async () => {
    const text = await write("text.onnx", "It was a dark and stormy night.");
    expect(await messageOf(openTrunk(text))).toMatch(
      /^.*text.onnx: 31 bytes that are no ONNX model \(.*\), /,
    );
    const rows = encodeDynamicBatch((n) =>
      buildGraph({ name: "rows", outputs: { y: relu(input("rows", [n, 784])) } }),
    );
    const two = encodeModel(
      buildGraph({
        name: "two",
        outputs: { y: relu(input("a", [1, 1, 28, 28])), z: relu(input("b", [1])) },
      }),
    );
    const cases: readonly [Uint8Array, string, TrunkOptions?][] = [
      [
        rows,
        "takes rows: float32[batch,784], expected a picture [n, channels, height, width] of float32 or uint8, its channels a number",
      ],
      [
        two,
        "takes 2 inputs (a: float32[1,1,28,28]; b: float32[1]), expected one, a picture [n, channels, height, width]",
      ],
      [
        modelOf([1, 1, 28, 28], (a) => averagePool2d(a, 4)),
        "makes y: float32[1,1,7,7] of a picture, expected float32 [n, d], [n, d, 1, 1] or [n, tokens, d]",
      ],
      [
        modelOf([1, 1, 28, 14], (a) => globalAveragePool2d(a)),
        "takes pictures of 28 x 14 (height, width), expected square ones",
      ],
    ];
    for (const [model, expected, options] of cases) {
      const file = await write("wrong.onnx", model);
      expect(await messageOf(openTrunk(file, options))).toBe(`${file}: ${expected}`);
    }
    const file = await write("vector.onnx", trunkModel);
    expect(await messageOf(openTrunk(file, { std: [0.5, 0.25] }))).toBe(
      "--trunk-std 0.5,0.25 has 2 numbers, expected one, or one for each of the trunk's 3 channels",
    );
    const opened = await openTrunk(file);
    expect(() => requireTrunkSize(opened, file, pictures(1, [3, 32, 32]))).toThrow(
      new InputError(
        `drawn has pictures of 3 x 32 x 32 (channels, height, width), the trunk ${file} takes 3 x 12 x 12`,
      ),
    );
    expect(await messageOf(openTrunk(join(folder, "none.onnx")))).toBe(
      `${join(folder, "none.onnx")} cannot be read: no such file or folder: check the path (ENOENT)`,
    );
  });
});

describe("withTrunk", () => {
  it("reads the file that the run was begun with, and no other", async () => {
    const file = await write("own.onnx", trunkModel);
    const head = await headOn(file, {}, 12);
    expect(sha256Of(head.trunk!.model!)).toBe(sha256Of(trunkModel));
    const other = modelOf([1, 3, 12, 12], (a) => reshape(a, [1, 432]));
    await write("own.onnx", other);
    expect(await messageOf(withTrunk(head, { trunk: file }))).toBe(
      `${file} is another trunk than the run was begun with (SHA-256 ${sha256Of(other)}, was ${sha256Of(trunkModel)}): bring the old file back, or begin a new run`,
    );
    await rm(file);
    expect(await messageOf(withTrunk(head, { trunk: file }))).toBe(
      `${file} cannot be read: no such file or folder: check the path (ENOENT); it is the run's trunk, the ONNX file of SHA-256 ${sha256Of(trunkModel)}`,
    );
    expect(await withTrunk(encoder, { trunk: null })).toBe(encoder);
  });
});

describe("withTrunkFeatures", () => {
  it("gives what the model makes of the normalised pictures, and takes it from the cache the second time", async () => {
    const file = await write("features.onnx", trunkModel);
    const head = await headOn(file, { mean: [0.4, 0.5, 0.6], std: [0.25, 0.5, 0.75] }, 12);
    // Two batches of 16, the second of them not full.
    const dataset = pictures(21, [3, 12, 12]);
    const seen: number[] = [];
    const { features } = await withTrunkFeatures(head, dataset, { onProgress: (done) => seen.push(done) });
    expect(seen).toEqual([16, 21]);
    const session = await ort.InferenceSession.create(trunkModel);
    const values = Float32Array.from(dataset.pixels, (value, i) => {
      const channel = Math.floor(i / 144) % 3;
      return (value / 255 - [0.4, 0.5, 0.6][channel]!) / [0.25, 0.5, 0.75][channel]!;
    });
    const { embedding } = await session.run({ images: new ort.Tensor("float32", values, [21, 3, 12, 12]) });
    const expected = embedding!.data as Float32Array;
    const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - features![i]!)), 0);
    expect(worst).toBeLessThan(1e-5);

    const cached = await withTrunkFeatures(head, dataset, { onProgress: () => expect.fail("made again") });
    expect(cached.features).toEqual(features);
    const { input: named, ...others } = head.trunk!;
    const reordered = { ...head, trunk: { ...others, input: named } };
    await withTrunkFeatures(reordered, dataset, { onProgress: () => expect.fail("made again") });
    const [kept] = await readdir(join(folder, "cache", "features"));
    // Others of the same count, and another use of the trunk, have features of their own.
    const changed = { ...dataset, pixels: dataset.pixels.toReversed() };
    expect((await withTrunkFeatures(head, changed)).features).not.toEqual(features);
    await withTrunkFeatures(await headOn(file, {}, 12), dataset);
    expect(await readdir(join(folder, "cache", "features"))).toHaveLength(3);
    // A damaged file costs the time only.
    await writeFile(join(folder, "cache", "features", kept!), "no longer");
    expect((await withTrunkFeatures(head, dataset)).features).toEqual(features);
    expect((await stat(join(folder, "cache", "features", kept!))).size).toBeGreaterThan(21 * 7 * 4);
  });

  it("feeds bytes to a model of bytes, as many pictures at a time as it takes", async () => {
    const file = await write(
      "mean.onnx",
      modelOf([2, 3, 8, 8], (a) => globalAveragePool2d(cast(a, "float32")), "uint8"),
    );
    const dataset = pictures(5, [3, 8, 8]);
    const head = await headOn(file, {}, 8);
    const { features } = await withTrunkFeatures(head, dataset);
    const means = Array.from({ length: 15 }, (_, map) =>
      dataset.pixels.subarray(map * 64, (map + 1) * 64).reduce((sum, value) => sum + value / 64, 0),
    );
    for (const [i, mean] of means.entries()) expect(features![i]).toBeCloseTo(mean, 3);
  });

  it("and pictures themselves lead to the same embeddings", async () => {
    const file = await write("both.onnx", trunkModel);
    const head = await headOn(file, {}, 12);
    const weights = initialState(head, (name) => Rng.of(5, name));
    const dataset = pictures(19, [3, 12, 12]);
    const runtime = await nodeRuntime({ device: "cpu" });
    try {
      const embedder = await Embedder.fixed(runtime, head, weights);
      const whole = await embedder.embed(dataset, null);
      const fromFeatures = await embedder.embed(await withTrunkFeatures(head, dataset), null);
      const worst = whole.reduce((most, value, i) => Math.max(most, Math.abs(value - fromFeatures[i]!)), 0);
      expect(whole).toHaveLength(57);
      expect(worst).toBeLessThan(1e-6);
      await embedder.dispose();
    } finally {
      await runtime.dispose();
    }
  });
});
