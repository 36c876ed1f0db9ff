import type { Shape } from "../../base/index.ts";
import { type AttributeValue, type Graph, integers, type Tensor } from "../../graph/index.ts";

/** A node as it is serialised: possibly of an operator outside the graph's own schema. */
export interface LoweredNode {
  readonly op: string;
  /** Operator domain; ONNX's own when absent. */
  readonly domain?: string;
  readonly inputs: readonly (Tensor | null)[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly outputs: readonly Tensor[];
}

/** A graph whose nodes suit one provider; inputs, outputs and updates are those of the graph it came from. */
export interface LoweredGraph extends Omit<Graph, "nodes"> {
  readonly nodes: readonly LoweredNode[];
  /** Versions of the operator domains used beside ONNX's own. */
  readonly domains?: Readonly<Record<string, number>>;
}

/** Rewrites a graph for a provider without changing its values. */
export type Lowering = (graph: LoweredGraph) => LoweredGraph;

/** Collects the nodes that take the place of one. */
export class NodeList {
  readonly nodes: LoweredNode[] = [];

  /** Adds a node of one output and returns that: a new tensor of `shape`, or `output` where one is given. */
  add(node: Omit<LoweredNode, "outputs">, shape: Shape, output?: Tensor): Tensor {
    const result: Tensor = output ?? { dtype: "float32", shape, source: { kind: "lowered" } };
    this.nodes.push({ ...node, outputs: [result] });
    return result;
  }

  /** The same values under another shape. */
  reshape(x: Tensor, shape: Shape): Tensor {
    return this.add({ op: "Reshape", inputs: [x, integers(shape)], attributes: {} }, shape);
  }
}

/**
 * Replaces each node for which `replace` gives others; the last of these must make the node's own outputs. Nodes whose
 * results nothing reads any more are left out: ONNX Runtime would compute them.
 */
export function replaceNodes(
  graph: LoweredGraph,
  replace: (node: LoweredNode) => readonly LoweredNode[] | null,
): LoweredNode[] {
  const nodes = graph.nodes.flatMap((node) => replace(node) ?? [node]);
  const needed = new Set<Tensor>([...graph.outputs.values(), ...graph.updates.values()]);
  const kept = nodes.toReversed().filter(({ inputs, outputs }) => {
    if (!outputs.some((tensor) => needed.has(tensor))) return false;
    for (const tensor of inputs) if (tensor) needed.add(tensor);
    return true;
  });
  return kept.reverse();
}
