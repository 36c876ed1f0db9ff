import { GraphError, sameShape } from "../base/index.ts";
import type { Graph } from "./graph.ts";
import { formatType, type InputTensor, type Node, type Tensor } from "./tensor.ts";

/**
 * Checks that a graph is closed and well typed: input names are unique, each node follows the nodes it reads,
 * recorded types are those that the operators' rules give, and each update fits the state that it replaces.
 *
 * @throws GraphError naming the first thing that is wrong.
 */
export function validateGraph(graph: Graph): void {
  const names = new Set<string>();
  for (const { source } of graph.inputs) {
    if (names.has(source.name)) {
      throw new GraphError(`graph ${graph.name}: two different inputs are named "${source.name}"`);
    }
    names.add(source.name);
  }
  const known = new Set<Tensor>(graph.inputs);
  for (const node of graph.nodes) checkNode(graph, node, known);
  for (const [name, tensor] of graph.outputs) {
    if (names.has(name))
      throw new GraphError(`graph ${graph.name}: output "${name}" has the name of an input`);
    checkKnown(graph, tensor, known, `output "${name}"`);
  }
  for (const [target, value] of graph.updates) checkUpdate(graph, target, value, known);
}

function checkNode(graph: Graph, node: Node, known: Set<Tensor>): void {
  for (const [index, tensor] of node.inputs.entries()) {
    if (tensor) checkKnown(graph, tensor, known, `input ${index} of ${node.op}`);
  }
  const inferred = node.infer();
  for (const [index, output] of node.outputs.entries()) {
    const expected = inferred[index];
    if (!expected || expected.dtype !== output.dtype || !sameShape(expected.shape, output.shape)) {
      throw new GraphError(
        `graph ${graph.name}: output ${index} of ${node.op} is recorded as ${formatType(output)}, its rule gives ${expected ? formatType(expected) : "no such output"}`,
      );
    }
    known.add(output);
  }
}

function checkKnown(graph: Graph, tensor: Tensor, known: ReadonlySet<Tensor>, where: string): void {
  if (tensor.source.kind !== "constant" && !known.has(tensor)) {
    throw new GraphError(
      `graph ${graph.name}: ${where} reads a ${formatType(tensor)} tensor that no earlier node makes`,
    );
  }
}

function checkUpdate(graph: Graph, target: InputTensor, value: Tensor, known: ReadonlySet<Tensor>): void {
  const { name, role } = target.source;
  if (role !== "state") {
    throw new GraphError(
      `graph ${graph.name}: "${name}" is a ${role} input and cannot be updated, expected state`,
    );
  }
  if (target.dtype !== value.dtype || !sameShape(target.shape, value.shape)) {
    throw new GraphError(
      `graph ${graph.name}: state "${name}" is ${formatType(target)} but its update is ${formatType(value)}`,
    );
  }
  checkKnown(graph, value, known, `update of "${name}"`);
}
