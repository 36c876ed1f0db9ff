import { AbortedError, InputError, type TensorData } from "../base/index.ts";
import { unitRows } from "../base/unitRows.ts";
import type { Preprocessing } from "../modality/image/index.ts";
import { embeddingOutput, feedOf, type ModelPorts } from "./modelPorts.ts";
import type { Picture } from "./picture.ts";

/** What a platform opens a model as. */
export interface OpenedModel {
  readonly ports: ModelPorts;
  /** A picture as the encoder takes it: bytes `[channels, size, size]`. */
  read(picture: Picture, name: string): Promise<Uint8Array>;
  run(feeds: Readonly<Record<string, TensorData>>): Promise<Readonly<Record<string, TensorData>>>;
  dispose(): Promise<void>;
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
  /** Stops after the pictures that are being embedded. */
  readonly signal?: AbortSignal;
}

/** Pictures read and embedded together: enough to keep the engine busy, few enough to fit in memory. */
const picturesAtATime = 64;

/** A trained encoder, ready to use. Platforms add how one is loaded. */
export class LoadedEncoder {
  readonly #model: OpenedModel;
  #disposed = false;

  constructor(model: OpenedModel) {
    this.#model = model;
  }

  /** Length of a vector. */
  get dim(): number {
    return this.#model.ports.description.dim;
  }

  /** What is done to a picture before the encoder sees it. */
  get preprocessing(): Preprocessing {
    return this.#model.ports.description.preprocessing;
  }

  /** Names of the classes it was trained on, by label; null where they have none. */
  get classes(): readonly string[] | null {
    return this.#model.ports.description.classes;
  }

  /**
   * SHA-256 of architecture, preprocessing and weights: vectors of two encoders can be compared only where it is equal. Null
   * for a model that does not say.
   */
  get fingerprint(): string | null {
    return this.#model.ports.description.fingerprint;
  }

  /**
   * A vector of `dim` numbers for each picture, in their order.
   *
   * Pictures are read and embedded a batch at a time, the next being read while one is embedded, so that a list may be long.
   *
   * @throws InputError naming the first picture that cannot be read; or when vectors of any length are wanted from a model
   *   that gives them with length 1.
   * @throws AbortedError when the signal was aborted.
   */
  async embed(
    pictures: readonly Picture[],
    { normalize = true, onProgress, signal }: EmbedPicturesOptions = {},
  ): Promise<Float32Array<ArrayBuffer>[]> {
    this.#requireOpen();
    const { ports } = this.#model;
    if (!normalize && ports.description.normalized) {
      throw new InputError(
        "this model gives vectors of length 1 only: leave out normalize: false, or export it with --no-normalize",
      );
    }
    const atATime = ports.batch ?? picturesAtATime;
    const vectors: Float32Array<ArrayBuffer>[] = [];
    if (pictures.length === 0) return vectors;
    let reading = this.#read(pictures, 0, atATime, signal);
    for (let start = 0; start < pictures.length; start += atATime) {
      const ready = await reading;
      const embedding = this.#run(ready);
      reading = this.#read(pictures, start + atATime, atATime, signal);
      // Its failure is met when it is waited for; until then it is nobody's.
      reading.catch(() => null);
      for (const vector of await embedding)
        vectors.push(normalize ? unitRows(vector, vector.length) : vector);
      onProgress?.(vectors.length, pictures.length);
    }
    return vectors;
  }

  /**
   * How alike two vectors are, from -1 to 1: the cosine of the angle between them, whatever their lengths; 0 beside a vector
   * of zeros.
   *
   * @throws InputError when one is not `dim` numbers.
   */
  similarity(a: ArrayLike<number>, b: ArrayLike<number>): number {
    for (const { length } of [a, b]) {
      if (length !== this.dim) {
        throw new InputError(
          `a vector of ${length} numbers, expected ${this.dim}, as this encoder gives them`,
        );
      }
    }
    let [product, squaresA, squaresB] = [0, 0, 0];
    for (let i = 0; i < this.dim; i++) {
      product += a[i]! * b[i]!;
      squaresA += a[i]! ** 2;
      squaresB += b[i]! ** 2;
    }
    return product === 0 ? 0 : product / Math.sqrt(squaresA * squaresB);
  }

  /** Frees what the engine holds. Vectors stay. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#model.dispose();
  }

  #requireOpen(): void {
    if (this.#disposed) throw new InputError("this encoder was disposed: load it again");
  }

  async #read(
    pictures: readonly Picture[],
    start: number,
    atATime: number,
    signal: AbortSignal | undefined,
  ): Promise<Uint8Array[]> {
    this.#requireOpen();
    if (signal?.aborted) throw new AbortedError("embedding was stopped");
    return Promise.all(
      pictures.slice(start, start + atATime).map((picture, i) => {
        const place = typeof picture === "string" || picture instanceof URL ? String(picture) : null;
        return this.#model.read(picture, place ?? `picture ${start + i}`);
      }),
    );
  }

  async #run(pictures: readonly Uint8Array[]): Promise<Float32Array<ArrayBuffer>[]> {
    const values = await this.#model.run(feedOf(this.#model.ports, pictures));
    const rows = values[embeddingOutput]!.data as Float32Array;
    return pictures.map((_, row) => rows.slice(row * this.dim, (row + 1) * this.dim));
  }
}
