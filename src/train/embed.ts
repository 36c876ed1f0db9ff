import { AbortedError, RuntimeError, sizeOf, type TensorData } from "../base/index.ts";
import { type Column, givesPorts, type Port, requirePorts } from "../data/column.ts";
import { bindState } from "../graph/index.ts";
import { embeddingGraph, embeddingInput, type Tower, towerOf, type WholeTower } from "../modality/tower.ts";
import type { Encoder } from "../nn/index.ts";
import type { Program, Runtime, Store } from "../runtime/index.ts";

/** Rows embedded at a time at most: enough to fill the cores, small enough to stay in the cache. */
const mostAtATime = 256;

/** Numbers that a batch of several rows has at most: 16 pictures of 3 x 224 x 224, since what a layer makes of them is larger still. */
const mostNumbers = 2 ** 22;

export interface EmbedOptions {
  /** The rows to embed, in this order. Default: all. */
  readonly rows?: Uint32Array;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Rows at a time for a whole tower that does not say how many. */
const mostForWhole = 16;

/** What embeds a batch of rows. */
interface BatchProgram {
  readonly program: Program;
  readonly ports: readonly Port[];
  readonly batchSize: number;
  /** Under which name it is fed a port. */
  readonly inputOf: (port: string) => string;
}

/**
 * Embeds columns by a tower, with the parameters that a store holds at the time or with fixed ones. A program is compiled for each
 * batch size when it is first needed.
 */
export class Embedder {
  readonly tower: Tower;
  readonly #runtime: Runtime;
  /** The parameters, where they are fixed. */
  readonly #state: ReadonlyMap<string, TensorData> | null;
  readonly #programs = new Map<string, Promise<BatchProgram>>();

  private constructor(runtime: Runtime, tower: Tower, state: ReadonlyMap<string, TensorData> | null) {
    this.#runtime = runtime;
    this.tower = tower;
    this.#state = state;
  }

  /** An embedder for parameters that change between uses, which it takes from a store each time. */
  static async create(runtime: Runtime, of: Tower | Encoder): Promise<Embedder> {
    return new Embedder(runtime, towerOf(of), null);
  }

  /**
   * An embedder for these parameters alone, about one and a half times as fast; it needs no store. Only such a one can
   * embed through the frozen model before a tower.
   */
  static async fixed(
    runtime: Runtime,
    of: Tower | Encoder,
    state: ReadonlyMap<string, TensorData>,
  ): Promise<Embedder> {
    return new Embedder(runtime, towerOf(of), state);
  }

  /**
   * `[count, dim]`, for each of the rows; `store` holds the parameters, null where they are fixed.
   *
   * @throws InputError when the column does not give what the tower takes.
   * @throws RuntimeError when the runtime fails, or cannot run the frozen model before the tower.
   * @throws AbortedError when stopped by `signal`.
   */
  async embed(column: Column, store: Store | null, options: EmbedOptions = {}): Promise<Float32Array> {
    const { dim } = this.tower;
    const { rows, signal } = options;
    const count = rows?.length ?? column.count;
    const embeddings = new Float32Array(count * dim);
    if (count === 0) return embeddings;
    const { program, ports, batchSize, inputOf } = await this.#programFor(column, count);
    let pending: { start: number; result: Promise<Float32Array> } | undefined;
    const settle = async (): Promise<void> => {
      if (!pending) return;
      const { start, result } = pending;
      const values = await result;
      const done = Math.min(start + batchSize, count);
      embeddings.set(values.subarray(0, (done - start) * dim), start * dim);
      options.onProgress?.(done, count);
    };
    for (let start = 0; start < count; start += batchSize) {
      if (signal?.aborted) throw new AbortedError("embedding was stopped");
      // The last batch is filled up with its last row: rows do not see each other here.
      const places = Uint32Array.from({ length: batchSize }, (_, i) => Math.min(start + i, count - 1));
      const given = await column.gather(rows ? places.map((place) => rows[place]!) : places, signal);
      const feeds = Object.fromEntries(ports.map(({ name }) => [inputOf(name), given[name]!]));
      const result = program
        .run(feeds, { ...(store ? { store } : {}), transfer: true })
        .then(({ embedding }) => embedding!.data as Float32Array);
      // Its failure is met where it is awaited; after a stop or another failure nobody awaits it any more.
      result.catch(() => undefined);
      await settle();
      pending = { start, result };
    }
    await settle();
    return embeddings;
  }

  async dispose(): Promise<void> {
    const programs = [...this.#programs.values()];
    this.#programs.clear();
    for (const compiled of programs) await (await compiled).program.dispose();
  }

  /** The program for so many rows of a column, compiled at its first use. */
  #programFor(column: Column, count: number): Promise<BatchProgram> {
    const { ports: own, whole: before } = this.tower;
    const wanted = before && !givesPorts(column, own) && givesPorts(column, before.ports);
    const whole = before && (own.length === 0 || wanted) ? before : null;
    const ports = whole?.ports ?? own;
    requirePorts(column, ports);
    const batchSize = whole
      ? (whole.batch ?? batchSizeFor(count, ports, whole.most ?? mostForWhole))
      : batchSizeFor(count, ports, mostAtATime);
    const key = `${whole ? "whole" : "own"} ${batchSize}`;
    const known = this.#programs.get(key);
    if (known) return known;
    const compiled = (
      whole ? this.#compileWhole(whole, column, batchSize) : this.#compileOwn(batchSize)
    ).then((program) => ({
      ...{ program, ports, batchSize },
      inputOf: whole ? (port: string) => port : embeddingInput,
    }));
    this.#programs.set(key, compiled);
    // What was not compiled need not be freed.
    compiled.catch(() => this.#programs.delete(key));
    return compiled;
  }

  async #compileOwn(batchSize: number): Promise<Program> {
    const graph = embeddingGraph(this.tower, batchSize);
    return this.#runtime.compile(this.#state ? bindState(graph, this.#state) : graph);
  }

  /** Tower and frozen model as one. */
  async #compileWhole(whole: WholeTower, { name }: Column, batchSize: number): Promise<Program> {
    const runtime = this.#runtime;
    if (!this.#state) throw new RuntimeError(`${name} has no features of the encoder's trunk, expected some`);
    if (!runtime.compileModel) {
      throw new RuntimeError(
        `${runtime.device.name} cannot run an encoder with a trunk, expected ONNX Runtime in Node`,
      );
    }
    return runtime.compileModel({
      name: "the encoder with its trunk",
      bytes: whole.model(this.#state),
      inputs: Object.fromEntries(
        whole.ports.map((port) => [port.name, { dtype: port.dtype, shape: [batchSize, ...port.shape] }]),
      ),
      outputs: ["embedding"],
    });
  }
}

/**
 * Rows in a batch of a column of so many: a power of two that holds all of them, so that a single query does not cost
 * what a full batch does and few sizes are compiled, or else the most that is allowed.
 */
function batchSizeFor(count: number, ports: readonly Port[], most: number): number {
  const numbers = ports.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const fitting = 2 ** Math.floor(Math.log2(Math.max(1, mostNumbers / numbers)));
  return Math.min(most, fitting, 2 ** Math.ceil(Math.log2(count)));
}
