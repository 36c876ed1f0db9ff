import * as ort from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import golden from "../../../../test/golden/textEncoders.json" with { type: "json" };
import { grad } from "../../../autodiff/index.ts";
import { Rng, type Shape, sizeOf, type TensorData, tensorData } from "../../../base/index.ts";
import { buildGraph, constant, type Graph, type Tensor } from "../../../graph/index.ts";
import { ForwardPass, initialState } from "../../../nn/module.ts";
import { mul, reduceSum } from "../../../ops/index.ts";
import { nodeRuntime } from "../../../platform/node/ort/devices.ts";
import { evaluateGraph, type Runtime } from "../../../runtime/index.ts";
import { embeddingGraph, exportTower, portInputs, type Tower } from "../../tower.ts";
import { textPreparationFrom } from "../preparation.ts";
import { bagTower } from "./bag.ts";
import { prepareText, type TextEncoderChoice, textTower } from "./registry.ts";
import { transformerTower } from "./transformer.ts";

type GoldenCase = (typeof golden.cases)[number];

/** The numbers that textEncoders.py makes for a tensor of this name. */
function formula(name: string, shape: Shape, scale = 1, offset = 0): number[] {
  const sum = new TextEncoder().encode(name).reduce((total, byte) => total + byte, 0);
  const value = (i: number): number => (((7919 * i + 31 * sum) % 257) - 128) / 128;
  return Array.from({ length: sizeOf(shape) }, (_, i) => value(i) * scale + offset);
}

function stateOf(tower: Tower): Map<string, TensorData> {
  return new Map(
    tower.state.map(({ name, shape }) => {
      const isScale = name.endsWith("weight") && shape.length === 1;
      return [name, tensorData("float32", shape, formula(name, shape, 0.5, isScale ? 1 : 0))];
    }),
  );
}

/** The tower of a case; no tokenizer is needed where the ids are known. */
function towerOf({ name, options }: GoldenCase): Tower {
  const ngrams = textPreparationFrom({
    ...{ kind: "ngrams", normalization: "nfkc-lower", hash: "fnv1a-32", sizes: [3], buckets: 17, length: 6 },
  });
  if (name === "bag") return bagTower(options, ngrams);
  const description = { kind: "tokens", length: 6, vocabulary: 11, tokenizer: "00000000" } as const;
  return transformerTower({ ...options, dropout: 0 }, { ...ngrams, description });
}

/** The embedding, and the gradients of a fixed cotangent. */
function graphOf(tower: Tower, batch: number): Graph {
  const pass = new ForwardPass({ training: true });
  const y = tower.embed(portInputs(tower.ports, batch), pass);
  const loss = reduceSum(mul(y, constant("float32", y.shape, formula("cotangent", y.shape))));
  const outputs: Record<string, Tensor> = { embedding: y };
  const gradients = grad(loss, pass.tensorsOf(tower.state));
  for (const [i, { name }] of tower.state.entries()) outputs[`gradient ${name}`] = gradients[i]!;
  return buildGraph({ name: "step", outputs });
}

function feedsOf({ ids, mask }: GoldenCase): Record<string, TensorData> {
  return {
    ids: tensorData("int64", [ids.length, 6], ids.flat()),
    mask: tensorData("float32", [ids.length, 6], mask.flat()),
  };
}

function expectClose(
  what: string,
  received: ArrayLike<number | bigint>,
  expected: readonly number[],
  tolerance: number,
): void {
  const values = Array.from<number | bigint, number>(received, Number);
  const sampled = values.length === expected.length ? values : values.filter((_, i) => i % 17 === 0);
  expect(sampled.length, what).toBe(expected.length);
  const scale = Math.max(0.1, ...expected.map(Math.abs));
  const errors = expected.map((value, i) => Math.abs(sampled[i]! - value) / scale);
  expect(Math.max(...errors), what).toBeLessThan(tolerance);
}

function expectGolden(
  one: GoldenCase,
  outputs: ReadonlyMap<string, { readonly data: ArrayLike<number | bigint> }>,
  tolerance: number,
): void {
  expectClose("embedding", outputs.get("embedding")!.data, one.embedding, tolerance);
  for (const [name, expected] of Object.entries<number[]>(one.gradients))
    expectClose(name, outputs.get(`gradient ${name}`)!.data, expected, tolerance);
}

/** As the reference runtime takes values. */
function plain(values: Readonly<Record<string, TensorData>> | ReadonlyMap<string, TensorData>) {
  const entries = values instanceof Map ? [...values] : Object.entries(values);
  return entries.map(
    ([name, { dtype, shape, data }]) =>
      [name, { dtype, shape, data: Array.from<number | bigint, number>(data, Number) }] as const,
  );
}

const cases = golden.cases.map((one) => [one.name, one] as const);

describe("text encoders against PyTorch", () => {
  let runtime: Runtime;
  beforeAll(async () => {
    runtime = await nodeRuntime({ device: "cpu", threads: 2 });
  });
  afterAll(() => runtime.dispose());

  it.each(cases)("%s has the state of PyTorch's module, in its order", (_, one) => {
    expect(towerOf(one).state.map(({ name, shape }) => [name, shape])).toEqual(one.state);
  });

  it.each(cases)("%s has PyTorch's values and gradients, text behind the mask left out", (_, one) => {
    const tower = towerOf(one);
    const values = new Map([...plain(stateOf(tower)), ...plain(feedsOf(one))]);
    expectGolden(one, evaluateGraph(graphOf(tower, one.ids.length), values).outputs, 1e-6);
  });

  it.each(cases)("%s has them on the CPU, in float32", async (_, one) => {
    const tower = towerOf(one);
    const program = await runtime.compile(graphOf(tower, one.ids.length));
    const store = await runtime.createStore(stateOf(tower));
    const outputs = await program.run(feedsOf(one), { store });
    expectGolden(one, new Map(Object.entries(outputs)), 1e-5);
  });
});

const captions = [
  "a red car",
  "a blue car on a road",
  "ein rotes Auto",
  "赤い車",
  "🚗",
  "a red car on a blue road",
];
const choices: readonly [string, TextEncoderChoice][] = [
  ["bag", { name: "bag", dim: 6, width: 16, buckets: 64 }],
  ["transformer", { name: "transformer", dim: 6, width: 16, heads: 2, vocabulary: 300 }],
];

describe("a text tower as ONNX", () => {
  it.each(choices)("%s leaves with an open batch size and gives the same", async (_, choice) => {
    const preparation = await prepareText(captions, choice);
    const tower = textTower(choice, preparation);
    const state = initialState(tower, (name) => Rng.of(5, "initial", name));
    const session = await ort.InferenceSession.create(exportTower(tower, state), { intraOpNumThreads: 1 });
    for (const texts of [captions, captions.slice(1, 2), ["", "never seen: ксилофон"]]) {
      const { ports } = preparation.prepare(texts);
      const results = await session.run(
        Object.fromEntries(
          Object.entries(ports).map(([name, { dtype, data, shape }]) => [
            name,
            new ort.Tensor(dtype, data, [...shape]),
          ]),
        ),
      );
      expect(results.embedding!.dims).toEqual([texts.length, 6]);
      const values = new Map([...plain(state), ...plain(ports)]);
      const embedding = evaluateGraph(embeddingGraph(tower, texts.length), values).outputs.get("embedding");
      expectClose(
        "embedding",
        results.embedding!.data as Float32Array,
        Array.from(embedding!.data, Number),
        1e-5,
      );
    }
    await session.release();
  });

  it("is not made of what another preparation gives", async () => {
    const [bag, transformer] = await Promise.all(choices.map(([, choice]) => prepareText(captions, choice)));
    expect(() => textTower(choices[0]![1], transformer!)).toThrow("a bag of n-grams was given tokens");
    expect(() => textTower(choices[1]![1], bag!)).toThrow("a transformer was given n-grams");
    expect(() => textTower({ name: "transformer", width: 10, heads: 3 }, transformer!)).toThrow(
      "3 heads do not divide a width of 10",
    );
  });
});
