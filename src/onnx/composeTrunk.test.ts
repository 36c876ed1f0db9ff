import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { InputError, Rng, type TensorData, tensorData } from "../base/index.ts";
import { buildGraph, input } from "../graph/index.ts";
import { resnetEncoder } from "../modality/image/index.ts";
import { ForwardPass, headEncoder, initialState, type TrunkChoice } from "../nn/index.ts";
import { embeddingGraph, exportEncoder } from "../train/index.ts";
import { featureModel, type TrunkPorts, trialModel, withHead, withoutHead } from "./composeTrunk.ts";
import { encodeDynamicBatch } from "./dynamicBatch.ts";
import { readModel } from "./modelFile.ts";
import { tokenTrunk } from "./tokenTrunk.fixture.ts";

type Values = Readonly<Record<string, TensorData>>;

async function run(model: Uint8Array, feeds: Values): Promise<Record<string, number[]>> {
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const results = await session.run(
    Object.fromEntries(
      Object.entries(feeds).map(([name, { dtype, data, shape }]) => [
        name,
        new ort.Tensor(dtype, data, [...shape]),
      ]),
    ),
  );
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, { data }]) => [name, Array.from(data, Number)]),
  );
}

function expectNear(received: readonly number[] | undefined, expected: readonly number[]): void {
  expect(received).toHaveLength(expected.length);
  const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - received![i]!)), 0);
  expect(worst).toBeLessThan(1e-6);
}

const draw = (name: string, shape: readonly number[]): TensorData =>
  tensorData(
    "float32",
    shape,
    Rng.of(7, name).fillUniform(new Float32Array(shape.reduce((a, b) => a * b)), -1, 1),
  );

/** A linear head with a hidden layer, and its model by itself. */
function headOf(trunk: TrunkChoice, picture: readonly [number, number]) {
  const encoder = headEncoder({ trunk, channels: picture[0], size: picture[1], dim: 3, hidden: 6 });
  const state = initialState(encoder, (name) => Rng.of(4, name));
  for (const name of ["norm.running_mean", "norm.weight", "norm.bias"]) {
    state.set(name, draw(name, [trunk.features]));
  }
  const model = encodeDynamicBatch((batch) => embeddingGraph(encoder, batch), { parameters: state });
  return { encoder, state, model };
}

const choice = (ports: Partial<TrunkChoice>): TrunkChoice => ({
  sha256: "0".repeat(64),
  input: "images",
  output: "embedding",
  dtype: "float32",
  pool: "vector",
  batch: null,
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
  features: 8,
  ...ports,
});

describe("featureModel and withHead", () => {
  const trunkEncoder = resnetEncoder({ channels: 3, size: 16, dim: 8, width: 4 });
  const ours = exportEncoder(
    trunkEncoder,
    initialState(trunkEncoder, (name) => Rng.of(2, name)),
  );

  it("is trunk, then head, whatever both call their tensors", async () => {
    // Both have an input `images` or `features` and an output `embedding`, and constants of one name.
    const ports = choice({});
    const { encoder, state, model } = headOf(ports, [3, 16]);
    const first = featureModel(ours, ports, [3, 16, 16]);
    const composed = exportEncoder({ ...encoder, trunk: { ...ports, model: first } }, state);
    expect(readModel(composed, "composed")).toMatchObject({
      inputs: [{ name: "images", dtype: "float32", shape: ["batch", 3, 16, 16] }],
      outputs: [{ name: "embedding", dtype: "float32", shape: ["batch", 3] }],
    });
    for (const count of [1, 5]) {
      const images = draw("images", [count, 3, 16, 16]);
      const { embedding: features } = await run(ours, { images });
      const alone = await run(model, { features: tensorData("float32", [count, 8], features!) });
      expectNear((await run(composed, { images })).embedding, alone.embedding!);
      expectNear((await run(first, { images })).features, features!);
    }
  });

  it.each([
    ["an older operator set, with subgraphs, the mean of its tokens", 17, "mean"],
    ["an older operator set, with subgraphs, its first token", 17, "cls"],
    ["the set in which ReduceMean has changed", 18, "mean"],
  ] as const)("takes a trunk of %s", async (_, opset, pool) => {
    const { model: trunk, expected } = tokenTrunk(opset);
    const ports = choice({
      ...{ input: "pixel_values", output: "features", pool, features: 2 },
      ...{ mean: [0.25, 0.5], std: [0.5, 0.125] },
    });
    const { encoder, state, model } = headOf(ports, [2, 4]);
    const composed = exportEncoder(
      { ...encoder, trunk: { ...ports, model: featureModel(trunk, ports, [2, 4, 4]) } },
      state,
    );
    const images = draw("images", [3, 2, 4, 4]);
    const features = expected(images, ports).flatMap((tokens) =>
      [0, 1].map((d) =>
        pool === "cls" ? tokens[0]![d]! : tokens.reduce((sum, token) => sum + token[d]!, 0) / tokens.length,
      ),
    );
    const alone = await run(model, { features: tensorData("float32", [3, 2], features) });
    expectNear((await run(composed, { images })).embedding, alone.embedding!);
  });

  it("keeps the names of both apart, subgraphs included", () => {
    const { model } = tokenTrunk(17);
    const ports: TrunkPorts = choice({
      input: "pixel_values",
      output: "features",
      pool: "mean",
      features: 2,
    });
    const text = new TextDecoder("latin1").decode(
      featureModel(model, { ...ports, mean: [0, 0], std: [1, 1] }, [2, 4, 4]),
    );
    for (const name of ["pixel_values", "doubled", "halved", "large"]) {
      const found = [...text.matchAll(new RegExp(`.{6}${name}`, "gs"))].map(([match]) => match.slice(0, 6));
      expect(new Set(found)).toEqual(new Set(["trunk/"]));
    }
  });

  it("is taken apart again, head from trunk, for another head", async () => {
    const ports = choice({});
    const first = featureModel(ours, ports, [3, 16, 16]);
    const { encoder, state } = headOf(ports, [3, 16]);
    const composed = exportEncoder({ ...encoder, trunk: { ...ports, model: first } }, state);
    const images = draw("images", [2, 3, 16, 16]);
    const apart = withoutHead(composed, ports.features)!;
    expect(readModel(apart, "apart")).toMatchObject({
      inputs: [{ name: "images", shape: ["batch", 3, 16, 16] }],
      outputs: [{ name: "features", shape: ["batch", 8] }],
    });
    expect((await run(apart, { images })).features).toEqual((await run(first, { images })).features);
    // Nothing of the head is left, so that it is no larger.
    expect(apart.length).toBe(first.length);
    expect(withoutHead(ours, 8)).toBeNull();
  });

  it("gives grey pictures to a trunk of three channels, and the grey of colours to one of one", async () => {
    const coloured = choice({ channels: 3, mean: [0.2, 0.4, 0.6], std: [0.5, 0.25, 0.125] });
    const grey = draw("images", [2, 1, 16, 16]);
    const same = tensorData(
      "float32",
      [2, 3, 16, 16],
      [0, 1].flatMap((n) =>
        [0, 1, 2].flatMap(() => [...grey.data.subarray(n * 256, (n + 1) * 256)].map(Number)),
      ),
    );
    const ofGrey = await run(featureModel(ours, coloured, [1, 16, 16]), { images: grey });
    const ofSame = await run(featureModel(ours, coloured, [3, 16, 16]), { images: same });
    expectNear(ofGrey.features, ofSame.features!);

    const oneChannel = resnetEncoder({ channels: 1, size: 16, dim: 8, width: 4 });
    const trunk = exportEncoder(
      oneChannel,
      initialState(oneChannel, (name) => Rng.of(2, name)),
    );
    const ports = choice({ channels: 1, mean: [0.5], std: [0.25] });
    const images = draw("colours", [1, 3, 16, 16]);
    const [red, green, blue] = [0, 1, 2].map((c) => images.data.subarray(c * 256, (c + 1) * 256));
    const mixed = Array.from(
      { length: 256 },
      (_, i) => 0.299 * Number(red![i]) + 0.587 * Number(green![i]) + 0.114 * Number(blue![i]),
    );
    const ofColour = await run(featureModel(trunk, ports, [3, 16, 16]), { images });
    const ofMixed = await run(featureModel(trunk, ports, [1, 16, 16]), {
      images: tensorData("float32", [1, 1, 16, 16], mixed),
    });
    expectNear(ofColour.features, ofMixed.features!);
  });

  it("keeps a batch of just so many, and is tried with extents left open", async () => {
    const { model } = tokenTrunk(17);
    const ports = choice({
      input: "pixel_values",
      output: "features",
      pool: "mean",
      features: 2,
      mean: [0.5, 0.5],
      std: [0.5, 0.5],
    });
    const fixed = featureModel(model, { ...ports, batch: 3 }, [2, 4, 4]);
    const head = headOf(ports, [2, 4]).model;
    expect(readModel(withHead(fixed, { model: head, dim: 3 }), "fixed")).toMatchObject({
      inputs: [{ shape: [3, 2, 4, 4] }],
      outputs: [{ name: "embedding", shape: [3, 3] }],
    });
    const trial = trialModel(model, ports, [2, "height", "width"]);
    expect(readModel(trial, "trial")).toMatchObject({
      inputs: [{ name: "images", shape: ["batch", 2, "height", "width"] }],
      outputs: [{ name: "trunk/features" }],
    });
  });

  it("refuses an operator set that it would have to rewrite", () => {
    expect(() => featureModel(tokenTrunk(6).model, choice({ mean: [0, 0], std: [1, 1] }), [2, 4, 4])).toThrow(
      new InputError("the trunk is written in ONNX's operator set 6, expected 7 or later: export it anew"),
    );
  });
});

describe("a head", () => {
  it("takes features, and is linear without a hidden layer", () => {
    const encoder = headEncoder({ trunk: choice({}), channels: 3, size: 16, dim: 3, hidden: 0 });
    expect(encoder.state.map(({ name, shape }) => [name, shape])).toEqual([
      ...["norm.weight", "norm.bias", "norm.running_mean", "norm.running_var"].map((name) => [name, [8]]),
      ["norm.num_batches_tracked", []],
      ["head.weight", [3, 8]],
      ["head.bias", [3]],
    ]);
    const y = encoder.forward(input("features", [4, 8]), new ForwardPass({ training: true }));
    expect(buildGraph({ name: "head", outputs: { y } }).nodes.map(({ op }) => op)).toContain("Gemm");
  });
});
