import { afterAll, beforeAll, describe, expect, it } from "vitest";
import golden from "../../../../test/golden/encoders.json" with { type: "json" };
import { grad } from "../../../autodiff/index.ts";
import { type Shape, sizeOf, type TensorData, tensorData } from "../../../base/index.ts";
import { buildGraph, constant, type Graph, input, type Tensor } from "../../../graph/index.ts";
import type { Encoder } from "../../../nn/encoders/encoder.ts";
import { ForwardPass } from "../../../nn/module.ts";
import { encodeDynamicBatch } from "../../../onnx/index.ts";
import { mul, reduceSum } from "../../../ops/index.ts";
import { nodeRuntime } from "../../../platform/node/ort/devices.ts";
import { evaluateGraph, type Runtime } from "../../../runtime/index.ts";
import { encoderCost } from "./cost.ts";
import { type EncoderName, encoderByName, encoderNames, encoderTable } from "./registry.ts";

type GoldenCase = (typeof golden.cases)[number];

/** The numbers that encoders.py makes for a tensor of this name. */
function formula(name: string, shape: Shape, scale = 1, offset = 0): number[] {
  const sum = new TextEncoder().encode(name).reduce((total, byte) => total + byte, 0);
  const value = (i: number): number => (((7919 * i + 31 * sum) % 257) - 128) / 128;
  return Array.from({ length: sizeOf(shape) }, (_, i) => value(i) * scale + offset);
}

function stateOf(encoder: Encoder): Map<string, number[]> {
  return new Map(
    encoder.state.map(({ name, shape }) => {
      if (name.endsWith("num_batches_tracked")) return [name, [0]];
      if (name.endsWith("running_var")) return [name, formula(name, shape, 0.25, 1)];
      if (name.endsWith("weight") && shape.length === 1) return [name, formula(name, shape, 0.5, 1)];
      if (name.endsWith("gamma")) return [name, formula(name, shape, 0.5, 0.5)];
      const fanIn = shape.length > 1 ? sizeOf(shape.slice(1)) : 4;
      return [name, formula(name, shape, 2 ** -roundEven(Math.log2(fanIn) / 2))];
    }),
  );
}

/** As Python rounds. */
function roundEven(x: number): number {
  return x % 1 === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
}

function encoderOf({ name, options }: GoldenCase): Encoder {
  return encoderByName({ name: name as "resnet" | "convnext", ...options });
}

interface Passes {
  readonly use: Graph;
  readonly training: Graph;
}

/** The encoder in use, and in training with the gradients of a fixed cotangent and the new running statistics. */
function passesOf(encoder: Encoder, batch: number): Passes {
  const images = input("images", [batch, ...encoder.inputShape]);
  const use = encoder.forward(images, new ForwardPass({ training: false }));
  const pass = new ForwardPass({ training: true });
  const y = encoder.forward(images, pass);
  const loss = reduceSum(mul(y, constant("float32", y.shape, formula("cotangent", y.shape))));
  const trained = encoder.state.filter(({ trainable }) => trainable);
  const gradients = grad(loss, pass.tensorsOf(trained));
  const named: Record<string, Tensor> = { training: y };
  for (const [i, { name }] of trained.entries()) named[`gradient ${name}`] = gradients[i]!;
  return {
    use: buildGraph({ name: "use", outputs: { use } }),
    training: buildGraph({ name: "training", outputs: named, updates: pass.updates }),
  };
}

function expectClose(
  what: string,
  received: ArrayLike<number | bigint>,
  expected: readonly number[],
  tolerance: number,
  least = 1e-3,
): void {
  const sampled =
    received.length === expected.length ? received : Array.from(received).filter((_, i) => i % 17 === 0);
  expect(sampled.length, what).toBe(expected.length);
  const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), least);
  const worst = expected.reduce(
    (most, value, i) => Math.max(most, Math.abs(Number(sampled[i]) - value) / scale),
    0,
  );
  expect(worst, what).toBeLessThan(tolerance);
}

function expectGolden(
  golden: GoldenCase,
  values: ReadonlyMap<string, ArrayLike<number | bigint>>,
  tolerance: number,
): void {
  expectClose("use", values.get("use")!, golden.use, tolerance);
  expectClose("training", values.get("training")!, golden.training, tolerance);
  const gradients = Object.entries<number[]>(golden.gradients);
  // What batch norm takes away again has a gradient of rounding errors.
  const least = 0.1 * Math.max(...gradients.flatMap(([, of]) => of.map(Math.abs)));
  for (const [name, expected] of gradients) {
    expectClose(`gradient ${name}`, values.get(`gradient ${name}`)!, expected, tolerance, least);
  }
  for (const [name, expected] of Object.entries<number[]>(golden.running)) {
    expectClose(name, values.get(name)!, expected, tolerance);
  }
}

const cases = golden.cases.map(
  (one) =>
    [`${one.name} of ${one.options.channels} x ${one.options.size} x ${one.options.size}`, one] as const,
);

describe("encoders against PyTorch", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await nodeRuntime({ device: "cpu", threads: 2 });
  });
  afterAll(() => runtime.dispose());

  it.each(cases)("%s has the state of PyTorch's module, in its order", (_, one) => {
    expect(encoderOf(one).state.map(({ name, shape }) => [name, shape])).toEqual(one.state);
  });

  it.each(cases)("%s computes the same in use and in training, with gradients and statistics", (_, one) => {
    const encoder = encoderOf(one);
    const { use, training } = passesOf(encoder, one.batch);
    const shape = [one.batch, ...encoder.inputShape];
    const values = new Map(
      [...stateOf(encoder)].map(([name, data]) => {
        const { dtype, shape: of } = encoder.state.find((spec) => spec.name === name)!;
        return [name, { dtype, shape: of, data }] as const;
      }),
    ).set("images", { dtype: "float32", shape, data: formula("images", shape) });
    const [used, trained] = [evaluateGraph(use, values), evaluateGraph(training, values)];
    const all = [...used.outputs, ...trained.outputs, ...trained.updates];
    // Constants in a graph (epsilon, momentum, 1 / count) are float32.
    expectGolden(one, new Map(all.map(([name, { data }]) => [name, data])), 5e-6);
  });

  it.each(cases)("%s computes so on the CPU, in float32", async (_, one) => {
    const encoder = encoderOf(one);
    const { use, training } = passesOf(encoder, one.batch);
    const shape = [one.batch, ...encoder.inputShape];
    const images = tensorData("float32", shape, formula("images", shape));
    const state = new Map<string, TensorData>(
      encoder.state.map(({ name, dtype, shape: of }) => [
        name,
        tensorData(dtype, of, stateOf(encoder).get(name)!),
      ]),
    );
    const store = await runtime.createStore(state);
    const values = new Map<string, ArrayLike<number | bigint>>();
    for (const graph of [use, training]) {
      const program = await runtime.compile(graph);
      const outputs = await program.run({ images }, { store });
      for (const [name, { data }] of Object.entries(outputs)) values.set(name, data);
      await program.dispose();
    }
    for (const [name, { data }] of await store.read()) values.set(name, data);
    // By its kernels, one kind of processor rounds more than another: convnext's gradients by up to 1.6e-3 on some.
    expectGolden(one, values, 2e-3);
    expect(
      Number((values.get("bn1.num_batches_tracked") ?? values.get("norm.num_batches_tracked"))![0]),
    ).toBe(1);
  });
});

describe("every encoder", () => {
  const names = encoderNames.map((name): readonly [EncoderName] => [name]);

  it.each(names)(
    "%s takes grey and colour pictures from its smallest size on, and no smaller ones",
    (name) => {
      const { leastSize } = encoderTable[name];
      for (const channels of [1, 3]) {
        for (const size of [leastSize, leastSize + 1, 40, 64, 71]) {
          const encoder = encoderByName({ name, channels, size, dim: 6 });
          expect(encoder.inputShape).toEqual([channels, size, size]);
          const y = encoder.forward(
            input("images", [2, channels, size, size]),
            new ForwardPass({ training: false }),
          );
          expect(y.shape).toEqual([2, 6]);
        }
      }
      expect(() => encoderByName({ name, size: leastSize - 1 })).toThrow(
        new RegExp(
          `pictures of ${leastSize - 1} x ${leastSize - 1} are too small for the .*, expected ${leastSize} x ${leastSize} or more`,
        ),
      );
    },
  );

  it.each(names)("%s can leave as ONNX with an open batch size", (name) => {
    const encoder = encoderByName({ name, channels: 3, size: 20, dim: 4 });
    const state = new Map(
      [...stateOf(encoder)].map(([key, values]) => {
        const { dtype, shape } = encoder.state.find((spec) => spec.name === key)!;
        return [key, tensorData(dtype, shape, values)] as const;
      }),
    );
    const build = (batch: number): Graph => {
      const images = input("images", [batch, ...encoder.inputShape]);
      const embedding = encoder.forward(images, new ForwardPass({ training: false }));
      return buildGraph({ name, outputs: { embedding } });
    };
    expect(encodeDynamicBatch(build, { parameters: state }).length).toBeGreaterThan(10_000);
  });

  it("has as many parameters as PyTorch's module", () => {
    const { parameters } = golden;
    expect(encoderCost({ name: "resnet" }).parameters).toBe(parameters.resnet);
    expect(encoderCost({ name: "resnet", width: 64, depth: 2 }).parameters).toBe(parameters.resnet18);
    expect(encoderCost({ name: "convnext" }).parameters).toBe(parameters.convnext);
  });

  it("costs what its layers multiply", () => {
    // Stem, four stages of two 3x3 convolutions, three 1x1 shortcuts, the last layer; maps of 32, 32, 16, 8 and 4.
    const stages = [16, 32, 64, 128].map((to, stage) => {
      const from = stage === 0 ? 16 : to / 2;
      const area = (32 / 2 ** stage) ** 2;
      return area * to * (9 * (from + to) + (stage === 0 ? 0 : from));
    });
    const expected = 32 * 32 * 16 * 27 + stages.reduce((sum, each) => sum + each, 0) + 128 * 64;
    const cost = encoderCost({ name: "resnet" });
    expect(cost.multiplications).toBe(expected);
    // The stem has no gradient by the pictures.
    expect(cost.trainingMultiplications).toBe(3 * expected - 32 * 32 * 16 * 27);
  });
});

describe("resnet without a mean of each map", () => {
  it("is the one with it where its linear layer weighs all places of a map alike", () => {
    const options = { name: "resnet", channels: 1, size: 32, dim: 4, width: 2 } as const;
    const [mean, flat] = [encoderByName(options), encoderByName({ ...options, pool: "flatten" })];
    const state = stateOf(mean);
    // 4 x 4 places of each of 16 maps.
    const weight = state.get("fc.weight")!.flatMap((value) => Array<number>(16).fill(value / 16));
    const embed = (encoder: Encoder, weights: Map<string, number[]>): number[] => {
      const images = constant("float32", [2, 1, 32, 32], formula("images", [2, 1, 32, 32]));
      const embedding = encoder.forward(images, new ForwardPass({ training: false }));
      const graph = buildGraph({ name: "use", outputs: { embedding } });
      const values = new Map(
        encoder.state.map(({ name, dtype, shape }) => [name, { dtype, shape, data: weights.get(name)! }]),
      );
      return [...evaluateGraph(graph, values).outputs.get("embedding")!.data];
    };
    const expected = embed(mean, state);
    const got = embed(flat, new Map(state).set("fc.weight", weight));
    for (const [i, value] of got.entries()) expect(value).toBeCloseTo(expected[i]!, 5);
  });
});
