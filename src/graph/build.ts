import type { Graph } from "./graph.ts";
import type { InputTensor, Node, Tensor } from "./tensor.ts";
import { validateGraph } from "./validate.ts";

export interface GraphParts {
  readonly name: string;
  readonly outputs: Readonly<Record<string, Tensor>>;
  readonly updates?: ReadonlyMap<InputTensor, Tensor>;
}

/**
 * Collects what the outputs and updates need into a graph, and checks it. Nodes that nothing needs are left out.
 *
 * @throws GraphError as {@link validateGraph}.
 */
export function buildGraph(parts: GraphParts): Graph {
  const updates = parts.updates ?? new Map<InputTensor, Tensor>();
  const outputs = new Map(Object.entries(parts.outputs));
  const { inputs, nodes } = collect([...outputs.values(), ...updates.keys(), ...updates.values()]);
  const graph: Graph = { name: parts.name, inputs, nodes, outputs, updates };
  validateGraph(graph);
  return graph;
}

/**
 * Nodes that the roots need, producers first, and the inputs they read; iterative, since graphs run deep.
 * Tensors are made after their inputs and never change, so there are no cycles to look for.
 */
export function collect(roots: readonly Tensor[]): { inputs: InputTensor[]; nodes: Node[] } {
  const inputs = new Set<InputTensor>();
  const nodes: Node[] = [];
  const state = new Map<Node, "open" | "done">();
  const visit = (tensor: Tensor): Node | undefined => {
    if (tensor.source.kind === "input") inputs.add(tensor as InputTensor);
    return tensor.source.kind === "node" ? tensor.source.node : undefined;
  };
  for (const root of roots) {
    const first = visit(root);
    const stack = first ? [first] : [];
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      if (state.get(node) === "done") {
        stack.pop();
        continue;
      }
      if (state.get(node) === "open") {
        state.set(node, "done");
        nodes.push(node);
        stack.pop();
        continue;
      }
      state.set(node, "open");
      const producers = node.inputs.flatMap((tensor) => (tensor && visit(tensor)) ?? []);
      // Reversed, so that the first input's producers come first in the listing.
      for (const producer of producers.toReversed()) if (!state.has(producer)) stack.push(producer);
    }
  }
  return { inputs: [...inputs], nodes };
}
