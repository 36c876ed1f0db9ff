import { allocate, type DType, type Shape, sizeOf, type TensorData } from "../../base/index.ts";
import type { OpName, Schema } from "../../graph/index.ts";

/**
 * A tensor whose elements are doubles whatever its dtype says, so that one kernel serves every type: integers are
 * exact up to 2^53, `bool` is 0 or 1, and `float32` is not rounded (gradients are checked at this precision).
 */
export interface Array64 {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: Float64Array;
}

/** Computes an operator from its attributes and inputs; an optional input that is absent is `undefined`. */
export type Kernel<K extends OpName> = (attributes: Schema[K], ...inputs: Array64[]) => Array64[];

/** Zeros of a type. */
export function zeros(dtype: DType, shape: Shape): Array64 {
  return { dtype, shape, data: new Float64Array(sizeOf(shape)) };
}

/** Elements as doubles. */
export function widen({ dtype, shape, data }: TensorData): Array64 {
  return { dtype, shape, data: Float64Array.from(data as ArrayLike<number | bigint>, Number) };
}

/** Elements as the dtype stores them: here `float32` is rounded. */
export function narrow({ dtype, shape, data }: Array64): TensorData {
  const narrowed = allocate(dtype, data.length);
  if (narrowed instanceof BigInt64Array) narrowed.set(Array.from(data, BigInt));
  else narrowed.set(data);
  return { dtype, shape, data: narrowed };
}

/** The elements as integers: a shape, axes, pads. */
export function integersOf(array: Array64): number[] {
  return Array.from(array.data);
}
