import { RuntimeError, type TensorData } from "../../../base/index.ts";
import { type Graph, input, type TensorType } from "../../../graph/index.ts";
import { encodeModel, type Lowering, updateName, withoutUnread } from "../../../onnx/index.ts";
import {
  checkFeeds,
  checkRead,
  checkState,
  checkWrite,
  type Device,
  type ForeignModel,
  type Program,
  type RunOptions,
  type Runtime,
  type Store,
  type Values,
} from "../../../runtime/index.ts";
import { closeOrt, type OrtOptions, type OrtThread, ortThread, type Tensors } from "./ortThread.ts";

/** A runtime over onnxruntime-node, computing on a thread of its own so that the event loop stays free. */
export class OrtRuntime implements Runtime {
  readonly device: Device;
  readonly #thread: OrtThread;
  #nextProgram = 0;
  #nextStore = 0;
  /** Rewrites each graph for this device before it is compiled; set once a probe has shown equal values. */
  lowering: Lowering = (graph) => graph;

  constructor(device: Device, options: OrtOptions) {
    this.device = device;
    this.#thread = ortThread(options);
  }

  async compile(graph: Graph): Promise<Program> {
    const program = this.#nextProgram++;
    const updates = new Map([...graph.updates.keys()].map((tensor) => [tensor.source.name, tensor]));
    const state: Record<string, string | null> = {};
    for (const { source } of graph.inputs) {
      if (source.role === "state")
        state[source.name] = updates.has(source.name) ? updateName(source.name) : null;
    }
    const model = encodeModel(this.lowering(withoutUnread(graph)));
    const outputs = [...graph.outputs.keys()];
    try {
      await this.#thread.request({ type: "compile", program, model, outputs, state }, [model.buffer]);
    } catch (error) {
      throw new RuntimeError(
        `${this.device.name} refused graph ${graph.name}: ${error instanceof Error ? error.message : error}`,
      );
    }
    return new OrtProgram(graph, program, this.#thread, Object.keys(state).length > 0);
  }

  async compileModel({ name, bytes, inputs, outputs }: ForeignModel): Promise<Program> {
    const program = this.#nextProgram++;
    const model = new Uint8Array(bytes);
    try {
      await this.#thread.request({ type: "compile", program, model, outputs, state: {} }, [model.buffer]);
    } catch (error) {
      throw new RuntimeError(
        `${this.device.name} refused ${name}: ${error instanceof Error ? error.message : error}`,
      );
    }
    const fed = Object.entries(inputs).map(([of, { shape, dtype }]) => input(of, shape, dtype));
    const graph: Graph = { name, inputs: fed, nodes: [], outputs: new Map(), updates: new Map() };
    return new OrtProgram(graph, program, this.#thread, false);
  }

  async createStore(values: ReadonlyMap<string, TensorData>): Promise<Store> {
    const store = this.#nextStore++;
    await this.#thread.request({ type: "createStore", store, values: Object.fromEntries(values) });
    return new OrtStore(store, this.#thread, values);
  }

  async dispose(): Promise<void> {
    await closeOrt(this.#thread);
  }
}

class OrtProgram implements Program {
  readonly #graph: Graph;
  readonly #id: number;
  readonly #thread: OrtThread;
  readonly #needsStore: boolean;
  #disposed = false;

  constructor(graph: Graph, id: number, thread: OrtThread, needsStore: boolean) {
    this.#graph = graph;
    this.#id = id;
    this.#thread = thread;
    this.#needsStore = needsStore;
  }

  async run(feeds: Values, options: RunOptions = {}): Promise<Values> {
    if (this.#disposed) throw new RuntimeError(`the program of graph ${this.#graph.name} was disposed`);
    checkFeeds(this.#graph, feeds);
    const store = options.store instanceof OrtStore ? options.store : undefined;
    if (options.store && store?.thread !== this.#thread) {
      throw new RuntimeError(`graph ${this.#graph.name}: the store belongs to another runtime`);
    }
    checkState(this.#graph, store?.types());
    const outputs = await this.#thread.request(
      { type: "run", program: this.#id, store: this.#needsStore ? store!.id : null, feeds },
      options.transfer ? transferable(feeds) : [],
    );
    return outputs!;
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#thread.request({ type: "release", program: this.#id });
  }
}

function transferable(tensors: Tensors): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { data } of Object.values(tensors))
    if (data.buffer instanceof ArrayBuffer) buffers.add(data.buffer);
  return [...buffers];
}

class OrtStore implements Store {
  readonly id: number;
  readonly thread: OrtThread;
  readonly #types: ReadonlyMap<string, TensorType>;
  #disposed = false;

  constructor(id: number, thread: OrtThread, values: ReadonlyMap<string, TensorData>) {
    this.id = id;
    this.thread = thread;
    this.#types = new Map([...values].map(([name, { dtype, shape }]) => [name, { dtype, shape }]));
  }

  /** @throws RuntimeError once disposed. */
  types(): ReadonlyMap<string, TensorType> {
    if (this.#disposed) throw new RuntimeError("this store was disposed");
    return this.#types;
  }

  async read(names?: readonly string[]): Promise<Map<string, TensorData>> {
    const wanted = checkRead(this.types(), names);
    const tensors = await this.thread.request({ type: "readStore", store: this.id, names: wanted });
    return new Map(Object.entries(tensors!));
  }

  async write(values: ReadonlyMap<string, TensorData>): Promise<void> {
    checkWrite(this.types(), values);
    await this.thread.request({ type: "writeStore", store: this.id, values: Object.fromEntries(values) });
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.thread.request({ type: "releaseStore", store: this.id });
  }
}
