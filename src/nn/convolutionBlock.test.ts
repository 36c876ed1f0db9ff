import { afterAll, describe, expect, it } from "vitest";
import { evaluateGradients, weightedSum } from "../autodiff/checkGrad.fixture.ts";
import { Rng, sizeOf, type TensorData, tensorData } from "../base/index.ts";
import { buildGraph, input, type Tensor } from "../graph/index.ts";
import { nodeRuntime } from "../platform/node/ort/devices.ts";
import { evaluateGraph, type Numbers } from "../runtime/index.ts";
import { batchNorm2dLayer } from "./batchNorm2d.ts";
import { convolutionBlock } from "./convolutionBlock.ts";
import { conv2dLayer, maxPool2dLayer, reluLayer } from "./layers.ts";
import { ForwardPass, initialState, type Module } from "./module.ts";
import { sequential } from "./sequential.ts";

const [inChannels, outChannels] = [1, 4];
const block = convolutionBlock(inChannels, outChannels, 5, { padding: 1 });
/** The layers one by one, in the order that the block is named after. */
const layers = sequential([
  conv2dLayer(inChannels, outChannels, 5, { padding: 1 }),
  batchNorm2dLayer(outChannels),
  reluLayer(),
  maxPool2dLayer(2),
]);
const batch = 6;
const xShape = [batch, inChannels, 10, 10];

/** State with scales of either sign (at zero the pool has a kink), and running statistics of some batches before. */
function someState(): Map<string, TensorData> {
  const values = initialState(block, (name) => Rng.of(2, name));
  const set = (name: string, data: number[]) => values.set(name, tensorData("float32", [outChannels], data));
  set("1.weight", [1.5, -0.75, 0.5, -2]);
  set("1.bias", [0.25, -0.5, 0.5, 1]);
  set("1.running_mean", [0.5, -0.25, 0.125, 1]);
  set("1.running_var", [0.5, 2, 1, 0.25]);
  return values;
}

function numbersOf(values: ReadonlyMap<string, TensorData>): Map<string, Numbers> {
  return new Map(
    [...values].map(([name, { dtype, shape, data }]) => [
      name,
      { dtype, shape, data: Array.from(data, Number) },
    ]),
  );
}

interface Formula {
  readonly y: Tensor;
  readonly pass: ForwardPass;
}

function applied(module: Module, training: boolean, applications = 1): Formula {
  const pass = new ForwardPass({ training }).of(applications);
  return { y: module.forward(input("x", xShape), pass), pass };
}

/** Values, new state and the gradients by parameters in float64. */
function evaluated({ y, pass }: Formula) {
  const rng = Rng.of(3);
  const values = numbersOf(someState());
  const data = Array.from({ length: sizeOf(xShape) }, () => rng.normal());
  values.set("x", { dtype: "float32", shape: xShape, data });
  const { outputs, updates } = evaluateGraph(
    buildGraph({ name: "block", outputs: { y }, updates: pass.updates }),
    values,
  );
  const parameters = pass.tensorsOf(block.state.filter(({ trainable }) => trainable));
  const gradients = evaluateGradients(weightedSum([y], [null], Rng.of(4)), parameters, values);
  const named = parameters.map(({ source }, i) => [`gradient by ${source.name}`, gradients[i]!] as const);
  return new Map<string, ArrayLike<number>>([
    ["y", outputs.get("y")!.data],
    ...[...updates].map(([name, { data }]) => [name, data] as const),
    ...named,
  ]);
}

function expectClose(
  received: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what = "",
): void {
  expect(received).toHaveLength(expected.length);
  const greatest = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  for (let i = 0; i < expected.length; i++) {
    if (!(Math.abs(received[i]! - expected[i]!) <= tolerance * greatest))
      expect.fail(`${what}[${i}] is ${received[i]}, expected ${expected[i]}`);
  }
}

describe("convolutionBlock", () => {
  it("has the state of its layers", () => {
    expect(block.state.map(({ name, shape }) => [name, shape])).toEqual(
      layers.state.map(({ name, shape }) => [name, shape]),
    );
  });

  it("computes in training what its layers compute, with their gradients, for scales of either sign", () => {
    const [received, expected] = [evaluated(applied(block, true)), evaluated(applied(layers, true))];
    expect([...received.keys()]).toEqual([...expected.keys()]);
    // Constants such as the momentum are float32 in both, but applied in another order.
    for (const [name, values] of expected) expectClose(received.get(name)!, values, 1e-6, name);
    expect(Array.from(received.get("gradient by 0.bias")!)).toEqual([0, 0, 0, 0]);
  });

  it("computes two applications in one batch as one after the other", () => {
    const pass = new ForwardPass({ training: true });
    const x = input("x", xShape);
    const together = block.forward(x, pass.of(2));
    const { outputs, updates } = evaluateGraph(
      buildGraph({ name: "together", outputs: { y: together }, updates: pass.updates }),
      feeds(),
    );
    const half = [batch / 2, ...xShape.slice(1)];
    const apart = new ForwardPass({ training: true });
    const [a, b] = ["a", "b"].map((name) => layers.forward(input(name, half), apart));
    const separate = evaluateGraph(
      buildGraph({ name: "apart", outputs: { "of a": a!, "of b": b! }, updates: apart.updates }),
      feeds(),
    );
    const size = sizeOf(together.shape) / batch;
    const y = outputs.get("y")!.data;
    for (let row = 0; row < batch; row++) {
      const other = separate.outputs.get(row % 2 === 0 ? "of a" : "of b")!.data;
      const at = Math.floor(row / 2) * size;
      expectClose(y.slice(row * size, (row + 1) * size), other.slice(at, at + size), 1e-6, `row ${row}`);
    }
    for (const [name, { data }] of separate.updates) expectClose(updates.get(name)!.data, data, 1e-6, name);
  });

  it("is its layers in inference", () => {
    const ops = ({ y }: Formula) =>
      buildGraph({ name: "inference", outputs: { y } }).nodes.map(({ op }) => op);
    expect(ops(applied(block, false))).toEqual(["Conv", "BatchNormalization", "MaxPool", "Relu"]);
    const [received, expected] = [evaluated(applied(block, false)), evaluated(applied(layers, false))];
    expectClose(received.get("y")!, expected.get("y")!, 1e-9);
  });
});

/** A batch under `x`, and its even and odd rows under `a` and `b`. */
function feeds(): Map<string, Numbers> {
  const rng = Rng.of(6);
  const values = numbersOf(someState());
  const size = sizeOf(xShape) / batch;
  const rows = Array.from({ length: batch }, () => Array.from({ length: size }, () => rng.normal()));
  const of = (picked: readonly number[][]): Numbers => ({
    dtype: "float32",
    shape: [picked.length, ...xShape.slice(1)],
    data: picked.flat(),
  });
  return values
    .set("x", of(rows))
    .set("a", of(rows.filter((_, row) => row % 2 === 0)))
    .set("b", of(rows.filter((_, row) => row % 2 === 1)));
}

describe("convolutionBlock in float32", () => {
  const opened = nodeRuntime({ device: "cpu" });
  afterAll(async () => (await opened).dispose());

  /** Greatest error of the variance that a pass follows, as a share of it, for pictures around a grey level. */
  async function varianceError(grey: number, knownMean: boolean): Promise<number> {
    const rng = Rng.of(8);
    const x = Float32Array.from({ length: sizeOf(xShape) }, () => grey + 0.05 * rng.normal());
    const values = initialState(convolutionBlock(1, outChannels, 5), (name) => Rng.of(2, name));
    const pass = new ForwardPass({ training: true });
    const y = convolutionBlock(1, outChannels, 5).forward(input("x", xShape), pass);
    const graph = buildGraph({ name: "variance", outputs: { y }, updates: pass.updates });
    const exactly = (): Map<string, ArrayLike<number>> => {
      const numbers = numbersOf(values).set("x", { dtype: "float32", shape: xShape, data: Array.from(x) });
      return new Map([...evaluateGraph(graph, numbers).updates].map(([name, { data }]) => [name, data]));
    };
    if (knownMean) {
      const mean = Float32Array.from(exactly().get("1.running_mean")!, (value) => value / 0.1);
      values.set("1.running_mean", tensorData("float32", [outChannels], mean));
    }
    const expected = exactly().get("1.running_var")!;
    const runtime = await opened;
    const program = await runtime.compile(graph);
    const store = await runtime.createStore(values);
    await program.run({ x: tensorData("float32", xShape, x) }, { store });
    const received = (await store.read(["1.running_var"])).get("1.running_var")!.data;
    await program.dispose();
    // running = 0.9 + 0.1 variance: the variance's own error.
    return Math.max(
      ...Array.from(expected, (value, i) => Math.abs(Number(received[i]) - value) / Math.abs(value - 0.9)),
    );
  }

  it("keeps the variance's digits where the maps' mean is far from zero, once the running mean is near it", async () => {
    expect(await varianceError(20, true)).toBeLessThan(2e-3);
    // Pictures from -1 to 1 lose nothing that matters even in the first steps.
    expect(await varianceError(-0.7, false)).toBeLessThan(2e-3);
  });
});
