import type { Tensor } from "onnxruntime-web";
import { sizeOf, type TensorData } from "../../base/index.ts";
import { type GpuBuffer, type GpuDevice, mapRead, ortBuffer, readbackUsage, storageUsage } from "./gpu.ts";
import type { StateSlot } from "./stateSlot.ts";

interface Placed {
  readonly buffer: GpuBuffer;
  readonly tensor: Tensor;
}

/** WebGPU copies whole words, and ONNX Runtime's kernels read four of them at a time. */
function bufferSize(bytes: number): number {
  return Math.max(16, Math.ceil(bytes / 16) * 16);
}

/**
 * float32 state in the memory of the GPU: a run reads one buffer and writes the other, then they change places, so that
 * nothing is copied between steps.
 */
export class GpuSlot implements StateSlot {
  readonly #tensorClass: typeof Tensor;
  readonly #device: GpuDevice;
  readonly #shape: readonly number[];
  readonly #size: number;
  #now: Placed;
  #spare: Placed | null = null;

  constructor(tensorClass: typeof Tensor, device: GpuDevice, value: TensorData) {
    this.#tensorClass = tensorClass;
    this.#device = device;
    this.#shape = value.shape;
    this.#size = sizeOf(value.shape) * Float32Array.BYTES_PER_ELEMENT;
    this.#now = this.#place();
    this.write(value);
  }

  get current(): Tensor {
    return this.#now.tensor;
  }

  target(): Tensor {
    this.#spare ??= this.#place();
    return this.#spare.tensor;
  }

  advance(): void {
    if (this.#spare) [this.#now, this.#spare] = [this.#spare, this.#now];
  }

  async read(): Promise<TensorData> {
    const size = bufferSize(this.#size);
    const readback = this.#device.createBuffer({ size, usage: readbackUsage });
    try {
      const encoder = this.#device.createCommandEncoder();
      encoder.copyBufferToBuffer(this.#now.buffer, 0, readback, 0, size);
      this.#device.queue.submit([encoder.finish()]);
      await readback.mapAsync(mapRead);
      const data = new Float32Array(readback.getMappedRange().slice(0, this.#size));
      readback.unmap();
      return { dtype: "float32", shape: this.#shape, data };
    } finally {
      readback.destroy();
    }
  }

  write({ data }: TensorData): void {
    this.#device.queue.writeBuffer(this.#now.buffer, 0, data.buffer, data.byteOffset, this.#size);
  }

  dispose(): void {
    this.#now.buffer.destroy();
    this.#spare?.buffer.destroy();
  }

  #place(): Placed {
    const buffer = this.#device.createBuffer({ size: bufferSize(this.#size), usage: storageUsage });
    const tensor = this.#tensorClass.fromGpuBuffer(ortBuffer(buffer), {
      dataType: "float32",
      dims: [...this.#shape],
    });
    return { buffer, tensor };
  }
}
