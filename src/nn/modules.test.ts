import { describe, expect, it } from "vitest";
import golden from "../../test/golden/lessonState.json" with { type: "json" };
import { GraphError, Rng, type Shape, type TensorData, tensorData } from "../base/index.ts";
import { buildGraph, input, printGraph } from "../graph/index.ts";
import { lessonEncoder } from "../modality/image/encoders/lesson.ts";
import { type Runtime, referenceRuntime, type Store } from "../runtime/index.ts";
import { batchNorm2dLayer } from "./batchNorm2d.ts";
import { conv2dLayer, dropoutLayer, linearLayer } from "./layers.ts";
import { ForwardPass, initialState, type Module, parameterCount } from "./module.ts";
import { sequential } from "./sequential.ts";

const draw = (module: Module, seed: number): Map<string, TensorData> =>
  initialState(module, (name) => Rng.of(seed, "initial", name));

function floats(value: TensorData | undefined): number[] {
  return Array.from(value!.data, Number);
}

function expectClose(actual: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(actual).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) {
    expect(Math.abs(actual[i]! - value), `[${i}] ${actual[i]} for ${value}`).toBeLessThan(tolerance);
  }
}

/** One pass through a module whose state is in a store. */
async function forward(
  runtime: Runtime,
  module: Module,
  x: TensorData,
  store: Store,
  training: boolean,
): Promise<number[]> {
  const pass = new ForwardPass({ training });
  const y = module.forward(input("x", x.shape), pass);
  const program = await runtime.compile(buildGraph({ name: "pass", outputs: { y }, updates: pass.updates }));
  return floats((await program.run({ x }, { store })).y);
}

describe("initial values", () => {
  const cases: readonly [string, Module, number][] = [
    ["a convolution of 32 channels, 5x5", conv2dLayer(32, 64, 5), 32 * 25],
    ["a convolution in groups", conv2dLayer(8, 512, 3, { groups: 4 }), 2 * 9],
    ["a linear layer", linearLayer(300, 200), 300],
  ];

  it.each(cases)("of %s are uniform within 1/sqrt(fan in), as PyTorch's default", (_, module, fanIn) => {
    const bound = 1 / Math.sqrt(fanIn);
    const values = draw(module, 3);
    for (const name of ["weight", "bias"]) {
      const data = floats(values.get(name));
      const [count, greatest] = [data.length, Math.max(...data.map(Math.abs))];
      expect(greatest).toBeLessThanOrEqual(Math.fround(bound));
      // Of n draws the greatest misses the bound by a share of 1/n in the mean.
      expect(greatest).toBeGreaterThan(bound * (1 - 12 / count));
      const mean = data.reduce((a, b) => a + b, 0) / count;
      const variance = data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
      // Five standard deviations of the estimates: var = b^2/3, fourth central moment b^4/5.
      expect(Math.abs(mean)).toBeLessThan((5 * bound) / Math.sqrt(3 * count));
      expect(Math.abs(variance / (bound ** 2 / 3) - 1)).toBeLessThan(5 * Math.sqrt(0.8 / count));
    }
  });

  it("are the same for the same seed, others for another, and drawn apart for each name", () => {
    const module = sequential({ a: linearLayer(20, 10), b: linearLayer(20, 10) });
    expect(draw(module, 1)).toEqual(draw(module, 1));
    expect(floats(draw(module, 1).get("a.weight"))).not.toEqual(floats(draw(module, 2).get("a.weight")));
    expect(floats(draw(module, 1).get("a.weight"))).not.toEqual(floats(draw(module, 1).get("b.weight")));
    // A layer more changes nothing for those that were there.
    const longer = sequential({ c: linearLayer(3, 3), a: linearLayer(20, 10) });
    expect(draw(longer, 1).get("a.weight")).toEqual(draw(module, 1).get("a.weight"));
  });

  it("of batch norm are 1 and 0, with the running statistics of nothing", () => {
    const values = draw(batchNorm2dLayer(2), 1);
    const plain = Object.fromEntries([...values].map(([name, value]) => [name, floats(value)]));
    expect(plain).toEqual({
      weight: [1, 1],
      bias: [0, 0],
      running_mean: [0, 0],
      running_var: [1, 1],
      num_batches_tracked: [0],
    });
  });

  it("are refused for two states of one name", () => {
    const layer = linearLayer(2, 2);
    const twice: Module = { state: [...layer.state, ...layer.state], forward: layer.forward };
    expect(() => draw(twice, 1)).toThrow(GraphError);
    expect(() => draw(twice, 1)).toThrow('two states of the module are named "weight"');
  });
});

describe("the lesson's encoder", () => {
  it("has the state of PyTorch's module: names, order, shapes and types", () => {
    const received = lessonEncoder().state.map(({ name, shape, dtype }) => [name, shape, dtype]);
    expect(received).toEqual(golden.state);
  });

  it("has as many parameters as PyTorch's module", () => {
    expect(parameterCount(lessonEncoder())).toBe(golden.parameters);
  });

  it("maps [n, 1, 28, 28] to [n, dim] and uses each of its states", () => {
    const encoder = lessonEncoder({ dim: 16 });
    const pass = new ForwardPass({ training: true });
    const y = encoder.forward(input("x", [3, 1, 28, 28]), pass);
    expect(y.shape).toEqual([3, 16]);
    const graph = buildGraph({ name: "encoder", outputs: { y }, updates: pass.updates });
    const used = graph.inputs.flatMap(({ source }) => (source.role === "state" ? [source.name] : []));
    expect(used.sort()).toEqual(encoder.state.map(({ name }) => name).sort());
    expect(encoder).toMatchObject({ name: "lesson", dim: 16, inputShape: [1, 28, 28] });
  });

  it("takes pictures of 10 x 10 and more", () => {
    const encoder = lessonEncoder({ size: 10, channels: 3, dim: 8 });
    const pass = new ForwardPass({ training: false });
    expect(encoder.forward(input("x", [2, 3, 10, 10]), pass).shape).toEqual([2, 8]);
    expect(() => lessonEncoder({ size: 9 })).toThrow(/9 x 9 are too small.*expected 10 x 10/);
  });

  it("shares its parameters between two applications in one pass", () => {
    const encoder = lessonEncoder();
    const pass = new ForwardPass({ training: true });
    const outputs = Object.fromEntries(
      ["a", "b"].map((name) => [`of ${name}`, encoder.forward(input(name, [2, 1, 28, 28]), pass)]),
    );
    const { inputs } = buildGraph({ name: "pair", outputs });
    expect(inputs.filter(({ source }) => source.name === "conv1.0.weight")).toHaveLength(1);
    // Each application draws masks of its own.
    const masks = inputs.flatMap(({ source }) => (source.role === "random" ? [source.name] : []));
    expect(masks.sort()).toEqual(["dropout.0", "dropout.1", "dropout.2", "dropout.3"]);
  });
});

describe("batchNorm2dLayer", () => {
  it("follows the batches as PyTorch does, then normalises by what it has followed", async () => {
    const { weight, bias, passes, eval: inference } = golden.batchNorm;
    const runtime = referenceRuntime();
    const layer = batchNorm2dLayer(3);
    const values = draw(layer, 1);
    values.set("weight", tensorData("float32", [3], weight)).set("bias", tensorData("float32", [3], bias));
    const store = await runtime.createStore(values);
    for (const { shape, x, y, runningMean, runningVar, batches } of passes) {
      expectClose(await forward(runtime, layer, tensorData("float32", shape, x), store, true), y, 1e-5);
      const state = await store.read();
      expectClose(floats(state.get("running_mean")), runningMean, 1e-6);
      expectClose(floats(state.get("running_var")), runningVar, 1e-5);
      expect(floats(state.get("num_batches_tracked"))).toEqual([batches]);
    }
    const before = await store.read();
    const x = tensorData("float32", inference.shape, inference.x);
    expectClose(await forward(runtime, layer, x, store, false), inference.y, 1e-5);
    expect(await store.read()).toEqual(before);
  });

  it("follows both batches where it is applied twice in a pass", async () => {
    const [first, second] = golden.batchNorm.passes;
    const runtime = referenceRuntime();
    const layer = batchNorm2dLayer(3);
    const pass = new ForwardPass({ training: true });
    const outputs = {
      a: layer.forward(input("first", first!.shape), pass),
      b: layer.forward(input("second", second!.shape), pass),
    };
    const program = await runtime.compile(buildGraph({ name: "twice", outputs, updates: pass.updates }));
    const store = await runtime.createStore(draw(layer, 1));
    await program.run(
      {
        first: tensorData("float32", first!.shape, first!.x),
        second: tensorData("float32", second!.shape, second!.x),
      },
      { store },
    );
    const state = await store.read();
    expectClose(floats(state.get("running_mean")), second!.runningMean, 1e-6);
    expectClose(floats(state.get("running_var")), second!.runningVar, 1e-5);
    expect(floats(state.get("num_batches_tracked"))).toEqual([2]);
  });
});

describe("dropoutLayer", () => {
  const shape: Shape = [50, 40];

  it("in training zeroes a share and scales the rest, by a mask from the caller's Rng", async () => {
    const runtime = referenceRuntime();
    const pass = new ForwardPass({ training: true });
    const y = dropoutLayer(0.3).forward(input("x", shape), pass);
    const graph = buildGraph({ name: "dropout", outputs: { y } });
    const mask = graph.inputs.find(({ source }) => source.role === "random")!;
    expect(mask).toMatchObject({ shape, source: { fill: { distribution: "dropout-mask", drop: 0.3 } } });
    const program = await runtime.compile(graph);
    const filled = Rng.of(1, "dropout").fillDropoutMask(new Float32Array(2000), 0.3);
    const x = tensorData("float32", shape, new Float32Array(2000).fill(2));
    const received = floats((await program.run({ x, "dropout.0": tensorData("float32", shape, filled) })).y);
    const kept = Math.fround(2 * Math.fround(1 / 0.7));
    expect(received.every((value) => value === 0 || Math.abs(value - kept) < 1e-6)).toBe(true);
    expect(Math.abs(received.filter((value) => value === 0).length / 2000 - 0.3)).toBeLessThan(0.05);
    expect(Math.abs(received.reduce((a, b) => a + b, 0) / 2000 - 2)).toBeLessThan(0.15);
  });

  it("is the identity in inference, and with a probability of 0", () => {
    const x = input("x", shape);
    expect(dropoutLayer(0.3).forward(x, new ForwardPass({ training: false }))).toBe(x);
    expect(dropoutLayer(0).forward(x, new ForwardPass({ training: true }))).toBe(x);
  });

  it.each([-0.1, 1, Number.NaN])("refuses a probability of %d", (drop) => {
    expect(() => dropoutLayer(drop)).toThrow(/dropout probability .* expected 0 <= p < 1/);
  });
});

describe("sequential", () => {
  it("names state by position or by name, and nests", () => {
    const module = sequential({ head: sequential([linearLayer(4, 3), linearLayer(3, 2)]) });
    expect(module.state.map(({ name }) => name)).toEqual([
      "head.0.weight",
      "head.0.bias",
      "head.1.weight",
      "head.1.bias",
    ]);
    const y = module.forward(input("x", [5, 4]), new ForwardPass({ training: true }));
    expect(printGraph(buildGraph({ name: "nested", outputs: { y } }))).toContain(
      "state head.1.weight: float32[2,3]",
    );
  });
});
