import { GraphError, type TensorData, tensorData } from "../base/index.ts";
import type { Graph, Tensor } from "../graph/index.ts";
import { type EncodeOptions, encodeModel } from "./encode.ts";
import { withoutUnreadIndices } from "./lower/index.ts";
import type { ModelShape } from "./proto.ts";

/** Two batch sizes that no layer's own extents are likely to be. */
const [batchA, batchB] = [7919, 7907] as const;

/**
 * Serialises a graph whose leading extent is left open, by building it at two batch sizes and comparing: an
 * extent that follows the batch becomes the symbol `batch`, and an entry of a target shape that follows it
 * becomes -1, which ONNX works out. Shapes inside the engine stay plain numbers that way.
 *
 * @throws GraphError when the two graphs differ in anything else: then the computation depends on the batch size.
 */
export function encodeDynamicBatch(
  build: (batch: number) => Graph,
  options: EncodeOptions = {},
): Uint8Array<ArrayBuffer> {
  const graph = build(batchA);
  const other = build(batchB);
  const differs = (what: string): GraphError =>
    new GraphError(`graph ${graph.name} cannot have an open batch size: ${what} depends on it`);
  const shapes = new Map<Tensor, ModelShape>();
  const constants = new Map<Tensor, TensorData>();
  const declare = (a: Tensor, b: Tensor, what: string): void => {
    if (a.shape.length !== b.shape.length) throw differs(what);
    shapes.set(
      a,
      a.shape.map((extent, axis) => {
        if (extent === b.shape[axis]) return extent;
        if (axis === 0 && extent === batchA && b.shape[0] === batchB) return "batch";
        throw differs(`axis ${axis} of ${what}`);
      }),
    );
  };
  if (graph.inputs.length !== other.inputs.length || graph.nodes.length !== other.nodes.length) {
    throw differs("the number of its nodes");
  }
  for (const [index, input] of graph.inputs.entries()) {
    declare(input, other.inputs[index]!, `input "${input.source.name}"`);
  }
  for (const [name, output] of graph.outputs) declare(output, other.outputs.get(name)!, `output "${name}"`);
  for (const [index, node] of graph.nodes.entries()) {
    const twin = other.nodes[index]!;
    if (node.op !== twin.op || JSON.stringify(node.attributes) !== JSON.stringify(twin.attributes)) {
      throw differs(`${node.op}`);
    }
    for (const [position, tensor] of node.inputs.entries()) {
      if (tensor?.source.kind !== "constant") continue;
      const twinSource = twin.inputs[position]?.source;
      if (twinSource?.kind !== "constant") throw differs(`input ${position} of ${node.op}`);
      const [a, b] = [Array.from(tensor.source.data.data, Number), Array.from(twinSource.data.data, Number)];
      if (a.length === b.length && a.every((value, i) => value === b[i])) continue;
      const changed = a.flatMap((value, i) => (value === b[i] ? [] : [i]));
      if (node.op !== "Reshape" || a.length !== b.length || changed.length !== 1) {
        throw differs(`constant input ${position} of ${node.op}`);
      }
      constants.set(tensor, tensorData("int64", [a.length], a.with(changed[0]!, -1)));
    }
  }
  return encodeModel(withoutUnreadIndices(graph), { ...options, shapes, constants });
}
