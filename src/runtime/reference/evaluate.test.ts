import { describe, expect, it } from "vitest";
import { RuntimeError } from "../../base/index.ts";
import { buildGraph, constant, input, type Node, state, type Tensor } from "../../graph/index.ts";
import { add, conv2d, div, matMul, maxPool2d, mul, relu, sub } from "../../ops/index.ts";
import { evaluateGraph, type Numbers } from "./evaluate.ts";

/** Evaluates one output at plain numbers; inputs are named x0, x1, ... */
function evaluate(y: Tensor, ...values: Numbers[]): number[] {
  const named = values.map((value, index) => [`x${index}`, value] as const);
  return Array.from(
    evaluateGraph(buildGraph({ name: "test", outputs: { y } }), new Map(named)).outputs.get("y")!.data,
  );
}

function numbers(shape: readonly number[], data: readonly number[]): Numbers {
  return { dtype: "float32", shape, data };
}

describe("evaluateGraph, on cases worked by hand", () => {
  it("keeps float64 between and after the nodes", () => {
    const x = input("x0", [1]);
    // float32 would lose 1e-12 beside 1.
    expect(evaluate(sub(add(x, 1), 1), numbers([1], [1e-12]))[0]).toBeCloseTo(1e-12, 15);
    expect(evaluate(div(x, 3), numbers([1], [1]))).toEqual([1 / 3]);
  });

  it("multiplies matrices", () => {
    const y = matMul(input("x0", [2, 2]), input("x1", [2, 2]));
    expect(evaluate(y, numbers([2, 2], [1, 2, 3, 4]), numbers([2, 2], [5, 6, 7, 8]))).toEqual([
      19, 22, 43, 50,
    ]);
  });

  it("correlates a padded picture with a kernel that is not flipped", () => {
    const kernel = constant("float32", [1, 1, 2, 2], [1, 10, 100, 1000]);
    const y = conv2d(input("x0", [1, 1, 2, 2]), kernel, null, { padding: [1, 0, 0, 1] });
    expect(y.shape).toEqual([1, 1, 2, 2]);
    expect(evaluate(y, numbers([1, 1, 2, 2], [1, 2, 3, 4]))).toEqual([2100, 200, 4321, 402]);
  });

  it("pools and clips at zero", () => {
    const y = relu(maxPool2d(input("x0", [1, 1, 2, 4]), 2));
    expect(evaluate(y, numbers([1, 1, 2, 4], [1, 5, -1, -2, 3, 4, -3, -4]))).toEqual([5, 0]);
  });

  it("gives the updates of state beside the outputs, from the old state", () => {
    const w = state("w", [2]);
    const graph = buildGraph({ name: "step", outputs: { y: mul(w, 2) }, updates: new Map([[w, add(w, 1)]]) });
    const { outputs, updates } = evaluateGraph(graph, new Map([["w", numbers([2], [3, 4])]]));
    expect(Array.from(outputs.get("y")!.data)).toEqual([6, 8]);
    expect(Array.from(updates.get("w")!.data)).toEqual([4, 5]);
  });
});

describe("evaluateGraph refuses", () => {
  const x = input("x0", [2]);

  it("inputs without values, of another type, or with too few", () => {
    expect(() => evaluate(add(x, 1))).toThrow(/no value for input "x0", expected float32\[2\]/);
    expect(() => evaluate(add(x, 1), numbers([3], [1, 2, 3]))).toThrow(/received 3 values as float32\[3\]/);
    expect(() => evaluate(add(x, 1), numbers([2], [1]))).toThrow(/received 1 values as float32\[2\]/);
  });

  it("a graph whose recorded types are not what the operator gives", () => {
    const good = add(x, 1);
    const made = (good.source as { node: Node }).node;
    const node: Node = { ...made, infer: () => [{ dtype: "float32", shape: [3] }], outputs: [] };
    const y: Tensor = { dtype: "float32", shape: [3], source: { kind: "node", node, index: 0 } };
    (node.outputs as Tensor[]).push(y);
    expect(() => evaluate(y, numbers([2], [1, 2]))).toThrow(RuntimeError);
    expect(() => evaluate(y, numbers([2], [1, 2]))).toThrow(/computed float32\[2\] for an output of Add/);
  });
});
