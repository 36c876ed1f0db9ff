import { sizeOf } from "../base/index.ts";
import type { Graph } from "./graph.ts";
import type { Node, Tensor } from "./tensor.ts";

/** Multiplications of matrix products and convolutions, which is where nearly all of a network's are. */
export interface Multiplications {
  /** Of the graph as it is. */
  readonly forward: number;
  /**
   * With the gradients: each product costs its own multiplications once more for each of its two operands that hangs on
   * state. A first layer has no gradient by its pictures, therefore.
   */
  readonly training: number;
}

/** Counts the multiplications of a graph's products: `Conv`, `ConvTranspose`, `Gemm` and `MatMul`. */
export function multiplications(graph: Graph): Multiplications {
  const trained = new Set<Tensor>();
  for (const tensor of graph.inputs) if (tensor.source.role === "state") trained.add(tensor);
  let forward = 0;
  let training = 0;
  for (const node of graph.nodes) {
    const isTrained = (tensor: Tensor | null | undefined): boolean => !!tensor && trained.has(tensor);
    if (node.inputs.some(isTrained)) for (const output of node.outputs) trained.add(output);
    const count = productsOf(node);
    forward += count;
    training += count * (1 + node.inputs.slice(0, 2).filter(isTrained).length);
  }
  return { forward, training };
}

function productsOf({ op, inputs: [a, b], outputs: [y], attributes }: Node): number {
  switch (op) {
    case "Conv":
      return sizeOf(y!.shape) * sizeOf(b!.shape.slice(1));
    case "ConvTranspose":
      return sizeOf(a!.shape) * sizeOf(b!.shape.slice(1));
    case "Gemm":
      return sizeOf(y!.shape) * a!.shape[attributes.transA === 1 ? 0 : 1]!;
    case "MatMul":
      return sizeOf(y!.shape) * a!.shape.at(-1)!;
    default:
      return 0;
  }
}
