import { AbortedError, allocate, InputError, type TensorData } from "../base/index.ts";
import { unitRows } from "../base/unitRows.ts";
import type { Ports } from "../data/column.ts";
import type { ReadValue } from "../modality/modality.ts";
import { embeddingOutput } from "./modelPorts.ts";

/** What a platform runs an ONNX model by. */
export interface ModelRunner {
  /** The inputs, whose buffers may be given away, to the output `embedding`. */
  run(feeds: Ports): Promise<Ports>;
  dispose(): Promise<void>;
}

/** A tower's model, ready to run. */
export interface OpenedTower {
  /** Length of an embedding. */
  readonly dim: number;
  /** Names of its inputs. */
  readonly inputs: readonly string[];
  /** Rows at a time where it takes just so many; null where that is open. */
  readonly batch: number | null;
  /** Whether embeddings leave it with length 1. */
  readonly normalized: boolean;
  readonly read: ReadValue;
  readonly runner: ModelRunner;
}

export interface EncoderOptions {
  /**
   * In Node, of a run: the checkpoint of this epoch, counted from 0. Default: the best epoch where patience keeps one, else
   * the last.
   */
  readonly checkpoint?: number;
  /** What to compute on. Default `auto`: in Node CUDA where it works, else the CPU; in a browser WebAssembly. */
  readonly device?: "auto" | "cpu" | "webgpu" | "cuda" | "coreml" | "dml" | "wasm";
  /** Threads of one operator. Default: in Node one for each processor, in a browser 1. */
  readonly threads?: number;
  /**
   * Where a browser finds ONNX Runtime's files. Default: where the bundler put them. In Node they are in the package, and
   * this is not looked at.
   */
  readonly wasmPaths?: Readonly<
    Partial<Record<"wasm" | "webgpu", { readonly wasm: string; readonly mjs?: string }>>
  >;
}

export interface EmbedPicturesOptions {
  /** Whether vectors have length 1, so that a dot product is the cosine similarity. Default true. */
  readonly normalize?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops after the values that are being embedded. */
  readonly signal?: AbortSignal;
}

/** Values read and embedded together: enough to keep the engine busy, few enough to fit in memory. */
const rowsAtATime = 64;

/** Embeds values of one modality, a batch at a time, the next being read while one is embedded, so that a list may be long. */
export class LoadedTower {
  readonly #opened: OpenedTower;
  /** What messages call it. */
  readonly #what: string;
  #disposed = false;

  constructor(opened: OpenedTower, what: string) {
    this.#opened = opened;
    this.#what = what;
  }

  /**
   * A vector of `dim` numbers for each value, in their order.
   *
   * @param nameOf what messages call the value at a place
   * @throws InputError naming the first value that cannot be read; or when vectors of any length are wanted from a model
   *   that gives them with length 1.
   * @throws AbortedError when the signal was aborted.
   */
  async embed(
    values: readonly unknown[],
    nameOf: (place: number) => string,
    { normalize = true, onProgress, signal }: EmbedPicturesOptions,
  ): Promise<Float32Array<ArrayBuffer>[]> {
    this.requireOpen();
    const { batch, normalized } = this.#opened;
    if (!normalize && normalized) {
      throw new InputError(
        "this model gives vectors of length 1 only: leave out normalize: false, or export it with --no-normalize",
      );
    }
    const atATime = batch ?? rowsAtATime;
    const vectors: Float32Array<ArrayBuffer>[] = [];
    if (values.length === 0) return vectors;
    const read = async (start: number): Promise<Ports[]> => {
      this.requireOpen();
      if (signal?.aborted) throw new AbortedError("embedding was stopped");
      const some = values.slice(start, start + atATime);
      return Promise.all(some.map((value, i) => this.#opened.read(value, nameOf(start + i))));
    };
    let reading = read(0);
    for (let start = 0; start < values.length; start += atATime) {
      const ready = await reading;
      const embedding = this.#run(ready);
      reading = read(start + atATime);
      // Its failure is met when it is waited for; until then it is nobody's.
      reading.catch(() => null);
      for (const vector of await embedding)
        vectors.push(normalize ? unitRows(vector, vector.length) : vector);
      onProgress?.(vectors.length, values.length);
    }
    return vectors;
  }

  requireOpen(): void {
    if (this.#disposed) throw new InputError(`this ${this.#what} was disposed: load it again`);
  }

  /** Frees what the engine holds. Vectors stay. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#opened.runner.dispose();
  }

  async #run(rows: readonly Ports[]): Promise<Float32Array<ArrayBuffer>[]> {
    const { dim, inputs, batch, runner } = this.#opened;
    const count = batch ?? rows.length;
    const feeds = inputs.map((name) => [name, sideBySide(name, rows, count)] as const);
    const values = await runner.run(Object.fromEntries(feeds));
    const embeddings = values[embeddingOutput]!.data as Float32Array;
    return rows.map((_, row) => embeddings.slice(row * dim, (row + 1) * dim));
  }
}

/** One port of several rows as one array, filled up with zeros to `count` rows: rows do not see each other. */
function sideBySide(name: string, rows: readonly Ports[], count: number): TensorData {
  const [first] = rows;
  const one = first?.[name];
  if (!one) {
    throw new InputError(
      `the model takes ${name}, and its preprocessing gives ${Object.keys(first ?? {}).join(", ") || "nothing"}: put the files of one model together`,
    );
  }
  const { dtype, shape } = one;
  // One that is embedded by itself may have any number of rows.
  if (count === 1) return { dtype, shape, data: one.data.slice() };
  const data = allocate(dtype, count * one.data.length);
  const bytes = bytesOf(data);
  for (const [i, row] of rows.entries()) bytes.set(bytesOf(row[name]!.data), i * one.data.byteLength);
  return { dtype, shape: [count, ...shape.slice(1)], data };
}

function bytesOf({ buffer, byteOffset, byteLength }: TensorData["data"]): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
