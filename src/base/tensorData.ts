import { GraphError } from "./errors.ts";
import { formatShape, type Shape, sizeOf } from "./shape.ts";

/** Element types the graph knows: a subset of ONNX's `TensorProto.DataType`. */
export type DType = "float32" | "int64" | "int32" | "uint8" | "bool";

/** The typed array that holds each element type; `bool` is a byte that is 0 or 1. */
export interface TypedArrays {
  float32: Float32Array;
  int64: BigInt64Array;
  int32: Int32Array;
  uint8: Uint8Array;
  bool: Uint8Array;
}

export type TypedArray = TypedArrays[DType];

/** Values of a tensor on the host: row-major `data` of `sizeOf(shape)` elements. */
export interface TensorData<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: Shape;
  readonly data: TypedArrays[D];
}

/** Bytes an element takes. */
export const bytesPerElement: Readonly<Record<DType, number>> = {
  float32: 4,
  int64: 8,
  int32: 4,
  uint8: 1,
  bool: 1,
};

/** A new typed array of zeros. */
export function allocate<D extends DType>(dtype: D, length: number): TypedArrays[D] {
  const make: { [K in DType]: (n: number) => TypedArrays[K] } = {
    float32: (n) => new Float32Array(n),
    int64: (n) => new BigInt64Array(n),
    int32: (n) => new Int32Array(n),
    uint8: (n) => new Uint8Array(n),
    bool: (n) => new Uint8Array(n),
  };
  return make[dtype](length);
}

/**
 * Tensor values from a typed array or plain numbers.
 *
 * @throws GraphError when the number of values is not the product of the extents.
 */
export function tensorData<D extends DType>(
  dtype: D,
  shape: Shape,
  values: TypedArrays[D] | readonly number[],
): TensorData<D> {
  if (values.length !== sizeOf(shape)) {
    throw new GraphError(
      `${values.length} values do not fill a ${dtype} tensor of shape ${formatShape(shape)}, expected ${sizeOf(shape)}`,
    );
  }
  if (!Array.isArray(values)) return { dtype, shape, data: values as TypedArrays[D] };
  const data = allocate(dtype, values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (data instanceof BigInt64Array) data[i] = BigInt(value);
    else data[i] = value;
  }
  return { dtype, shape, data };
}
