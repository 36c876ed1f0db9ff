import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { InputError, Rng, type TensorData, tensorData } from "../base/index.ts";
import { buildGraph, input } from "../graph/index.ts";
import { ForwardPass, headEncoder, initialState, resnetEncoder, type TrunkChoice } from "../nn/index.ts";
import { embeddingGraph, exportEncoder } from "../train/index.ts";
import { composeTrunk, type TrunkPorts } from "./composeTrunk.ts";
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

describe("composeTrunk", () => {
  const trunkEncoder = resnetEncoder({ channels: 3, size: 16, dim: 8, width: 4 });
  const ours = exportEncoder(
    trunkEncoder,
    initialState(trunkEncoder, (name) => Rng.of(2, name)),
  );

  it("is trunk, then head, whatever both call their tensors", async () => {
    // Both have an input `images` or `features` and an output `embedding`, and constants of one name.
    const ports = choice({});
    const { encoder, state, model } = headOf(ports, [3, 16]);
    const composed = exportEncoder({ ...encoder, trunk: { ...ports, model: ours } }, state);
    expect(readModel(composed, "composed")).toMatchObject({
      inputs: [{ name: "images", dtype: "float32", shape: ["batch", 3, 16, 16] }],
      outputs: [{ name: "embedding", dtype: "float32", shape: ["batch", 3] }],
    });
    for (const count of [1, 5]) {
      const images = draw("images", [count, 3, 16, 16]);
      const { embedding: features } = await run(ours, { images });
      const alone = await run(model, { features: tensorData("float32", [count, 8], features!) });
      expectNear((await run(composed, { images })).embedding, alone.embedding!);
      const first = composeTrunk(ours, ports, { picture: [3, 16, 16], head: null });
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
    const composed = exportEncoder({ ...encoder, trunk: { ...ports, model: trunk } }, state);
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
      composeTrunk(model, { ...ports, mean: [0, 0], std: [1, 1] }, { picture: [2, 4, 4], head: null }),
    );
    for (const name of ["pixel_values", "doubled", "halved", "large"]) {
      const found = [...text.matchAll(new RegExp(`.{6}${name}`, "gs"))].map(([match]) => match.slice(0, 6));
      expect(new Set(found)).toEqual(new Set(["trunk/"]));
    }
  });

  it("refuses an operator set that it would have to rewrite", () => {
    expect(() =>
      composeTrunk(tokenTrunk(6).model, choice({ mean: [0, 0], std: [1, 1] }), {
        picture: [2, 4, 4],
        head: null,
      }),
    ).toThrow(
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
