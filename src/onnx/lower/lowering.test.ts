import { afterAll, describe, expect, it } from "vitest";
import { grad } from "../../autodiff/index.ts";
import { Rng, type Shape, sizeOf, type TensorData, tensorData } from "../../base/index.ts";
import { buildGraph, constant, type Graph, type InputTensor, input, type Tensor } from "../../graph/index.ts";
import { conv2d, convTranspose2d, maxPool2d, mul, reduceSum } from "../../ops/index.ts";
import { nodeRuntime } from "../../platform/node/ort/devices.ts";
import { OrtRuntime } from "../../platform/node/ort/ortRuntime.ts";
import type { Values } from "../../runtime/index.ts";
import { blockedConvolution } from "./blockedConvolution.ts";
import type { LoweredNode, Lowering } from "./lowering.ts";
import { maxPoolWithoutIndices } from "./maxPoolWithoutIndices.ts";

async function open(): Promise<OrtRuntime> {
  const runtime = await nodeRuntime({ device: "cpu" });
  if (!(runtime instanceof OrtRuntime)) throw new Error("expected a runtime over onnxruntime-node");
  return runtime;
}

const opened = open();
/** What the probe found: the identity on a processor without blocked operators. */
const probed = opened.then((runtime) => runtime.lowering);
const asItIs: Lowering = (graph) => graph;
afterAll(async () => (await opened).dispose());

const block = [16, 8] as const;
const untouched = buildGraph({
  name: "probe",
  outputs: { y: conv2d(input("x", [32, 32, 5, 5]), input("w", [32, 32, 3, 3]), null) },
});
const blocked = (await probed)(untouched).nodes.length > untouched.nodes.length;

function graphOf(outputs: Readonly<Record<string, Tensor>>): Graph {
  return buildGraph({ name: "lowered", outputs });
}

async function run(graph: Graph, lowering: Lowering, feeds: Values): Promise<Values> {
  const runtime = await opened;
  runtime.lowering = lowering;
  const program = await runtime.compile(graph);
  try {
    return await program.run(feeds);
  } finally {
    await program.dispose();
  }
}

/** Runs a graph as it is and lowered, with drawn inputs, and compares. */
async function expectSame(graph: Graph, lowering: Lowering, tolerance: number, levels = 0): Promise<void> {
  const rng = Rng.of(3, "lowering");
  const draw = (shape: Shape): Float32Array => {
    const values = rng.fillUniform(new Float32Array(sizeOf(shape)), -1, 1);
    return levels === 0 ? values : values.map((value) => Math.round(value * levels));
  };
  const feeds = Object.fromEntries(
    graph.inputs.map(({ source, shape }) => [source.name, tensorData("float32", shape, draw(shape))]),
  );
  const expected = await run(graph, asItIs, feeds);
  const received = await run(graph, lowering, feeds);
  for (const [name, value] of Object.entries(expected)) {
    const other = received[name]!;
    expect(other.shape).toEqual(value.shape);
    const [wanted, given] = [numbers(value), numbers(other)];
    const greatest = wanted.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
    for (const [i, x] of wanted.entries()) {
      const error = Math.abs(x - given[i]!) / greatest;
      if (!(error <= tolerance)) expect.fail(`${name}[${i}] is ${given[i]}, as it is ${x}`);
    }
  }
}

function numbers({ data }: TensorData): number[] {
  return Array.from<number | bigint, number>(data, Number);
}

function opsOf(nodes: readonly LoweredNode[]): string[] {
  return nodes.map(({ op, domain }) => (domain === undefined ? op : `${domain}.${op}`));
}

function gradientsOf(y: Tensor, inputs: readonly InputTensor[]): Record<string, Tensor> {
  const gradients = grad(reduceSum(mul(y, input("cotangent", y.shape))), inputs);
  return Object.fromEntries(gradients.map((gradient, i) => [`by ${inputs[i]!.source.name}`, gradient]));
}

const cases: readonly [string, Shape, Shape, Parameters<typeof conv2d>[3]][] = [
  ["3x3", [6, 16, 7, 9], [32, 16, 3, 3], { padding: 1 }],
  ["5x5 of the lesson", [3, 32, 13, 13], [64, 32, 5, 5], { padding: 1 }],
  ["1x1", [16, 32, 4, 4], [16, 32, 1, 1], {}],
  ["a first layer of one channel", [4, 1, 12, 11], [32, 1, 5, 5], { padding: 1 }],
  [
    "a first layer of three channels, by place",
    [12, 3, 12, 12],
    [48, 3, 5, 5],
    { stride: 2, padding: [0, 1, 1, 0] },
  ],
  ["edges that are written out, on narrow maps", [9, 32, 9, 6], [16, 32, 5, 5], { padding: [1, 2, 0, 3] }],
  ["stride 2 with edges on either side", [16, 16, 9, 7], [16, 16, 5, 5], { stride: 2, padding: 2 }],
  ["stride 2", [16, 16, 9, 8], [16, 16, 3, 3], { stride: 2, padding: 1 }],
  [
    "a weight gradient's form: few windows, a wide kernel",
    [32, 64, 13, 13],
    [64, 64, 11, 11],
    { padding: 1 },
  ],
];

describe.skipIf(!blocked)("blockedConvolution (skipped where ONNX Runtime has no blocked operators)", () => {
  it.each(cases)("%s equals the plain convolution", async (_, xShape, weightShape, options) => {
    const [x, weight] = [input("x", xShape), input("weight", weightShape)];
    const bias = input("bias", [weightShape[0]!]);
    const lowering = await probed;
    const graph = graphOf({ y: conv2d(x, weight, bias, options), bare: conv2d(x, weight, null, options) });
    expect(opsOf(lowering(graph).nodes)).toContain("com.microsoft.nchwc.Conv");
    await expectSame(graph, lowering, 1e-4);
  });

  it.each([
    [0, [3, 3]],
    [1, [5, 5]],
    [0, [2, 4]],
    [
      [0, 1, 1, 0],
      [5, 5],
    ],
  ] as const)(
    "a transposed convolution with padding %o and kernel %o equals the plain one",
    async (pad, kernel) => {
      const [x, weight] = [input("x", [4, 32, 6, 7]), input("weight", [32, 16, ...kernel])];
      const graph = graphOf({ y: convTranspose2d(x, weight, input("bias", [16]), { padding: pad }) });
      const lowering = await probed;
      expect(opsOf(lowering(graph).nodes)).not.toContain("ConvTranspose");
      await expectSame(graph, lowering, 1e-4);
    },
  );

  it("leaves no node whose result nothing reads", async () => {
    const [x, weight] = [input("x", [32, 32, 8, 8]), input("weight", [32, 32, 3, 3])];
    const { nodes, outputs } = (await probed)(graphOf(gradientsOf(conv2d(x, weight, null), [x, weight])));
    const read = new Set<Tensor | null>([...outputs.values(), ...nodes.flatMap(({ inputs }) => inputs)]);
    expect(nodes.filter((node) => !node.outputs.some((tensor) => read.has(tensor)))).toEqual([]);
  });

  it("all gradients of a convolution equal the plain ones", async () => {
    const [x, weight] = [input("x", [16, 32, 8, 8]), input("weight", [32, 32, 3, 3])];
    const graph = graphOf(gradientsOf(conv2d(x, weight, null, { padding: 1 }), [x, weight]));
    await expectSame(graph, await probed, 1e-4);
  });
});

describe.skipIf(!blocked)("blocked layouts (skipped as above)", () => {
  it("are made once of each tensor, and not at all between one convolution and the next", async () => {
    const [x, weight] = [input("x", [16, 16, 8, 8]), input("weight", [16, 16, 3, 3])];
    const once = conv2d(x, weight, null, { padding: 1 });
    const graph = graphOf({
      twice: conv2d(once, weight, null, { padding: 1 }),
      again: conv2d(x, weight, null),
    });
    const lowering = await probed;
    const inputs = lowering(graph).nodes.flatMap(({ op, inputs }) => (op === "ReorderInput" ? inputs : []));
    expect(inputs.filter((tensor) => tensor === x)).toHaveLength(1);
    expect(inputs).not.toContain(once);
    await expectSame(graph, lowering, 1e-4);
  });
});

describe("blockedConvolution", () => {
  // Without this a broken lowering would be refused by the probe, and all that compares values skipped.
  it.runIf(process.arch === "x64")("is found to work where ONNX Runtime has its operators, as on x64", () => {
    expect(blocked).toBe(true);
  });

  it.each([
    ["channels that fill no block", [2, 12, 5, 5], [32, 12, 3, 3], {}],
    ["results that fill no block", [2, 16, 5, 5], [20, 16, 3, 3], {}],
    ["groups", [32, 32, 5, 5], [32, 16, 3, 3], { groups: 2 }],
    ["dilations", [32, 16, 9, 9], [16, 16, 3, 3], { dilation: 2 }],
  ] as const)("leaves %s as they are", (_, xShape, weightShape, options) => {
    const graph = graphOf({ y: conv2d(input("x", xShape), input("w", weightShape), null, options) });
    for (const size of block) {
      const { nodes } = blockedConvolution(size)(graph);
      const fits =
        [xShape[1], weightShape[0]].every((n) => n % size === 0) && Object.keys(options).length === 0;
      if (!fits) expect(nodes).toEqual(graph.nodes);
    }
    expect(blockedConvolution(16)(graph).nodes).toEqual(graph.nodes);
  });

  it("leaves constant weights to ONNX Runtime's own optimiser", () => {
    const weight = constant("float32", [16, 16, 3, 3], new Float32Array(16 * 16 * 9));
    const graph = graphOf({ y: conv2d(input("x", [64, 16, 5, 5]), weight, null) });
    expect(opsOf(blockedConvolution(16)(graph).nodes)).toEqual(["Conv"]);
  });

  it("leaves convolutions that use each weight too seldom to pay for its new layout", () => {
    const convolution = (batch: number): Graph =>
      graphOf({ y: conv2d(input("x", [batch, 16, 5, 5]), input("w", [16, 16, 3, 3]), null) });
    expect(opsOf(blockedConvolution(16)(convolution(14)).nodes)).toEqual(["Conv"]);
    expect(opsOf(blockedConvolution(16)(convolution(15)).nodes)).toContain("com.microsoft.nchwc.Conv");
  });

  it("leaves transposed convolutions with strides as they are", () => {
    const y = convTranspose2d(input("x", [32, 16, 5, 5]), input("w", [16, 16, 3, 3]), null, { stride: 2 });
    const graph = graphOf({ y });
    expect(blockedConvolution(16)(graph).nodes).toEqual(graph.nodes);
  });

  it("keeps inputs, outputs and names its domain", () => {
    const graph = graphOf({ y: conv2d(input("x", [2, 16, 5, 5]), input("w", [16, 16, 3, 3]), null) });
    const lowered = blockedConvolution(16)(graph);
    expect(lowered).toMatchObject({ inputs: graph.inputs, outputs: graph.outputs, updates: graph.updates });
    expect(lowered.domains).toEqual({ "com.microsoft.nchwc": 1 });
    expect(lowered.nodes.at(-1)!.outputs[0]).toBe(graph.outputs.get("y"));
  });
});

describe("maxPoolWithoutIndices", () => {
  it.each([
    ["windows that cover the picture", [2, 3, 6, 8], 2],
    ["a row and a column left over", [2, 3, 7, 5], 2],
    ["windows that are no squares", [1, 2, 7, 9], [3, 2]],
  ] as const)("gives the same gradient for %s, also where values are equal", async (_, shape, window) => {
    const x = input("x", shape);
    const y = maxPool2d(x, window);
    const graph = graphOf({ y, ...gradientsOf(y, [x]) });
    const { nodes } = maxPoolWithoutIndices(graph);
    expect(opsOf(nodes)).not.toContain("MaxUnpool");
    expect(nodes.find(({ op }) => op === "MaxPool")!.outputs).toHaveLength(1);
    await expectSame(graph, maxPoolWithoutIndices, 0);
    await expectSame(graph, maxPoolWithoutIndices, 0, 2);
  });

  it("asks for no indices where nothing reads them", () => {
    const { nodes } = maxPoolWithoutIndices(
      graphOf({ y: maxPool2d(input("x", [1, 1, 4, 4]), 3, { stride: 1 }) }),
    );
    expect(nodes.map(({ outputs }) => outputs.length)).toEqual([1]);
  });

  it.each([
    ["overlapping windows", 3, { stride: 2 }],
    ["pads", 2, { padding: 1 }],
  ] as const)("leaves %s as they are", (_, window, options) => {
    const x = input("x", [1, 2, 7, 7]);
    const graph = graphOf(gradientsOf(maxPool2d(x, window, options), [x]));
    expect(maxPoolWithoutIndices(graph).nodes).toEqual(graph.nodes);
  });
});
