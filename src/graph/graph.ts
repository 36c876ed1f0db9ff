import type { InputTensor, Node, Tensor } from "./tensor.ts";

/** A closed computation: what it reads, what it computes in order, what it gives, and which state it replaces. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly InputTensor[];
  /** In an order in which each node follows the nodes that it reads. */
  readonly nodes: readonly Node[];
  readonly outputs: ReadonlyMap<string, Tensor>;
  /** New values of state inputs, stored after a run. */
  readonly updates: ReadonlyMap<InputTensor, Tensor>;
}
