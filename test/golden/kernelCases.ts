import { type DType, type Shape, sizeOf, tensorData } from "../../src/base/index.ts";
import {
  type AttributeValue,
  apply,
  constant,
  type InputTensor,
  input,
  type Node,
  type OpName,
  type Schema,
  type Tensor,
} from "../../src/graph/index.ts";
import { ops } from "../../src/ops/index.ts";
import type { Values } from "../../src/runtime/index.ts";
import golden from "./kernels.json" with { type: "json" };

/** A tensor of a golden case. */
export interface GoldenTensor {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly values: readonly number[];
  /** Written into the graph (a shape, axes, bounds) instead of fed. */
  readonly constant?: boolean;
}

/** An operator applied once: what PyTorch computes for it in float64. */
export interface KernelCase {
  readonly name: string;
  readonly op: OpName;
  readonly inputs: readonly (GoldenTensor | null)[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
  readonly outputs: readonly GoldenTensor[];
  /** For each output the weights of the loss `sum(cotangent * output)`, null for indices. */
  readonly cotangents?: readonly (readonly number[] | null)[];
  /** For each input the gradient of that loss, null for constants, indices and conditions. */
  readonly inputGradients?: readonly (readonly number[] | null)[];
  /** The function has no derivative here: differences say nothing, PyTorch's convention counts. */
  readonly kink?: boolean;
}

export const kernelCases = golden.cases as readonly KernelCase[];

/** `Conv: stride 2`. */
export function titleOf({ op, name }: KernelCase): string {
  return `${op}: ${name}`;
}

/** The node of a case, and its fed inputs by their place (holes where an input is constant or absent). */
export function buildCase(kernelCase: KernelCase): { node: Node; fed: (InputTensor | undefined)[] } {
  const fed = kernelCase.inputs.map((tensor, index) =>
    tensor && !tensor.constant ? input(nameOf(index), tensor.shape, tensor.dtype) : undefined,
  );
  const inputs = kernelCase.inputs.map((tensor, index) =>
    tensor ? (fed[index] ?? constant(tensor.dtype, tensor.shape, tensor.values)) : null,
  );
  return { node: applyOp(kernelCase.op, inputs, kernelCase.attributes as Schema[OpName]), fed };
}

function applyOp<K extends OpName>(op: K, inputs: readonly (Tensor | null)[], attributes: Schema[K]): Node {
  return apply(ops[op], inputs, attributes);
}

/** The values of the fed inputs, by name. */
export function feedsOf({ inputs }: KernelCase): Values {
  return Object.fromEntries(
    inputs.flatMap((tensor, index) =>
      tensor && !tensor.constant
        ? [[nameOf(index), tensorData(tensor.dtype, tensor.shape, tensor.values)]]
        : [],
    ),
  );
}

function nameOf(index: number): string {
  return `x${index}`;
}

/**
 * How far `actual` is from `expected`, as a share of the greatest expected magnitude (of 1 where all is zero);
 * infinite where the lengths differ or something is not a number.
 */
export function relativeError(
  actual: ArrayLike<number | bigint>,
  expected: ArrayLike<number | bigint>,
  shape: Shape = [expected.length],
): number {
  if (actual.length !== expected.length || expected.length !== sizeOf(shape)) return Number.POSITIVE_INFINITY;
  let magnitude = 0;
  let error = 0;
  for (let i = 0; i < expected.length; i++) {
    magnitude = Math.max(magnitude, Math.abs(Number(expected[i])));
    const distance = Math.abs(Number(actual[i]) - Number(expected[i]));
    error = Math.max(error, Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance);
  }
  return error / (magnitude || 1);
}
