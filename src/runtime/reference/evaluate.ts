import { type DType, formatShape, RuntimeError, type Shape, sameShape, sizeOf } from "../../base/index.ts";
import {
  formatType,
  type Graph,
  type Node,
  type OpName,
  type Schema,
  type Tensor,
} from "../../graph/index.ts";
import { type Array64, widen } from "./array64.ts";
import { kernels } from "./kernels.ts";

/** A tensor of doubles, as typed or plain array. */
export interface Numbers {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: Float64Array | readonly number[];
}

/** What a graph gives: its outputs, and the new values of its state inputs, by name. */
export interface Evaluation {
  readonly outputs: Map<string, Array64>;
  readonly updates: Map<string, Array64>;
}

/**
 * Computes a graph node by node in float64 (constants keep the float32 values that the graph holds).
 *
 * @throws RuntimeError when an input has no value or one of another type, or a kernel disagrees with the type
 * that the graph records.
 */
export function evaluateGraph(graph: Graph, values: ReadonlyMap<string, Numbers>): Evaluation {
  const known = new Map<Tensor, Array64>();
  for (const tensor of graph.inputs) known.set(tensor, inputValue(graph, tensor, values));
  const read = (tensor: Tensor): Array64 => {
    if (tensor.source.kind === "constant") return widen(tensor.source.data);
    const value = known.get(tensor);
    if (!value)
      throw new RuntimeError(`graph ${graph.name}: a ${formatType(tensor)} tensor is read before it is made`);
    return value;
  };
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((tensor) => (tensor ? read(tensor) : undefined));
    const results = compute(node.op, node.attributes as Schema[OpName], inputs);
    for (const [index, tensor] of node.outputs.entries()) {
      known.set(tensor, checkResult(graph, node, tensor, results[index]));
    }
  }
  const outputs = new Map([...graph.outputs].map(([name, tensor]) => [name, read(tensor)]));
  const updates = new Map([...graph.updates].map(([state, tensor]) => [state.source.name, read(tensor)]));
  return { outputs, updates };
}

function compute<K extends OpName>(
  op: K,
  attributes: Schema[K],
  inputs: readonly (Array64 | undefined)[],
): Array64[] {
  // Kernels declare which inputs may be absent; the graph has checked the number and kind of the others.
  return kernels[op](attributes, ...(inputs as Array64[]));
}

function inputValue(
  graph: Graph,
  tensor: Graph["inputs"][number],
  values: ReadonlyMap<string, Numbers>,
): Array64 {
  const { name } = tensor.source;
  const value = values.get(name);
  if (!value)
    throw new RuntimeError(
      `graph ${graph.name}: no value for input "${name}", expected ${formatType(tensor)}`,
    );
  if (
    value.dtype !== tensor.dtype ||
    !sameShape(value.shape, tensor.shape) ||
    value.data.length !== sizeOf(value.shape)
  ) {
    throw new RuntimeError(
      `graph ${graph.name}: input "${name}" received ${value.data.length} values as ${formatType(value)}, expected ${formatType(tensor)}`,
    );
  }
  return { dtype: value.dtype, shape: value.shape, data: Float64Array.from(value.data) };
}

function checkResult(graph: Graph, node: Node, tensor: Tensor, result: Array64 | undefined): Array64 {
  if (result && result.dtype === tensor.dtype && sameShape(result.shape, tensor.shape)) return result;
  throw new RuntimeError(
    `graph ${graph.name}: the reference computed ${result ? formatType(result) : "nothing"} for an output of ${node.op} that the graph records as ${formatType(tensor)}, from inputs ${node.inputs.map((input) => (input ? formatShape(input.shape) : "none")).join(", ")}`,
  );
}
