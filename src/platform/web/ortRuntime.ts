import type * as Ort from "onnxruntime-web";
import { DeviceLostError, RuntimeError, type TensorData } from "../../base/index.ts";
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
  readonly #queue: WorkQueue;
  readonly #sessions = new Set<Ort.InferenceSession>();
  readonly #stores = new Set<OrtStore>();
  #disposed = false;
  #lost = false;

  constructor(backend: OrtBackend) {
    this.#backend = backend;
    this.device = backend.device;
    const { gpu } = backend;
    this.#queue = new WorkQueue(async () => gpu && Promise.race([gpu.lost, moment()]));
    gpu?.lost.then(({ message }) => {
      // Its end is also told of when it was we who ended it.
      if (!this.#disposed) this.#lose(message);
    });
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
    this.#disposed = true;
    await this.#queue.close("this runtime was disposed");
    // Sessions on a lost device may wait for it without end.
    if (!this.#lost) for (const session of this.#sessions) await session.release();
    this.#sessions.clear();
    for (const store of this.#stores) store.free();
    this.#stores.clear();
    this.#backend.gpu?.destroy();
  }

  #lose(message: string): void {
    this.#lost = true;
    const why = message === "" ? "the browser does not say why" : message.split("\n")[0]!.replace(/\.$/, "");
    this.#queue.break(
      new DeviceLostError(
        `the graphics processor was lost (${why}), as when its driver is reset or memory runs out: what was in its memory is gone, so go on with another runtime from what was saved last`,
      ),
    );
  }
}

/** In which a device that is lost is told to be. */
function moment(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 100));
}

/** ONNX Runtime on a device of ours, so that its buffers can be ours too. */
function webgpuProvider(device: GpuDevice): Ort.InferenceSession.WebGpuExecutionProviderOption {
  return { name: "webgpu", device: device as GpuDevice & GpuDeviceType };
}

type GpuDeviceType = NonNullable<Ort.InferenceSession.WebGpuExecutionProviderOption["device"]>;

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
