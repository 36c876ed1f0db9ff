import * as ort from "onnxruntime-node";
import { allocate, type DType, type TensorData } from "../../../base/index.ts";
import { serveThread, threadData } from "../threads/serveThread.ts";
import type { OrtOptions, OrtRequest, Tensors } from "./ortThread.ts";

/**
 * The thread that owns ONNX Runtime. `InferenceSession.run` of onnxruntime-node computes on the calling thread
 * although it returns a promise, so it must not be called on the main one.
 */

interface CompiledProgram {
  readonly session: ort.InferenceSession;
  readonly outputs: readonly string[];
  readonly state: Readonly<Record<string, string | null>>;
}

/** A state tensor and, once it has been updated, the buffer that its next value is written into. */
interface Slot {
  current: ort.Tensor;
  spare: ort.Tensor | null;
}

const options = threadData<OrtOptions>();
const programs = new Map<number, CompiledProgram>();
const stores = new Map<number, Map<string, Slot>>();

function toOrt(value: TensorData): ort.Tensor {
  return new ort.Tensor(value.dtype, value.data, value.shape as number[]);
}

function fromOrt(tensor: ort.Tensor): TensorData {
  return {
    dtype: tensor.type as DType,
    shape: [...tensor.dims],
    data: tensor.data as TensorData["data"],
  };
}

function copyOf(value: TensorData): TensorData {
  return { ...value, data: value.data.slice() };
}

async function compile(request: Extract<OrtRequest, { type: "compile" }>): Promise<void> {
  const { device, threads, profilePrefix } = options;
  const session = await ort.InferenceSession.create(request.model, {
    executionProviders: device === "cpu" ? ["cpu"] : [device, "cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    // The pattern is traced in the first run and costs the second fresh memory: worth it for a training step, while
    // embedding a sample a few times takes 50 ms less without, and no longer in the long run.
    enableMemPattern: Object.values(request.state).some((next) => next !== null),
    graphOptimizationLevel: "all",
    logSeverityLevel: 3,
    ...(profilePrefix === undefined
      ? {}
      : { enableProfiling: true, profileFilePrefix: `${profilePrefix}${request.program}` }),
  });
  programs.set(request.program, { session, outputs: request.outputs, state: request.state });
}

async function run(request: Extract<OrtRequest, { type: "run" }>): Promise<Tensors> {
  const program = programs.get(request.program)!;
  const feeds: Record<string, ort.Tensor> = {};
  for (const [name, value] of Object.entries(request.feeds)) feeds[name] = toOrt(value);
  const fetches: Record<string, ort.Tensor | null> = {};
  for (const name of program.outputs) fetches[name] = null;
  const store = request.store === null ? undefined : stores.get(request.store);
  const updated: Slot[] = [];
  for (const [name, next] of Object.entries(program.state)) {
    const slot = store?.get(name);
    if (!slot) throw new Error(`state "${name}" is not in the store`);
    feeds[name] = slot.current;
    if (next === null) continue;
    slot.spare ??= new ort.Tensor(
      slot.current.type as "float32",
      allocate(slot.current.type as "float32", slot.current.size),
      slot.current.dims,
    );
    fetches[next] = slot.spare;
    updated.push(slot);
  }
  const results = await program.session.run(feeds, fetches);
  for (const slot of updated) [slot.current, slot.spare] = [slot.spare!, slot.current];
  return Object.fromEntries(program.outputs.map((name) => [name, fromOrt(results[name]!)]));
}

function readStore(request: Extract<OrtRequest, { type: "readStore" }>): Tensors {
  const store = stores.get(request.store)!;
  const names = request.names ?? [...store.keys()];
  return Object.fromEntries(
    names.map((name) => {
      const slot = store.get(name);
      if (!slot) throw new Error(`state "${name}" is not in the store`);
      return [name, copyOf(fromOrt(slot.current))];
    }),
  );
}

function writeStore(request: Extract<OrtRequest, { type: "writeStore" }>): void {
  const store = stores.get(request.store)!;
  for (const [name, value] of Object.entries(request.values)) {
    const slot = store.get(name);
    if (slot) slot.current = toOrt(value);
  }
}

async function handle(request: OrtRequest): Promise<Tensors | undefined> {
  switch (request.type) {
    case "compile":
      await compile(request);
      return undefined;
    case "run":
      return run(request);
    case "release":
      await programs.get(request.program)?.session.release();
      programs.delete(request.program);
      return undefined;
    case "createStore": {
      const slots = Object.entries(request.values).map(
        ([name, value]) => [name, { current: toOrt(value), spare: null }] as const,
      );
      stores.set(request.store, new Map(slots));
      return undefined;
    }
    case "readStore":
      return readStore(request);
    case "writeStore":
      writeStore(request);
      return undefined;
    case "releaseStore":
      stores.delete(request.store);
      return undefined;
  }
}

/** The buffers that tensors have for themselves. */
function ownBuffers(tensors: Tensors = {}): readonly ArrayBuffer[] {
  const buffers = Object.values(tensors).flatMap(({ data: { buffer, byteLength } }) =>
    buffer instanceof ArrayBuffer && byteLength === buffer.byteLength ? [buffer] : [],
  );
  return [...new Set(buffers)];
}

serveThread(handle, { transfer: ownBuffers });
