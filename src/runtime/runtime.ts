import type { TensorData } from "../base/index.ts";
import type { Graph, TensorType } from "../graph/index.ts";

/** Values of tensors by name. */
export type Values = Readonly<Record<string, TensorData>>;

/** The hardware a runtime computes on. */
export interface Device {
  /** `reference`, `cpu`, `wasm`, `webgpu`, `cuda`, `coreml` or `dml`. */
  readonly name: string;
  /** For people: provider, threads, version. */
  readonly description: string;
}

/**
 * Runs graphs. Every implementation passes the one conformance suite (`test/conformance`), so code above this
 * line never asks which one it has.
 */
export interface Runtime {
  readonly device: Device;
  /**
   * Prepares a graph to be run many times; do it once per graph and keep the program.
   *
   * @throws RuntimeError when the device refuses the graph.
   */
  compile(graph: Graph): Promise<Program>;
  /**
   * Prepares a model that an ONNX file holds, on runtimes that can run any.
   *
   * @throws RuntimeError when the device refuses the model.
   */
  compileModel?(model: ForeignModel): Promise<Program>;
  /** Puts state tensors (by the names of `state` inputs) where the device reaches them without copying. */
  createStore(values: ReadonlyMap<string, TensorData>): Promise<Store>;
  /** Frees everything; programs and stores of this runtime cannot be used afterwards. */
  dispose(): Promise<void>;
}

/** A model of whatever origin, as its ONNX file has it. */
export interface ForeignModel {
  /** For messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What it will be fed. */
  readonly inputs: Readonly<Record<string, TensorType>>;
  /** Names of the outputs that are wanted. */
  readonly outputs: readonly string[];
}

export interface RunOptions {
  /** Holds the graph's state inputs and takes its updates; needed when the graph has any. */
  readonly store?: Store;
  /**
   * Give the buffers of the feeds away: they may be detached, and must not be read afterwards. Saves a copy
   * where the device is on another thread. Default false.
   */
  readonly transfer?: boolean;
}

/** A compiled graph. */
export interface Program {
  /**
   * Computes the outputs from feeds (`feed` and `random` inputs by name) and, if the graph has updates, replaces
   * them in the store when everything has succeeded. Runs of one runtime are carried out in the order of calls.
   *
   * @throws RuntimeError when a feed is missing, unknown or of another type than the graph's input.
   */
  run(feeds: Values, options?: RunOptions): Promise<Values>;
  dispose(): Promise<void>;
}

/** State that stays with the device between runs. */
export interface Store {
  /** Copies of the tensors named, or of all. */
  read(names?: readonly string[]): Promise<Map<string, TensorData>>;
  /** Replaces the tensors named; types must stay as they were. */
  write(values: ReadonlyMap<string, TensorData>): Promise<void>;
  dispose(): Promise<void>;
}
