import type { Tensor } from "../../graph/index.ts";
import type { LoweredGraph } from "./lowering.ts";

/**
 * Has max-pools make no indices that nothing reads, as in a graph without gradients: ONNX Runtime makes all that a
 * model names, which takes it many times as long as the pool alone and keeps that out of the blocked layout.
 */
export function withoutUnreadIndices(graph: LoweredGraph): LoweredGraph {
  const read = new Set<Tensor | null>([
    ...graph.outputs.values(),
    ...graph.updates.values(),
    ...graph.nodes.flatMap(({ inputs }) => inputs),
  ]);
  return {
    ...graph,
    nodes: graph.nodes.map((node) => {
      const [values, indices] = node.outputs;
      const unread = node.op === "MaxPool" && indices !== undefined && !read.has(indices);
      return unread ? { ...node, outputs: [values!] } : node;
    }),
  };
}
