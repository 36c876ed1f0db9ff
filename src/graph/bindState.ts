import { GraphError, sameShape, type TensorData } from "../base/index.ts";
import type { Graph } from "./graph.ts";
import { formatType, type InputTensor, type Node, type Tensor } from "./tensor.ts";
import { validateGraph } from "./validate.ts";

/**
 * The graph with the state that is given fixed: those inputs become constants, which a runtime may fold into what it
 * computes (a batch norm into its convolution, say), so that a model that is only applied runs faster.
 *
 * @param values by the names of state inputs; others than the graph's are left unused
 * @throws GraphError when a value is of another type than its state, or the graph replaces a state that is fixed.
 */
export function bindState(graph: Graph, values: ReadonlyMap<string, TensorData>): Graph {
  const replaced = new Map<Tensor, Tensor>();
  for (const tensor of graph.inputs) {
    const value = tensor.source.role === "state" ? values.get(tensor.source.name) : undefined;
    if (value) replaced.set(tensor, fixed(graph, tensor, value));
  }
  const now = <T extends Tensor | null>(tensor: T): T | Tensor => (tensor && replaced.get(tensor)) ?? tensor;
  const nodes = graph.nodes.map((node) => {
    const outputs: Tensor[] = [];
    const copy: Node = { ...node, inputs: node.inputs.map(now), outputs };
    for (const [index, output] of node.outputs.entries()) {
      outputs.push({ ...output, source: { kind: "node", node: copy, index } });
      replaced.set(output, outputs[index]!);
    }
    return copy;
  });
  const bound: Graph = {
    name: graph.name,
    inputs: graph.inputs.filter((tensor) => !replaced.has(tensor)),
    nodes,
    outputs: new Map([...graph.outputs].map(([name, tensor]) => [name, now(tensor)])),
    updates: new Map([...graph.updates].map(([target, tensor]) => [target, now(tensor)])),
  };
  validateGraph(bound);
  return bound;
}

function fixed(graph: Graph, tensor: InputTensor, value: TensorData): Tensor {
  const { name } = tensor.source;
  if (graph.updates.has(tensor)) {
    throw new GraphError(
      `graph ${graph.name} replaces the state "${name}", which can therefore not be fixed`,
    );
  }
  if (value.dtype !== tensor.dtype || !sameShape(value.shape, tensor.shape)) {
    throw new GraphError(
      `graph ${graph.name}: "${name}" was given as ${formatType(value)}, expected ${formatType(tensor)}`,
    );
  }
  return { dtype: tensor.dtype, shape: tensor.shape, source: { kind: "constant", data: value } };
}
