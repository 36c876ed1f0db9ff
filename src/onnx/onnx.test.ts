import * as ort from "onnxruntime-node";
import { describe, expect, it } from "vitest";
import { lessonStepGraph } from "../../test/parity/lessonTraining.ts";
import { GraphError, Rng, type TensorData, tensorData } from "../base/index.ts";
import { buildGraph, constant, type Graph, input, printGraph, state, type Tensor } from "../graph/index.ts";
import { lessonEncoder } from "../modality/image/index.ts";
import { ForwardPass, initialState } from "../nn/index.ts";
import { add, div, mul, reduceSum, reshape } from "../ops/index.ts";
import { referenceRuntime } from "../runtime/index.ts";
import { encodeDynamicBatch } from "./dynamicBatch.ts";
import { encodeModel } from "./encode.ts";

type Feeds = Readonly<Record<string, TensorData>>;

async function runModel(model: Uint8Array, feeds: Feeds): Promise<Record<string, TensorData>> {
  const session = await ort.InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const results = await session.run(
    Object.fromEntries(
      Object.entries(feeds).map(([name, { dtype, data, shape }]) => [
        name,
        new ort.Tensor(dtype, data, [...shape]),
      ]),
    ),
  );
  const entries = Object.entries(results).map(([name, { type, dims, data }]) => {
    const value = { dtype: type, shape: [...dims], data } as TensorData;
    return [name, value] as const;
  });
  await session.release();
  return Object.fromEntries(entries);
}

const floats = (values: readonly number[], shape = [values.length]): TensorData =>
  tensorData("float32", shape, values);

function numbers(data: TensorData["data"]): number[] {
  return Array.from<number | bigint, number>(data, Number);
}

function distances(a: TensorData, b: TensorData): number[] {
  const other = numbers(b.data);
  return numbers(a.data).map((value, i) => Math.abs(value - other[i]!));
}

describe("the lesson's training step", () => {
  it("is this graph at batch 2, with dropout", async () => {
    // A reviewer reads here what a change to ops, gradients or optimizer does to training.
    await expect(`${printGraph(lessonStepGraph(2, 0.3))}\n`).toMatchFileSnapshot(
      "../../test/golden/lessonStep.graph.txt",
    );
  });
});

describe("encodeModel", () => {
  it("gives results that are inputs, constants, each other or updates under their own names", async () => {
    const [x, w] = [input("x", [2]), state("w", [2])];
    const sum = add(x, w);
    const fixed = constant("float32", [2], [7, 8]);
    const graph = buildGraph({
      name: "results",
      outputs: { sum, again: sum, same: x, fixed, alsoFixed: fixed },
      updates: new Map([[w, sum]]),
    });
    const received = await runModel(encodeModel(graph), { x: floats([1, 2]), w: floats([10, 20]) });
    expect(Object.keys(received)).toEqual(["sum", "again", "same", "fixed", "alsoFixed", "w:next"]);
    expect(received).toEqual({
      sum: floats([11, 22]),
      again: floats([11, 22]),
      same: floats([1, 2]),
      fixed: floats([7, 8]),
      alsoFixed: floats([7, 8]),
      "w:next": floats([11, 22]),
    });
  });

  it("keeps clear of names that inputs and outputs have taken", async () => {
    const x = input("Mul_0", [1]);
    const graph = buildGraph({ name: "names", outputs: { Add_1: add(mul(x, 2), 1), y: mul(mul(x, 3), x) } });
    expect(await runModel(encodeModel(graph), { Mul_0: floats([2]) })).toEqual({
      Add_1: floats([5]),
      y: floats([12]),
    });
  });

  it("writes parameters into the model, and refuses those that do not fit", async () => {
    const [x, w] = [input("x", [2]), state("w", [2])];
    const graph = buildGraph({ name: "fixed", outputs: { y: mul(x, w) } });
    const model = encodeModel(graph, { parameters: new Map([["w", floats([3, 4])]]) });
    expect(await runModel(model, { x: floats([1, 2]) })).toEqual({ y: floats([3, 8]) });
    const wrong = new Map([["w", floats([3, 4, 5])]]);
    expect(() => encodeModel(graph, { parameters: wrong })).toThrow(
      'parameter "w" is float32[3], the graph expects float32[2]',
    );
  });

  it("gives the same bytes for the same graph", () => {
    expect(encodeModel(lessonStepGraph(2, 0.3))).toEqual(encodeModel(lessonStepGraph(2, 0.3)));
  });
});

describe("encodeDynamicBatch", () => {
  it("exports the lesson's encoder, which gives the static program's embeddings at any batch size", async () => {
    const encoder = lessonEncoder();
    const rng = Rng.of(1, "dynamic batch");
    const parameters = initialState(encoder, (name) => Rng.of(2, name));
    // Running statistics of a trained encoder are not 0 and 1.
    for (const [name, { shape, data }] of parameters) {
      if (name.includes("running_"))
        parameters.set(
          name,
          floats(
            numbers(data).map(() => rng.uniform(0.5, 2)),
            [...shape],
          ),
        );
    }
    const build = (batch: number): Graph => {
      const pass = new ForwardPass({ training: false });
      return buildGraph({
        name: "encoder",
        outputs: { y: encoder.forward(input("x", [batch, 1, 28, 28]), pass) },
      });
    };
    const model = encodeDynamicBatch(build, { parameters });
    for (const batch of [1, 3, 50]) {
      const data = rng.fillUniform(new Float32Array(batch * 784), -1, 1);
      const x = tensorData("float32", [batch, 1, 28, 28], data);
      const { y } = await runModel(model, { x });
      const { y: expected } = await runModel(encodeModel(build(batch), { parameters }), { x });
      expect(y!.shape).toEqual([batch, 64]);
      const errors = distances(y!, expected!);
      expect(Math.max(...errors)).toBeLessThan(1e-6);
      if (batch !== 3) continue;
      const runtime = referenceRuntime();
      const reference = await (await runtime.compile(build(3))).run(
        { x },
        { store: await runtime.createStore(parameters) },
      );
      const far = distances(y!, reference.y!);
      expect(Math.max(...far)).toBeLessThan(1e-5);
    }
  });

  const refused: readonly [string, (x: Tensor) => Tensor, RegExp][] = [
    [
      "a mean that divides by the batch size",
      (x) => mul(reduceSum(x, [0]), 1 / x.shape[0]!),
      /^graph open cannot have an open batch size: constant input 1 of Mul depends on it$/,
    ],
    [
      "a factor of the batch",
      (x) => div(reduceSum(x, [1]), x.shape[0]!),
      /constant input 1 of Div depends on it/,
    ],
    [
      "an output without the batch first",
      (x) => reshape(x, [4, x.shape[0]!]),
      /axis 1 of output "y" depends on it/,
    ],
  ];

  it.each(refused)("refuses %s", (_, make, message) => {
    const build = (batch: number): Graph =>
      buildGraph({ name: "open", outputs: { y: make(input("x", [batch, 4])) } });
    expect(() => encodeDynamicBatch(build)).toThrow(GraphError);
    expect(() => encodeDynamicBatch(build)).toThrow(message);
  });
});
