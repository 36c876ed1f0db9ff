import type { Tensor } from "onnxruntime-web";
import type { DType, TensorData } from "../../base/index.ts";

/** One state tensor of a store, wherever it lies. */
export interface StateSlot {
  /** The value, as a run takes it. */
  readonly current: Tensor;
  /** What a run is to write the next value into; null to have ONNX Runtime make a tensor. */
  target(): Tensor | null;
  /** Takes up the next value that a run has given. */
  advance(next: Tensor): void;
  /** A copy. */
  read(): Promise<TensorData>;
  write(value: TensorData): void;
  dispose(): void;
}

type TensorClass = typeof Tensor;

export function toOrt(tensorClass: TensorClass, { dtype, data, shape }: TensorData): Tensor {
  return new tensorClass(dtype, data, [...shape]);
}

/** A tensor of the processor's memory as values; not a copy. */
export function fromOrt(tensor: Tensor): TensorData {
  return {
    dtype: tensor.type as DType,
    shape: [...tensor.dims],
    data: tensor.data as TensorData["data"],
  };
}

export function copyOf(value: TensorData): TensorData {
  return { ...value, data: value.data.slice() };
}

/** State in the page's memory: each run copies it in and out. */
export class HostSlot implements StateSlot {
  readonly #tensorClass: TensorClass;
  current: Tensor;

  constructor(tensorClass: TensorClass, value: TensorData) {
    this.#tensorClass = tensorClass;
    this.current = toOrt(tensorClass, copyOf(value));
  }

  // ONNX Runtime Web does not write into a given tensor of the processor's memory.
  target(): null {
    return null;
  }

  advance(next: Tensor): void {
    this.current = next;
  }

  async read(): Promise<TensorData> {
    return copyOf(fromOrt(this.current));
  }

  write(value: TensorData): void {
    this.current = toOrt(this.#tensorClass, copyOf(value));
  }

  dispose(): void {
    this.current.dispose();
  }
}
