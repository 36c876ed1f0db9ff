import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type DType, InputError, Rng, type Shape, sizeOf } from "../../../base/index.ts";
import { buildGraph, constant, input, scalar, type Tensor } from "../../../graph/index.ts";
import { compactEncoder, ImageColumn, type ImageDataset } from "../../../modality/image/index.ts";
import { headEncoder, initialState } from "../../../nn/index.ts";
import { withInputShape, withVersions } from "../../../onnx/changedModel.fixture.ts";
import { withDataBeside } from "../../../onnx/externalData.fixture.ts";
import { encodeDynamicBatch, encodeModel, featureModel } from "../../../onnx/index.ts";
import { tokenTrunk } from "../../../onnx/tokenTrunk.fixture.ts";
import {
  add,
  averagePool2d,
  cast,
  conv2d,
  div,
  globalAveragePool2d,
  mul,
  relu,
  reshape,
  sub,
} from "../../../ops/index.ts";
import { Embedder, exportEncoder } from "../../../train/index.ts";
import { sha256Of } from "../files/sha256.ts";
import { nodeRuntime } from "../ort/devices.ts";
import { openTrunk, requireTrunkSize, type TrunkOptions, withTrunk } from "./trunk.ts";
import { withTrunkFeatures } from "./trunkFeatures.ts";
import { tryTrunk } from "./trunkTrial.ts";

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
function modelOf(shape: Shape, build: (a: Tensor) => Tensor, dtype: DType = "float32"): Uint8Array {
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

/** As `openTrunk`, but tried in this process, which none of these models ends. */
const opened = (file: string, options: TrunkOptions = {}) => openTrunk(file, options, tryTrunk);

async function headOn(file: string, options: TrunkOptions, size: number) {
  const { choice, channels } = await opened(file, options);
  const plain = headEncoder({ trunk: choice, channels, size, dim: 3, hidden: 4 });
  return withTrunk(plain, { trunk: file });
}

describe("openTrunk", () => {
  it("finds out what a model takes and makes", async () => {
    const file = await write("vector.onnx", trunkModel);
    expect(await opened(file, { mean: [0.1, 0.2, 0.3], std: [0.25] })).toEqual({
      channels: 3,
      size: 12,
      anySize: false,
      outputs: [{ name: "embedding", type: "float32", shape: [2, 7] }],
      choice: {
        sha256: sha256Of(trunkModel),
        ...{
          input: "images",
          output: "embedding",
          dtype: "float32",
          pool: "vector",
          batch: null,
          channels: 3,
        },
        ...{ mean: [0.1, 0.2, 0.3], std: [0.25, 0.25, 0.25], features: 7 },
      },
    });
    const bytes = await write(
      "bytes.onnx",
      modelOf([2, 3, 8, 8], (a) => globalAveragePool2d(cast(a, "float32")), "uint8"),
    );
    expect(await opened(bytes)).toMatchObject({
      size: 8,
      choice: { input: "a", output: "y", dtype: "uint8", pool: "map", batch: 2, features: 3 },
    });
    const tokens = await write("tokens.onnx", tokenTrunk(17).model);
    expect((await opened(tokens)).choice).toMatchObject({ pool: "mean", output: "features", features: 2 });
    expect((await opened(tokens, { pool: "cls" })).choice).toMatchObject({ pool: "cls" });
  });

  it("takes the output that is named, of several", async () => {
    const several = encodeDynamicBatch((n) => {
      const a = input("a", [n, 3, 8, 8]);
      return buildGraph({
        name: "several",
        outputs: {
          maps: relu(a),
          pooled: globalAveragePool2d(a),
          rows: reshape(a, [n, 192]),
          tokens: reshape(a, [n, 64, 3]),
        },
      });
    });
    const file = await write("several.onnx", several);
    expect((await opened(file)).choice).toMatchObject({ output: "rows", pool: "vector", features: 192 });
    expect((await opened(file, { output: "pooled" })).choice).toMatchObject({ pool: "map", features: 3 });
    expect((await opened(file, { output: "tokens" })).choice).toMatchObject({ pool: "mean", features: 3 });
    expect((await opened(file, { pool: "cls" })).choice).toMatchObject({ output: "tokens", pool: "cls" });
    const made =
      "maps: float32[2,3,8,8]; pooled: float32[2,3,1,1]; rows: float32[2,192]; tokens: float32[2,64,3]";
    expect(await messageOf(opened(file, { output: "row" }))).toBe(
      `${file}: has no output row (--trunk-output), it makes ${made}: name one of these`,
    );
    expect(await messageOf(opened(file, { output: "maps" }))).toBe(
      `${file}: makes maps: float32[2,3,8,8] of 2 pictures, expected an output of floats [n, d], [n, d, 1, 1] or [n, tokens, d]: export it without what follows its features`,
    );
    expect(await messageOf(opened(file, { output: "rows", pool: "cls" }))).toBe(
      `${file}: --pool cls is for an output of tokens, it makes rows: float32[2,192]: leave it out`,
    );
  });

  it("tries a model of open channels and size with 3 channels and then 1, at the usual sizes or the one chosen", async () => {
    const draw = (name: string, shape: Shape): Tensor =>
      constant("float32", shape, Rng.of(1, name).fillUniform(new Float32Array(sizeOf(shape)), -1, 1));
    // A convolution and its maps' means: of any size, and by its weights for one channel.
    const convolution = modelOf([1, 1, 32, 32], (a) =>
      globalAveragePool2d(conv2d(a, draw("weights", [5, 1, 3, 3]), null)),
    );
    const open = ["n", "channels", "height", "width"];
    const file = await write("open.onnx", withInputShape(convolution, "a", open));
    expect(await opened(file)).toMatchObject({
      channels: 1,
      size: 224,
      anySize: true,
      choice: { features: 5, batch: null },
    });
    expect(await opened(file, { size: 40 })).toMatchObject({ channels: 1, size: 40 });

    // It leaves all open too, but adds a number for each place of a picture of 96, and makes one row.
    const places = modelOf([1, 3, 96, 96], (a) =>
      reshape(add(a, draw("places", [1, 3, 96, 96])), [1, 27648]),
    );
    const fixed = await write("places.onnx", withInputShape(places, "a", open));
    expect(await opened(fixed)).toMatchObject({ channels: 3, size: 96, anySize: true, choice: { batch: 1 } });
    expect(await messageOf(opened(fixed, { size: 64 }))).toMatch(
      /places.onnx: fails on a picture of 3 x 64 x 64 \(Add \S+: .*64 by 96\)$/,
    );
  });

  it("takes a batch of 0 or less for an open one", async () => {
    for (const batch of [0, -1]) {
      const file = await write("batch.onnx", withInputShape(trunkModel, "images", [batch, 3, 12, -1]));
      const { choice, size } = await opened(file);
      expect([choice.batch, size]).toEqual([null, 12]);
      expect(
        (await withTrunkFeatures(await headOn(file, {}, 12), pictures(3, [3, 12, 12]))).features,
      ).toHaveLength(21);
    }
  });

  it("refuses what is no feature extractor, in one line", async () => {
    const text = await write("text.onnx", "It was a dark and stormy night.");
    expect(await messageOf(opened(text))).toMatch(/^.*text.onnx: 31 bytes that are no ONNX model \(.*\)/);
    const rows = encodeDynamicBatch((n) =>
      buildGraph({ name: "rows", outputs: { y: relu(input("rows", [n, 784])) } }),
    );
    const two = encodeModel(
      buildGraph({
        name: "two",
        outputs: {
          y: relu(input("pixel_values", [1, 1, 28, 28])),
          z: cast(input("input_ids", [1, 77], "int64"), "float32"),
        },
      }),
    );
    const cases: readonly [Uint8Array, string, TrunkOptions?][] = [
      [
        rows,
        "takes rows: float32[batch,784], expected a picture [n, channels, height, width] of float32, float16, float64, uint8",
      ],
      [
        two,
        "takes 2 inputs (pixel_values: float32[1,1,28,28]; input_ids: int64[1,77]), expected one, a picture [n, channels, height, width]: export the part alone that takes pixel_values (of CLIP the vision part, vision_model.onnx or CLIPVisionModelWithProjection)",
      ],
      [
        modelOf([1, 1, 28, 28], (a) => averagePool2d(a, 4)),
        "makes y: float32[1,1,7,7] of a picture, expected an output of floats [n, d], [n, d, 1, 1] or [n, tokens, d]: export it without what follows its features",
      ],
      [
        modelOf([1, 1, 28, 14], (a) => globalAveragePool2d(a)),
        "takes pictures of 28 x 14 (height, width), expected square ones",
      ],
      [
        modelOf([1, 32, 32, 3], (a) => reshape(a, [1, 3072])),
        "takes a: float32[1,32,32,3], whose channels come last, expected [n, channels, height, width]: export it with channels first (tf2onnx: --inputs-as-nchw a)",
      ],
      [
        modelOf([1, 3, 32, 32], (a) => reshape(cast(a, "float32"), [1, 3072]), "int64"),
        "takes a: int64[1,3,32,32], expected values of float32, float16, float64, uint8: export it with pictures of float32",
      ],
      [trunkModel, "takes pictures of 12 x 12, but a size of 64 was chosen: leave it out", { size: 64 }],
      [
        tokenTrunk(6).model,
        "the trunk is written in ONNX's operator set 6, expected 7 or later: export it anew",
      ],
    ];
    for (const [model, expected, options] of cases) {
      const file = await write("wrong.onnx", model);
      expect(await messageOf(opened(file, options))).toBe(`${file}: ${expected}`);
    }
    const file = await write("vector.onnx", trunkModel);
    expect(await messageOf(opened(file, { std: [0.5, 0.25] }))).toBe(
      "--trunk-std 0.5,0.25 has 2 numbers, expected one, or one for each of the trunk's 3 channels",
    );
    const trunk = await opened(file);
    expect(() => requireTrunkSize(trunk, file, pictures(1, [3, 32, 32]))).toThrow(
      new InputError(
        `drawn has pictures of 3 x 32 x 32 (channels, height, width), the trunk ${file} takes 3 x 12 x 12`,
      ),
    );
    requireTrunkSize(trunk, file, pictures(1, [1, 12, 12]));
    expect(await messageOf(openTrunk(join(folder, "none.onnx")))).toBe(
      `${join(folder, "none.onnx")} cannot be read: no such file or folder: check the path (ENOENT)`,
    );
  });

  it("says why ONNX Runtime takes no model without naming its source", async () => {
    // Fields 1 and 8 of the model: the version of the format, and that of the operators.
    const versions: readonly [number, number, RegExp][] = [
      [
        99,
        21,
        /^[^/]*wrong.onnx: ONNX Runtime does not take it \(Unsupported model IR version: 99, max supported IR version: \d+\)$/,
      ],
      [
        10,
        99,
        /^[^/]*wrong.onnx: ONNX Runtime does not take it \(ONNX Runtime only \*guarantees\*.* 99 .*\)$/,
      ],
    ];
    for (const [ir, opset, expected] of versions) {
      const file = await write("wrong.onnx", withVersions(trunkModel, ir, opset));
      const message = (await messageOf(opened(file))).replace(`${folder}/`, "");
      expect(message).toMatch(expected);
      expect(message).not.toMatch(/onnxruntime::|\.cc|\n/);
    }
  });
});

describe("weights beside the model", () => {
  const { model, data } = withDataBeside(trunkModel, "weights/model.onnx.data", {
    ...{ start: 64, least: 100 },
  });
  const place = async (name: string): Promise<{ file: string; beside: string }> => {
    await mkdir(join(folder, name, "weights"), { recursive: true });
    const beside = join(folder, name, "weights", "model.onnx.data");
    await writeFile(beside, data);
    return { file: await write(join(name, "model.onnx"), model), beside };
  };

  it("are read in, and give the same features as those inside", async () => {
    const { file } = await place("beside");
    expect(model.length).toBeLessThan(trunkModel.length);
    const head = await headOn(file, {}, 12);
    const whole = await headOn(await write("whole.onnx", trunkModel), {}, 12);
    const dataset = pictures(5, [3, 12, 12]);
    const { features } = await withTrunkFeatures(head, dataset);
    expect(features).toEqual((await withTrunkFeatures(whole, dataset)).features);
    // Nothing of what is written needs another file.
    const session = await ort.InferenceSession.create(
      exportEncoder(
        head,
        initialState(head, (name) => Rng.of(5, name)),
      ),
    );
    await session.release();
  });

  it("are part of the hash: others are another trunk, with features of its own", async () => {
    const { file, beside } = await place("changed");
    const before = await headOn(file, {}, 12);
    await writeFile(
      beside,
      data.map((byte, i) => (i === 70 ? byte ^ 64 : byte)),
    );
    const after = await headOn(file, {}, 12);
    expect(after.trunk!.sha256).not.toBe(before.trunk!.sha256);
    expect(await messageOf(withTrunk(before, { trunk: file }))).toMatch(
      / is another trunk than the run was begun with/,
    );
  });

  it("are refused where they are missing, cut off or outside the model's folder", async () => {
    const { file, beside } = await place("refused");
    const at = "weights/model.onnx.data";
    await writeFile(beside, data.subarray(0, -1));
    expect(await messageOf(opened(file))).toMatch(
      new RegExp(
        `^${file}: tensor ".+" is at bytes \\d+ to ${data.length} of "${at}", which has ${data.length - 1}: it is cut off, or belongs to another model$`,
      ),
    );
    await rm(beside);
    expect(await messageOf(opened(file))).toBe(
      `${file}: its weights are in "${at}", which is not beside it: put that file into ${join(folder, "refused")}`,
    );
    const outside = await write("outside.data", data);
    await symlink(outside, beside);
    expect(await messageOf(opened(file))).toBe(
      `${file}: its weights are in "${at}", a link that leads out of the folder of the model: copy the file there`,
    );
    for (const location of ["../outside.data", outside, "weights/../../outside.data"]) {
      const escaping = await write("refused/escaping.onnx", withDataBeside(trunkModel, location).model);
      expect(await messageOf(opened(escaping))).toBe(
        `${escaping}: its weights are in ${JSON.stringify(location)}, expected a file in the folder of the model: export it anew, with its weights beside it`,
      );
    }
  });

  it("may be links beside a model that is one itself, as a hub's cache has them", async () => {
    await mkdir(join(folder, "blobs"), { recursive: true });
    await mkdir(join(folder, "snapshot", "weights"), { recursive: true });
    await symlink(await write("blobs/aaaa", model), join(folder, "snapshot", "model.onnx"));
    await symlink(await write("blobs/bbbb", data), join(folder, "snapshot", "weights", "model.onnx.data"));
    expect((await opened(join(folder, "snapshot", "model.onnx"))).choice.features).toBe(7);
  });
});

describe("a process of its own", () => {
  it("tries a model once, and may die of it", async () => {
    const file = await write("child.onnx", trunkModel);
    const { outputs } = await openTrunk(file);
    expect(outputs).toEqual([{ name: "embedding", type: "float32", shape: [2, 7] }]);
    const [kept] = await readdir(join(folder, "cache", "trunks"));
    const known = join(folder, "cache", "trunks", kept!);
    const trial = {
      channels: 3,
      size: 12,
      batch: null,
      count: 2,
      outputs: [{ name: "known", type: "float32", shape: [2, 9] }],
    };
    await writeFile(known, JSON.stringify(trial));
    expect((await openTrunk(file)).choice.output).toBe("known");
    await writeFile(known, "damaged");
    expect((await openTrunk(file)).choice.output).toBe("embedding");
    expect(await messageOf(openTrunk(file, { output: "none" }))).toMatch(/has no output none/);
  });

  // Other processors give a number.
  it.runIf(process.arch === "x64")("says so where the model makes ONNX Runtime die", async () => {
    // The least number of 64 bits by -1 is one more than the greatest: a trap of the processor. By the picture, lest it be found when the model is opened.
    const deadly = modelOf([1, 1, 8, 8], (a) => {
      const minusOne = cast(sub(mul(a, scalar(0)), scalar(1)), "int64");
      return reshape(
        cast(div(constant("int64", [1], new BigInt64Array([-(2n ** 63n)])), minusOne), "float32"),
        [1, 64],
      );
    });
    const dies = await write("dies.onnx", deadly);
    expect(await messageOf(openTrunk(dies))).toMatch(
      /^.*dies.onnx: the model makes ONNX Runtime end with \S+: it is damaged, or takes more memory than there is; export it anew$/,
    );
  });
});

describe("withTrunk", () => {
  it("reads the file that the run was begun with, and no other", async () => {
    const file = await write("own.onnx", trunkModel);
    const head = await headOn(file, {}, 12);
    expect(head.trunk!.model).toEqual(featureModel(trunkModel, head.trunk!, [3, 12, 12]));
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

  it("takes it from a run's own encoder, so that its file may be gone", async () => {
    const file = await write("gone.onnx", trunkModel);
    const head = await headOn(file, {}, 12);
    const run = join(folder, "run");
    await mkdir(join(run, "model"), { recursive: true });
    const none = await messageOf(withTrunk(head, { trunk: join(folder, "no.onnx") }, run));
    expect(none).toContain(
      `; ${join(run, "model", "image.onnx")}, which holds the trunk of a run that was trained to its end, is not there`,
    );
    await writeFile(
      join(run, "model", "image.onnx"),
      exportEncoder(
        head,
        initialState(head, (name) => Rng.of(5, name)),
      ),
    );
    await rm(file);
    const { model } = (await withTrunk(head, { trunk: file }, run)).trunk!;
    // The same parts, in another order.
    expect(model).toHaveLength(head.trunk!.model!.length);
    // Another run's is not taken for it.
    const other = { ...head, trunk: { ...head.trunk!, sha256: "0".repeat(64) } };
    expect(await messageOf(withTrunk(other, { trunk: file }, run))).toContain(", holds another");
  });
});

describe("withTrunkFeatures", () => {
  it("gives what the model makes of the normalised pictures, and takes it from the cache the second time", async () => {
    vi.stubEnv("KINDRED_CACHE", join(folder, "own cache"));
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
    const [kept] = await readdir(join(folder, "own cache", "features"));
    // Others of the same count, and another use of the trunk, have features of their own.
    const changed = { ...dataset, pixels: dataset.pixels.toReversed() };
    expect((await withTrunkFeatures(head, changed)).features).not.toEqual(features);
    await withTrunkFeatures(await headOn(file, {}, 12), dataset);
    expect(await readdir(join(folder, "own cache", "features"))).toHaveLength(3);
    // A damaged file costs the time only.
    await writeFile(join(folder, "own cache", "features", kept!), "no longer");
    expect((await withTrunkFeatures(head, dataset)).features).toEqual(features);
    expect((await stat(join(folder, "own cache", "features", kept!))).size).toBeGreaterThan(21 * 7 * 4);
  });

  it("gives grey pictures to a trunk of three channels, under a key of their own", async () => {
    const file = await write("grey.onnx", trunkModel);
    const { choice } = await opened(file);
    const grey = await withTrunk(headEncoder({ trunk: choice, channels: 1, size: 12, dim: 3, hidden: 4 }), {
      trunk: file,
    });
    const dataset = pictures(4, [1, 12, 12]);
    const three = Uint8Array.from(
      { length: 4 * 432 },
      (_, i) => dataset.pixels[Math.floor(i / 432) * 144 + (i % 144)]!,
    );
    const { features } = await withTrunkFeatures(grey, dataset);
    const colour = await withTrunkFeatures(await headOn(file, {}, 12), {
      ...dataset,
      channels: 3,
      pixels: three,
    });
    const worst = features!.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - colour.features![i]!)),
      0,
    );
    expect(worst).toBeLessThan(1e-5);
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
      const whole = await embedder.embed(new ImageColumn(dataset), null);
      const fromFeatures = await embedder.embed(
        new ImageColumn(await withTrunkFeatures(head, dataset)),
        null,
      );
      const worst = whole.reduce((most, value, i) => Math.max(most, Math.abs(value - fromFeatures[i]!)), 0);
      expect(whole).toHaveLength(57);
      expect(worst).toBeLessThan(1e-6);
      await embedder.dispose();
    } finally {
      await runtime.dispose();
    }
  });
});
