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

  it.each([
    ["sgd", sgd, {}],
    ["adam", adam, {}],
    ["adamw", adamW, { weightDecay: 0 }],
  ] as const)("leaves weight decay off where it is not to act: %s", async (_, make, none) => {
    const next = async (optimizer: Optimizer, decayed: boolean): Promise<number[]> => {
      const [p, q] = [state("p", [1]), state("q", [1])];
      const gradient = input("gradient", [1]);
      const undecayed = new Set(decayed ? [] : [p]);
      const updates = optimizerUpdates(optimizer, [p, q], [gradient, gradient], undecayed);
      const one = tensorData("float32", [1], [1]);
      const slots = optimizer.slots.flatMap((slot) =>
        ["p", "q"].map((name) => [slotName(optimizer, slot, name), tensorData("float32", [1], [0])] as const),
      );
      const runtime = referenceRuntime();
      const store = await runtime.createStore(new Map([["p", one], ["q", one], ...slots]));
      const scalars = Object.entries(optimizer.scalarsAt(1, 0.1));
      const feeds = scalars.map(([name, value]) => [
        scalarName(optimizer, name),
        tensorData("float32", [], [value]),
      ]);
      const program = await runtime.compile(buildGraph({ name: "decay", outputs: {}, updates }));
      await program.run({ gradient: one, ...Object.fromEntries(feeds) }, { store });
      return [...(await store.read(["p", "q"])).values()].map(({ data }) => Number(data[0]));
    };
    const [without] = await next(make(none), true);
    const [all, some] = [
      await next(make({ weightDecay: 0.5 }), true),
      await next(make({ weightDecay: 0.5 }), false),
    ];
    expect(some[0]).toBe(without);
    expect(some[1]).toBe(all[1]);
    if (make !== adam) expect(all[0]).not.toBe(without);
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
