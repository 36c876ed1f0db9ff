import { afterAll, describe, expect, it } from "vitest";
import golden from "../../test/golden/optimizers.json" with { type: "json" };
import { type TensorData, tensorData } from "../base/index.ts";
import { buildGraph, input, state } from "../graph/index.ts";
import { nodeRuntime } from "../platform/node/ort/devices.ts";
import { type Runtime, referenceRuntime } from "../runtime/index.ts";
import { type AdamOptions, adam, adamW } from "./adam.ts";
import { type Optimizer, optimizerUpdates, scalarName, slotName } from "./optimizer.ts";
import { type SgdOptions, sgd } from "./sgd.ts";

interface OptimizerCase {
  readonly name: string;
  readonly options: SgdOptions & AdamOptions;
  readonly rates: readonly number[];
  /** The parameter after each step. */
  readonly parameters: readonly (readonly number[])[];
}

const cases = golden.optimizers as readonly OptimizerCase[];
const shape = [golden.start.length];

function optimizerOf({ name, options }: OptimizerCase): Optimizer {
  if (name === "sgd") return sgd(options);
  return name === "adam" ? adam(options) : adamW(options);
}

/** The parameter after each of the golden steps. */
async function trajectory(
  runtime: Runtime,
  optimizer: Optimizer,
  rates: readonly number[],
): Promise<number[][]> {
  const parameter = state("p", shape);
  const updates = optimizerUpdates(optimizer, [parameter], [input("gradient", shape)]);
  const program = await runtime.compile(buildGraph({ name: optimizer.name, outputs: {}, updates }));
  const values = new Map<string, TensorData>([["p", tensorData("float32", shape, golden.start)]]);
  for (const slot of optimizer.slots) {
    values.set(slotName(optimizer, slot, "p"), tensorData("float32", shape, new Float32Array(shape[0]!)));
  }
  const store = await runtime.createStore(values);
  const parameters: number[][] = [];
  for (const [index, gradient] of golden.gradients.entries()) {
    const scalars = Object.entries(optimizer.scalarsAt(index + 1, rates[index]!));
    await program.run(
      {
        gradient: tensorData("float32", shape, gradient),
        ...Object.fromEntries(
          scalars.map(([name, value]) => [scalarName(optimizer, name), tensorData("float32", [], [value])]),
        ),
      },
      { store },
    );
    parameters.push(Array.from((await store.read(["p"])).get("p")!.data, Number));
  }
  await program.dispose();
  await store.dispose();
  return parameters;
}

describe.each([
  ["reference", async () => referenceRuntime()],
  ["node cpu", () => nodeRuntime({ device: "cpu" })],
] as const)("optimizers on %s", (_, makeRuntime) => {
  const opened = makeRuntime();
  afterAll(async () => (await opened).dispose());

  it.each(
    cases.map(
      (goldenCase) => [`${goldenCase.name} ${JSON.stringify(goldenCase.options)}`, goldenCase] as const,
    ),
  )("%s takes PyTorch's ten steps", async (_title, goldenCase) => {
    const received = await trajectory(await opened, optimizerOf(goldenCase), goldenCase.rates);
    expect(received).toHaveLength(10);
    for (const [step, expected] of goldenCase.parameters.entries()) {
      for (const [i, value] of expected.entries()) {
        // Both sides round to float32 at each step.
        const error = Math.abs(received[step]![i]! - value);
        expect(error, `step ${step + 1}, value ${i}`).toBeLessThanOrEqual(
          1e-6 * Math.max(1, Math.abs(value)),
        );
      }
    }
  });
});

describe("an optimizer", () => {
  it("says what it is made of, with PyTorch's defaults", () => {
    expect(sgd()).toMatchObject({ name: "sgd", options: { momentum: 0, weightDecay: 0 }, slots: [] });
    expect(sgd({ momentum: 0.9 }).slots).toEqual(["momentum"]);
    const defaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
    expect(adam().options).toEqual({ ...defaults, weightDecay: 0 });
    expect(adamW().options).toEqual({ ...defaults, weightDecay: 0.01 });
  });

  it("updates each parameter and its own slots, sharing the scalars", () => {
    const [a, b] = [state("a", [2]), state("b", [3, 1])];
    const updates = optimizerUpdates(adam(), [a, b], [input("da", [2]), input("db", [3, 1])]);
    const names = [...updates.keys()].map(({ source }) => source.name);
    expect(names).toEqual(["a", "adam.m.a", "adam.v.a", "b", "adam.m.b", "adam.v.b"]);
    const graph = buildGraph({ name: "two", outputs: {}, updates });
    const scalars = graph.inputs.filter(({ shape: extents }) => extents.length === 0);
    expect(scalars.map(({ source }) => source.name).sort()).toEqual(["adam.epsilon", "adam.stepSize"]);
  });
});
