import {
  type DType,
  formatShape,
  GraphError,
  type Shape,
  type TensorData,
  type TypedArrays,
  tensorData,
} from "../base/index.ts";
import type { AttributeValue, OpName } from "./schema.ts";

/** What is known of a tensor before anything runs. */
export interface TensorType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** A symbolic tensor: its type, and where its values will come from. */
export interface Tensor extends TensorType {
  readonly source: InputSource | ConstantSource | NodeSource | LoweredSource;
}

/**
 * Who provides an input's values:
 * - `feed`: the caller, at each run;
 * - `state`: a store that outlives the runs (parameters, running statistics, optimizer slots);
 * - `random`: the caller's seeded Rng, at each run, by the input's `fill`.
 */
export type InputSource =
  | { readonly kind: "input"; readonly role: "feed" | "state"; readonly name: string }
  | { readonly kind: "input"; readonly role: "random"; readonly name: string; readonly fill: RandomFill };

/** How a random input is filled: an inverted-dropout mask of zeros and `1 / (1 - drop)`. */
export interface RandomFill {
  readonly distribution: "dropout-mask";
  readonly drop: number;
}

export interface ConstantSource {
  readonly kind: "constant";
  readonly data: TensorData;
}

export interface NodeSource {
  readonly kind: "node";
  readonly node: Node;
  readonly index: number;
}

/** Made by a provider's lowering of a graph; only the serialised model knows how. */
export interface LoweredSource {
  readonly kind: "lowered";
}

/** An input's tensor, narrowed. */
export interface InputTensor extends Tensor {
  readonly source: InputSource;
}

/** An operator applied to tensors. */
export interface Node {
  readonly op: OpName;
  /** `null` where an optional input is absent. */
  readonly inputs: readonly (Tensor | null)[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly outputs: readonly Tensor[];
  /** The types that the operator's rule gives for these inputs: {@link validateGraph} compares them with `outputs`. */
  infer(): TensorType[];
  /** The reverse rule, or `null` where the operator has none. */
  readonly gradient: NodeGradient | null;
}

/**
 * The reverse rule of one node: tensors to differentiate by, and a function from the gradients of the node's
 * outputs (`null` where nothing flows back) to theirs.
 */
export interface NodeGradient {
  readonly inputs: readonly (Tensor | null)[];
  backward(outputGradients: readonly (Tensor | null)[]): readonly (Tensor | null)[];
}

/** `float32[2,3]` for messages and listings. */
export function formatType(type: TensorType): string {
  return `${type.dtype}${formatShape(type.shape)}`;
}

/** A tensor whose values the caller gives at each run. */
export function input<S extends Shape>(name: string, shape: S, dtype: DType = "float32"): InputTensor {
  return { dtype, shape, source: { kind: "input", role: "feed", name } };
}

/** A tensor that lives in a store between runs: a parameter, a running statistic, an optimizer slot. */
export function state(name: string, shape: Shape, dtype: DType = "float32"): InputTensor {
  return { dtype, shape, source: { kind: "input", role: "state", name } };
}

/** A tensor that is drawn anew from a seeded Rng for each run. */
export function random(name: string, shape: Shape, fill: RandomFill): InputTensor {
  return { dtype: "float32", shape, source: { kind: "input", role: "random", name, fill } };
}

/** A tensor of fixed values, written into the model. */
export function constant<D extends DType>(
  dtype: D,
  shape: Shape,
  values: TypedArrays[D] | readonly number[],
): Tensor {
  return { dtype, shape, source: { kind: "constant", data: tensorData(dtype, shape, values) } };
}

/** A constant without axes. */
export function scalar(value: number, dtype: DType = "float32"): Tensor {
  return constant(dtype, [], [value]);
}

/** A constant list of integers, as ONNX takes shapes, axes and pads. */
export function integers(values: readonly number[]): Tensor {
  return constant("int64", [values.length], values);
}

/**
 * The values of a constant list of integers.
 *
 * @throws GraphError when the tensor is computed or fed: shapes must be known before anything runs.
 */
export function constantIntegers(tensor: Tensor | null | undefined, what: string): number[] {
  if (tensor?.source.kind !== "constant" || !(tensor.source.data.data instanceof BigInt64Array)) {
    throw new GraphError(
      `${what} must be a constant int64 tensor, received ${tensor ? formatType(tensor) : "none"}`,
    );
  }
  return Array.from(tensor.source.data.data, Number);
}
