import { describe, expect, it } from "vitest";
import { GraphError } from "../base/index.ts";
import { add, concat, conv2d, matMul, maxPool2d, mul, reduceSum, reshape, sqrt } from "../ops/index.ts";
import { buildGraph } from "./build.ts";
import type { Graph } from "./graph.ts";
import { printGraph } from "./print.ts";
import { constant, input, type Node, random, state, type Tensor } from "./tensor.ts";
import { validateGraph } from "./validate.ts";

function messageOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(GraphError);
    return (error as GraphError).message;
  }
  return expect.fail("expected a GraphError");
}

describe("operators refuse shapes that do not fit, naming themselves and the types received", () => {
  const x = input("x", [2, 3]);
  const picture = input("picture", [1, 3, 8, 8]);
  const cases: readonly [() => Tensor, RegExp][] = [
    [
      () => add(x, input("y", [2, 4])),
      /^Add\(float32\[2,3\], float32\[2,4\]\): .*axis 1 has extents 3 and 4/,
    ],
    [() => matMul(x, input("y", [2, 3])), /^MatMul\(float32\[2,3\], float32\[2,3\]\): /],
    [
      () => conv2d(picture, input("w", [4, 2, 3, 3]), null),
      /^Conv\(float32\[1,3,8,8\], float32\[4,2,3,3\], none\): /,
    ],
    [() => conv2d(x, input("w", [4, 3, 3, 3]), null), /^Conv\(float32\[2,3\], /],
    [() => maxPool2d(input("small", [1, 1, 2, 2]), 3), /^MaxPool\(float32\[1,1,2,2\]\): /],
    [() => concat([x, input("y", [3, 3])], 1), /^Concat\(float32\[2,3\], float32\[3,3\]\): /],
    [() => reduceSum(x, [2]), /axis 2 is outside a tensor of rank 2, expected -2 to 1/],
    [() => mul(x, input("flag", [2, 3], "int64")), /^Mul\(float32\[2,3\], int64\[2,3\]\): /],
  ];

  it.each(cases.map(([make, pattern]) => [pattern.source, make, pattern] as const))(
    "%s",
    (_, make, pattern) => {
      const message = messageOf(make);
      expect(message).toMatch(pattern);
      expect(message).not.toContain("\n");
    },
  );

  it("reshape to another number of elements", () => {
    expect(messageOf(() => reshape(x, [4, 2]))).toMatch(/\[2,3\].*\[4,2\]|\[4,2\].*\[2,3\]/);
  });
});

describe("buildGraph", () => {
  it("collects what the outputs need, producers first, each once, and leaves the rest out", () => {
    const [x, w] = [input("x", [2]), state("w", [2])];
    const product = mul(x, w);
    sqrt(product);
    const graph = buildGraph({
      name: "g",
      outputs: { y: add(product, product) },
      updates: new Map([[w, product]]),
    });
    expect(new Set(graph.inputs)).toEqual(new Set([x, w]));
    expect(graph.nodes.map(({ op }) => op)).toEqual(["Mul", "Add"]);
  });

  it("holds a state that is replaced but not read", () => {
    const graph = buildGraph({
      name: "g",
      outputs: {},
      updates: new Map([[state("w", [1]), constant("float32", [1], [2])]]),
    });
    expect(graph.inputs.map(({ source }) => source.name)).toEqual(["w"]);
  });

  it("goes 20,000 nodes deep", () => {
    let tensor: Tensor = input("x", [1]);
    for (let i = 0; i < 20_000; i++) tensor = add(tensor, 1);
    expect(buildGraph({ name: "deep", outputs: { y: tensor } }).nodes).toHaveLength(20_000);
  });

  const w = state("w", [2]);
  const cases: readonly [string, () => Graph, string][] = [
    [
      "two inputs of one name",
      () => buildGraph({ name: "g", outputs: { y: add(input("x", [2]), input("x", [2])) } }),
      'graph g: two different inputs are named "x"',
    ],
    [
      "an output with the name of an input",
      () => buildGraph({ name: "g", outputs: { x: add(input("x", [2]), 1) } }),
      'graph g: output "x" has the name of an input',
    ],
    [
      "an update of a feed",
      () =>
        buildGraph({
          name: "g",
          outputs: {},
          updates: new Map([[input("x", [2]), constant("float32", [2], [1, 2])]]),
        }),
      'graph g: "x" is a feed input and cannot be updated, expected state',
    ],
    [
      "an update of another shape",
      () => buildGraph({ name: "g", outputs: {}, updates: new Map([[w, input("x", [3])]]) }),
      'graph g: state "w" is float32[2] but its update is float32[3]',
    ],
    [
      "an update of another type",
      () => buildGraph({ name: "g", outputs: {}, updates: new Map([[w, input("x", [2], "int32")]]) }),
      'graph g: state "w" is float32[2] but its update is int32[2]',
    ],
  ];

  it.each(cases)("refuses %s", (_, make, message) => {
    expect(messageOf(make)).toBe(message);
  });
});

describe("validateGraph", () => {
  const x = input("x", [2]);
  const y = add(mul(x, 2), 1);
  const graph = buildGraph({ name: "g", outputs: { y } });

  it("refuses nodes out of order", () => {
    const message = messageOf(() => validateGraph({ ...graph, nodes: graph.nodes.toReversed() }));
    expect(message).toBe("graph g: input 0 of Add reads a float32[2] tensor that no earlier node makes");
  });

  it("refuses an output that nothing makes", () => {
    const message = messageOf(() => validateGraph({ ...graph, outputs: new Map([["y", sqrt(x)]]) }));
    expect(message).toBe('graph g: output "y" reads a float32[2] tensor that no earlier node makes');
  });

  it("refuses recorded types that the rule does not give", () => {
    const node: Node = { ...graph.nodes[0]!, outputs: [{ ...graph.nodes[0]!.outputs[0]!, shape: [3] }] };
    expect(messageOf(() => validateGraph({ ...graph, nodes: [node] }))).toBe(
      "graph g: output 0 of Mul is recorded as float32[3], its rule gives float32[2]",
    );
  });
});

describe("printGraph", () => {
  it("gives a line an input, a node, an output and an update", () => {
    const [x, w] = [input("x", [2, 3]), state("w", [3])];
    const mask = random("mask", [2, 3], { distribution: "dropout-mask", drop: 0.25 });
    const y = mul(add(x, w), mask);
    const updates = new Map([[w, reduceSum(y, [0])]]);
    expect(
      printGraph(
        buildGraph({ name: "shown", outputs: { y, fixed: constant("int64", [2], [1, 2]) }, updates }),
      ),
    ).toMatchInlineSnapshot(`
      "graph shown {
        random mask: float32[2,3] ~ dropout-mask(0.25)
        feed x: float32[2,3]
        state w: float32[3]
        %0: float32[2,3] = Add(x, w)
        %1: float32[2,3] = Mul(%0, mask)
        %2: float32[3] = ReduceSum(%1, [0]) {keepdims=0}
        output y = %1
        output fixed = [1,2]
        update w <- %2
      }"
    `);
  });
});
