import type * as Ort from "onnxruntime-web";
import { RuntimeError, type TensorData } from "../../base/index.ts";
import type { Graph } from "../../graph/index.ts";
import { encodeModel, type Lowering, updateName } from "../../onnx/index.ts";
import { withoutUnread } from "../../onnx/lower/index.ts";
import type { Device, Program, Runtime, Store } from "../../runtime/index.ts";
import type { GpuDevice } from "./gpu.ts";
import { OrtProgram } from "./ortProgram.ts";
import { OrtStore } from "./ortStore.ts";
import { WorkQueue } from "./workQueue.ts";

/** What a runtime computes with. */
export interface OrtBackend {
  readonly ort: typeof Ort;
  readonly device: Device;
  /** Where there is one, float32 state stays in its memory. */
  readonly gpu?: GpuDevice;
  /** Rewrites each graph for this device before it is compiled. */
  readonly lowering: Lowering;
}

/** A runtime over onnxruntime-web, computing on the calling thread: call it in a worker where a page must stay alive. */
export class OrtRuntime implements Runtime {
  readonly device: Device;
  readonly #backend: OrtBackend;
  readonly #queue = new WorkQueue();
  readonly #sessions = new Set<Ort.InferenceSession>();
  readonly #stores = new Set<OrtStore>();

  constructor(backend: OrtBackend) {
    this.#backend = backend;
    this.device = backend.device;
  }

  async compile(graph: Graph): Promise<Program> {
    const { ort, gpu, lowering } = this.#backend;
    const state = new Map<string, string | null>();
    const updated = new Set([...graph.updates.keys()].map(({ source }) => source.name));
    for (const { source } of graph.inputs) {
      if (source.role === "state")
        state.set(source.name, updated.has(source.name) ? updateName(source.name) : null);
    }
    const model = encodeModel(lowering(withoutUnread(graph)));
    const session = await this.#queue.add(async () => {
      try {
        return await ort.InferenceSession.create(model, {
          executionProviders: gpu ? [webgpuProvider(gpu), "wasm"] : ["wasm"],
          executionMode: "sequential",
          graphOptimizationLevel: "all",
          logSeverityLevel: 3,
        });
      } catch (error) {
        throw new RuntimeError(`${this.device.name} refused graph ${graph.name}: ${messageOf(error)}`);
      }
    });
    this.#sessions.add(session);
    const release = async (): Promise<void> => {
      if (this.#sessions.delete(session)) await session.release();
    };
    return new OrtProgram({ graph, session, state, release, tensorClass: ort.Tensor, queue: this.#queue });
  }

  async createStore(values: ReadonlyMap<string, TensorData>): Promise<Store> {
    this.#queue.check();
    const { ort, gpu } = this.#backend;
    const store = new OrtStore(values, {
      tensorClass: ort.Tensor,
      queue: this.#queue,
      gpu: gpu ?? null,
      forget: () => this.#stores.delete(store),
    });
    this.#stores.add(store);
    return store;
  }

  async dispose(): Promise<void> {
    await this.#queue.close("this runtime was disposed");
    for (const session of this.#sessions) await session.release();
    this.#sessions.clear();
    for (const store of this.#stores) store.free();
    this.#stores.clear();
    this.#backend.gpu?.destroy();
  }
}

/** ONNX Runtime on a device of ours, so that its buffers can be ours too. */
function webgpuProvider(device: GpuDevice): Ort.InferenceSession.WebGpuExecutionProviderOption {
  return { name: "webgpu", device: device as GpuDevice & GpuDeviceType };
}

type GpuDeviceType = NonNullable<Ort.InferenceSession.WebGpuExecutionProviderOption["device"]>;

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
