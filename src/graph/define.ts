import { GraphError } from "../base/index.ts";
import type { AttributeValue, NonDifferentiableOp, OpName, Schema } from "./schema.ts";
import { formatType, type Node, type Tensor, type TensorType } from "./tensor.ts";

/** What a gradient rule may look at. */
export interface Applied<K extends OpName> {
  readonly inputs: readonly Tensor[];
  readonly attributes: Schema[K];
  readonly outputs: readonly Tensor[];
}

/**
 * Maps the gradients of a node's outputs to those of its inputs, as new graph nodes. A gradient may still have
 * the broadcast shape of the output: the reverse walk sums it back. `null` says that nothing flows to an input.
 */
export type GradientRule<K extends OpName> = (
  node: Applied<K>,
  gradients: readonly (Tensor | null)[],
) => readonly (Tensor | null)[];

/** An operator: shape rule and gradient side by side. */
export interface OpDefinition<K extends OpName> {
  readonly op: K;
  /** Least and greatest number of inputs. */
  readonly arity: readonly [number, number];
  /** Types of the outputs; throws GraphError with the broken rule, without naming the op. */
  infer(inputs: readonly Tensor[], attributes: Schema[K]): TensorType[];
  readonly gradient: K extends NonDifferentiableOp ? null : GradientRule<K>;
}

/** Gives a definition its type; a differentiable operator without a gradient rule does not compile. */
export function defineOp<K extends OpName>(definition: OpDefinition<K>): OpDefinition<K> {
  return definition;
}

/**
 * Applies an operator to tensors.
 *
 * @throws GraphError with the op, the types received and the broken rule.
 */
export function apply<K extends OpName>(
  definition: OpDefinition<K>,
  inputs: readonly (Tensor | null)[],
  attributes: Schema[K],
): Node {
  const { op, arity } = definition;
  const infer = (): TensorType[] => {
    try {
      if (inputs.length < arity[0] || inputs.length > arity[1]) {
        throw new GraphError(`received ${inputs.length} inputs, expected ${arity[0]} to ${arity[1]}`);
      }
      // An absent optional input stays a hole that the rules test for by `inputs[i] == null`.
      return definition.infer(inputs as readonly Tensor[], attributes);
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      const received = inputs.map((tensor) => (tensor ? formatType(tensor) : "none")).join(", ");
      throw new GraphError(`${op}(${received}): ${error.message}`);
    }
  };
  const outputs: Tensor[] = [];
  const rule = definition.gradient as GradientRule<K> | null;
  const node: Node = {
    op,
    inputs,
    attributes: attributes as Readonly<Record<string, AttributeValue>>,
    outputs,
    infer,
    gradient: rule && {
      inputs,
      backward: (gradients) => rule({ inputs: inputs as readonly Tensor[], attributes, outputs }, gradients),
    },
  };
  for (const [index, type] of infer().entries()) {
    outputs.push({ dtype: type.dtype, shape: type.shape, source: { kind: "node", node, index } });
  }
  return node;
}

/** {@link apply} for operators of one output. */
export function applyOne<K extends OpName>(
  definition: OpDefinition<K>,
  inputs: readonly (Tensor | null)[],
  attributes: Schema[K],
): Tensor {
  return apply(definition, inputs, attributes).outputs[0]!;
}
