import { describe, expect, it } from "vitest";
import { Rng, sizeOf } from "../../../base/index.ts";
import { buildGraph, input, type Tensor } from "../../../graph/index.ts";
import { batchNorm2dLayer } from "../../../nn/batchNorm2d.ts";
import { conv2dLayer, flattenLayer, linearLayer, maxPool2dLayer, reluLayer } from "../../../nn/layers.ts";
import { ForwardPass, initialState, type Module, parameterCount } from "../../../nn/module.ts";
import { sequential } from "../../../nn/sequential.ts";
import { evaluateGraph, type Numbers } from "../../../runtime/index.ts";
import { compactEncoder } from "./compact.ts";
import { encoderByName, encoderNames } from "./registry.ts";

const encoder = compactEncoder({ channels: 2, size: 17, dim: 3, width: 2 });

/** Layer by layer, in the order in which such an encoder is written down. */
function plainLayers(): Module {
  const block = (from: number, to: number, kernel: number): Module =>
    sequential([
      conv2dLayer(from, to, kernel, { padding: (kernel - 1) / 2 }),
      batchNorm2dLayer(to),
      reluLayer(),
      maxPool2dLayer(2),
    ]);
  return sequential({
    conv1: block(2, 2, 5),
    conv2: block(2, 4, 3),
    conv3: block(4, 8, 3),
    flatten: flattenLayer(),
    linear: linearLayer(8 * 2 * 2, 3),
  });
}

function evaluated(module: Module, training: boolean): Map<string, number[]> {
  const shape = [4, 2, 17, 17];
  const pass = new ForwardPass({ training });
  const embedding: Tensor = module.forward(input("images", shape), pass);
  const rng = Rng.of(1, "images");
  const values = new Map<string, Numbers>();
  for (const [name, { dtype, shape: of, data }] of initialState(encoder, (name) => Rng.of(2, name))) {
    // A scale below zero keeps the order of pool and batch norm apart.
    const sign = name === "conv2.1.weight" ? -1 : 1;
    values.set(name, { dtype, shape: of, data: Array.from(data, Number).map((value) => sign * value) });
  }
  values.set("images", {
    dtype: "float32",
    shape,
    data: Array.from({ length: sizeOf(shape) }, () => rng.uniform(-1, 1)),
  });
  const { outputs, updates } = evaluateGraph(
    buildGraph({ name: "compact", outputs: { embedding }, updates: pass.updates }),
    values,
  );
  const all = [...outputs, ...updates];
  return new Map(all.map(([name, { data }]) => [name, Array.from(data, Number)]));
}

describe("compactEncoder", () => {
  it.each([
    ["training", true],
    ["use", false],
  ] as const)("is in %s what its layers are one after the other, running statistics too", (_, training) => {
    const received = evaluated(encoder, training);
    const expected = evaluated(plainLayers(), training);
    expect([...received.keys()].sort()).toEqual([...expected.keys()].sort());
    for (const [name, values] of expected) {
      for (const [i, value] of values.entries()) expect(received.get(name)![i], name).toBeCloseTo(value, 4);
    }
  });

  it("has 60,704 parameters for MNIST, and as many as its width asks for", () => {
    const count = (width: number, dim: number): number =>
      // Convolutions with their biases, two for each channel's batch norm, and the linear layer of 3 x 3 maps.
      [25, 9 * width, 9 * 2 * width].reduce((sum, each, i) => sum + (each + 3) * width * 2 ** i, 0) +
      (4 * width * 9 + 1) * dim;
    expect(parameterCount(compactEncoder())).toBe(60_704);
    expect(parameterCount(compactEncoder())).toBe(count(16, 64));
    expect(parameterCount(compactEncoder({ width: 32, dim: 10 }))).toBe(count(32, 10));
  });

  it("refuses pictures too small for three pools", () => {
    expect(compactEncoder({ size: 8 }).inputShape).toEqual([1, 8, 8]);
    expect(() => compactEncoder({ size: 7 })).toThrow(
      "pictures of 7 x 7 are too small for the compact encoder, expected 8 x 8 or more",
    );
  });
});

describe("encoderByName", () => {
  it("makes the encoder of each name, for the pictures and embeddings asked for", () => {
    for (const name of encoderNames) {
      const made = encoderByName({ name, channels: 3, size: 20, dim: 5 });
      expect(made).toMatchObject({ name, inputShape: [3, 20, 20], dim: 5 });
    }
  });
});
