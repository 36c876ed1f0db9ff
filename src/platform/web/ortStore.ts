import type { Tensor } from "onnxruntime-web";
import { RuntimeError, type TensorData } from "../../base/index.ts";
import type { TensorType } from "../../graph/index.ts";
import { checkRead, checkWrite, type Store } from "../../runtime/index.ts";
import type { GpuDevice } from "./gpu.ts";
import { GpuSlot } from "./gpuSlot.ts";
import { copyOf, HostSlot, type StateSlot } from "./stateSlot.ts";
import type { WorkQueue } from "./workQueue.ts";

/** What a store needs from its runtime. */
export interface OrtStoreParts {
  readonly tensorClass: typeof Tensor;
  readonly queue: WorkQueue;
  readonly gpu: GpuDevice | null;
  /** Tells the runtime that there is nothing to free any more. */
  forget(): void;
}

export class OrtStore implements Store {
  readonly queue: WorkQueue;
  readonly #parts: OrtStoreParts;
  readonly #types: ReadonlyMap<string, TensorType>;
  readonly #slots: Map<string, StateSlot>;
  #disposed = false;

  constructor(values: ReadonlyMap<string, TensorData>, parts: OrtStoreParts) {
    this.#parts = parts;
    this.queue = parts.queue;
    this.#types = new Map([...values].map(([name, { dtype, shape }]) => [name, { dtype, shape }]));
    this.#slots = new Map([...values].map(([name, value]) => [name, slotOf(value, parts)]));
  }

  /** @throws RuntimeError once disposed. */
  types(): ReadonlyMap<string, TensorType> {
    if (this.#disposed) throw new RuntimeError("this store was disposed");
    return this.#types;
  }

  /** @throws RuntimeError when there is no such state. */
  slot(name: string): StateSlot {
    const slot = this.#slots.get(name);
    if (!slot) throw new RuntimeError(`state "${name}" is not in the store`);
    return slot;
  }

  async read(names?: readonly string[]): Promise<Map<string, TensorData>> {
    this.queue.check();
    const wanted = checkRead(this.types(), names);
    return this.queue.add(
      async () =>
        new Map(await Promise.all(wanted.map(async (name) => [name, await this.slot(name).read()] as const))),
    );
  }

  async write(values: ReadonlyMap<string, TensorData>): Promise<void> {
    this.queue.check();
    checkWrite(this.types(), values);
    // The caller may change the values after this call.
    const own = [...values].map(([name, value]) => [name, copyOf(value)] as const);
    await this.queue.add(async () => {
      for (const [name, value] of own) this.slot(name).write(value);
    });
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.queue.add(async () => this.free());
    this.#parts.forget();
  }

  /** Frees the memory, when nothing runs. */
  free(): void {
    for (const slot of this.#slots.values()) slot.dispose();
    this.#slots.clear();
  }
}

function slotOf(value: TensorData, { tensorClass, gpu }: OrtStoreParts): StateSlot {
  // Other types are counters and flags, which the graph computes on the processor.
  return gpu && value.dtype === "float32" && value.data.length > 0
    ? new GpuSlot(tensorClass, gpu, value)
    : new HostSlot(tensorClass, value);
}
