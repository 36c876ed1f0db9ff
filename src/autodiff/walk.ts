import type { Node, Tensor } from "../graph/index.ts";

/**
 * The nodes between `loss` and the tensors differentiated by, consumers first: an order in which every output's
 * gradient is complete before its node is visited. Nodes that do not depend on any of the tensors are left out.
 */
export function collectForGradient(loss: Tensor, wrt: ReadonlySet<Tensor>): Node[] {
  const depends = new Map<Node, boolean>();
  const order: Node[] = [];
  const root = producer(loss);
  const stack: Node[] = root ? [root] : [];
  const opened = new Set<Node>();
  while (stack.length > 0) {
    const node = stack.at(-1)!;
    const inputs = differentiated(node);
    if (!opened.has(node)) {
      opened.add(node);
      for (const tensor of inputs) {
        const next = producer(tensor);
        if (next && !opened.has(next)) stack.push(next);
      }
      continue;
    }
    stack.pop();
    if (depends.has(node)) continue;
    const leads = inputs.some((tensor) => {
      const next = producer(tensor);
      return wrt.has(tensor) || (next !== undefined && depends.get(next) === true);
    });
    depends.set(node, leads);
    if (leads) order.push(node);
  }
  return order.reverse();
}

function producer(tensor: Tensor): Node | undefined {
  return tensor.source.kind === "node" ? tensor.source.node : undefined;
}

function differentiated(node: Node): Tensor[] {
  return (node.gradient?.inputs ?? node.inputs).filter((tensor) => tensor !== null);
}
