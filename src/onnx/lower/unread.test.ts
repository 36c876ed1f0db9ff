import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { grad } from "../../autodiff/index.ts";
import { Rng, sizeOf, tensorData } from "../../base/index.ts";
import { buildGraph, type Graph, input, type Tensor } from "../../graph/index.ts";
import {
  batchNormInference,
  conv2d,
  maxPool2d,
  maxPoolWithIndices,
  reduceSum,
  relu,
} from "../../ops/index.ts";
import { nodeRuntime } from "../../platform/node/ort/devices.ts";
import { referenceRuntime, type Values } from "../../runtime/index.ts";
import type { LoweredGraph } from "./lowering.ts";
import { withoutUnread } from "./unread.ts";

const engine = nodeRuntime({ device: "cpu" });
const reference = referenceRuntime();
afterAll(async () => (await engine).dispose());

function graphOf(outputs: Readonly<Record<string, Tensor>>): Graph {
  return buildGraph({ name: "unread", outputs });
}

function drawn(graph: Graph): Values {
  const rng = Rng.of(5, "unread");
  return Object.fromEntries(
    graph.inputs.map(({ source, shape }) => {
      // Variances are above zero, all else is on either side of it.
      const least = source.name === "variance" ? 0.5 : -1;
      return [
        source.name,
        tensorData("float32", shape, rng.fillUniform(new Float32Array(sizeOf(shape)), least, 1)),
      ];
    }),
  );
}

/** Compares what ONNX Runtime makes of the graph, with what is unread left out, with plain loops over all of it. */
async function expectSame(graph: Graph): Promise<void> {
  const feeds = drawn(graph);
  const programs = await Promise.all([reference.compile(graph), (await engine).compile(graph)]);
  const [expected, received] = await Promise.all(programs.map((program) => program.run(feeds)));
  await Promise.all(programs.map((program) => program.dispose()));
  for (const [name, { data, shape }] of Object.entries(expected!)) {
    expect(received![name]!.shape).toEqual(shape);
    for (const [i, value] of data.entries()) {
      const error = Math.abs(Number(value) - Number(received![name]!.data[i]));
      if (!(error <= 1e-4))
        expect.fail(`${name}[${i}] is ${received![name]!.data[i]}, by plain loops ${value}`);
    }
  }
}

function attributesOf(graph: LoweredGraph, op: string): unknown {
  return graph.nodes.find((node) => node.op === op)!.attributes;
}

/** As in the lesson's encoder: convolution, batch norm and ReLU, before a pool. */
function block(x: Tensor, weight: Tensor, options: Parameters<typeof conv2d>[3]): Tensor {
  const channels = [weight.shape[0]!];
  const [scale, bias, mean, variance] = ["scale", "bias", "mean", "variance"].map((name) =>
    input(name, channels),
  );
  return relu(
    batchNormInference(conv2d(x, weight, null, options), {
      scale: scale!,
      bias: bias!,
      mean: mean!,
      variance: variance!,
    }),
  );
}

describe("withoutUnread", () => {
  const [x, weight] = [input("x", [2, 3, 13, 13]), input("weight", [4, 3, 5, 5])];

  it("computes 10 x 10 of the lesson's 11 x 11 maps before its second pool, the same pooled", async () => {
    const graph = graphOf({ y: maxPool2d(block(x, weight, { padding: 1 }), 2) });
    const { nodes } = withoutUnread(graph);
    expect(nodes.map(({ op, outputs }) => [op, ...outputs.map(({ shape }) => shape.join("x"))])).toEqual([
      ["Conv", "2x4x10x10"],
      ["BatchNormalization", "2x4x10x10"],
      ["Relu", "2x4x10x10"],
      ["MaxPool", "2x4x5x5"],
    ]);
    expect(nodes[0]!.attributes).toMatchObject({ pads: [1, 1, 0, 0] });
    await expectSame(graph);
  });

  it("leaves no row or column out that a window reaches, whatever the windows and pads", async () => {
    const extent = fc.integer({ min: 4, max: 12 });
    const small = fc.integer({ min: 1, max: 3 });
    const pad = fc.nat(3);
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(extent, extent),
        fc.tuple(small, small),
        fc.tuple(pad, pad, pad, pad),
        small,
        small,
        small,
        async ([height, width], [kh, kw], pads, stride, window, poolStride) => {
          const maps = conv2d(input("x", [2, 2, height, width]), input("weight", [3, 2, kh, kw]), null, {
            padding: pads,
            stride,
          });
          fc.pre(maps.shape.slice(2).every((size) => size >= window));
          await expectSame(graphOf({ y: maxPool2d(relu(maps), window, { stride: poolStride }) }));
        },
      ),
      { numRuns: 60, seed: 1 },
    );
  });

  it.each([
    ["a whole number of strides", { stride: 2, padding: [2, 2, 3, 3] }, 4, [2, 2, 1, 1]],
    ["no more than there is of padding", { padding: [2, 2, 1, 1] }, 5, [2, 2, 0, 0]],
    ["in the axis that has some left", { padding: [1, 0, 1, 2] }, 2, [1, 0, 0, 1]],
  ] as const)("takes away padding: %s", async (_, options, window, pads) => {
    const graph = graphOf({ y: maxPool2d(conv2d(x, weight, null, options), window) });
    expect(attributesOf(withoutUnread(graph), "Conv")).toMatchObject({ pads });
    await expectSame(graph);
  });

  const maps = conv2d(x, weight, null, { padding: 1 });
  it.each<[string, Readonly<Record<string, Tensor>>]>([
    ["a convolution without pads", { y: maxPool2d(conv2d(x, input("wide", [4, 3, 3, 3]), null), 2) }],
    ["maps that something else reads", { y: maxPool2d(maps, 2), sum: reduceSum(maps) }],
    ["maps that are a result", { y: maxPool2d(maps, 2), maps }],
    ["maps behind what looks at several places", { y: maxPool2d(maxPool2d(maps, 2, { stride: 1 }), 3) }],
    ["a pool with pads of its own", { y: maxPool2d(maps, 2, { padding: 1 }) }],
    ["windows that reach every row", { y: maxPool2d(conv2d(x, weight, null, { padding: [1, 1, 2, 2] }), 2) }],
  ])("leaves %s whole", async (_, outputs) => {
    const graph = graphOf(outputs);
    expect(attributesOf(withoutUnread(graph), "Conv")).toBe(attributesOf(graph, "Conv"));
    await expectSame(graph);
  });

  it("makes a pool's indices where a gradient or the caller reads them, and only there", async () => {
    const indicesOf = (graph: Graph): number =>
      withoutUnread(graph).nodes.find(({ op }) => op === "MaxPool")!.outputs.length - 1;
    const pooled = maxPool2d(maps, 2);
    const { values, indices } = maxPoolWithIndices(maps, 2);
    const graphs = [
      graphOf({ pooled }),
      graphOf({ pooled, gradient: grad(reduceSum(pooled), [weight])[0]! }),
      graphOf({ values, indices }),
    ];
    expect(graphs.map(indicesOf)).toEqual([0, 1, 1]);
    for (const graph of graphs.slice(1)) {
      expect(attributesOf(withoutUnread(graph), "Conv")).toMatchObject({ pads: [1, 1, 1, 1] });
    }
    await expectSame(graphs[1]!);
    await expectSame(graphs[2]!);
  });
});
