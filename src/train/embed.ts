import { AbortedError, RuntimeError, type Shape, type TensorData } from "../base/index.ts";
import { bindState } from "../graph/index.ts";
import { gatherImages, type ImageDataset, pixelsPerImage, scalePixels } from "../modality/image/index.ts";
import { type Encoder, exampleShape } from "../nn/index.ts";
import type { Program, Runtime, Store } from "../runtime/index.ts";
import { exportEncoder } from "./exportEncoder.ts";
import { embeddingGraph } from "./graphs.ts";

/** Images embedded at a time at most: enough to fill the cores, small enough to stay in the cache. */
const mostAtATime = 256;

/** Numbers that a batch of several images has at most: 16 images of 3 x 224 x 224, since what a layer makes of them is larger still. */
const mostNumbers = 2 ** 22;

export interface EmbedOptions {
  /** The images to embed, in this order. Default: all. */
  readonly rows?: Uint32Array;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Images at a time for a trunk, which is large as a rule. */
const mostForTrunk = 16;

/** What embeds a batch of examples. */
interface BatchProgram {
  readonly program: Program;
  /** Name of what it is fed. */
  readonly feed: string;
  readonly batchSize: number;
  readonly example: Shape;
}

/**
 * Embeds data sets, with the parameters that a store holds at the time or with fixed ones. A program is compiled for each
 * batch size when it is first needed.
 */
export class Embedder {
  readonly #encoder: Encoder;
  readonly #runtime: Runtime;
  /** The parameters, where they are fixed. */
  readonly #state: ReadonlyMap<string, TensorData> | null;
  readonly #programs = new Map<string, Promise<BatchProgram>>();

  private constructor(runtime: Runtime, encoder: Encoder, state: ReadonlyMap<string, TensorData> | null) {
    this.#runtime = runtime;
    this.#encoder = encoder;
    this.#state = state;
  }

  /** An embedder for parameters that change between uses, which it takes from a store each time. */
  static async create(runtime: Runtime, encoder: Encoder): Promise<Embedder> {
    return new Embedder(runtime, encoder, null);
  }

  /**
   * An embedder for these parameters alone, about one and a half times as fast; it needs no store. Only such a one can
   * embed pictures through an encoder's trunk.
   */
  static async fixed(
    runtime: Runtime,
    encoder: Encoder,
    state: ReadonlyMap<string, TensorData>,
  ): Promise<Embedder> {
    return new Embedder(runtime, encoder, state);
  }

  /**
   * `[count, dim]`, a row for each image; `store` holds the parameters, null where they are fixed.
   *
   * @throws RuntimeError when the runtime fails, or for pictures without features where the trunk is not there to make them.
   * @throws AbortedError when stopped by `signal`.
   */
  async embed(dataset: ImageDataset, store: Store | null, options: EmbedOptions = {}): Promise<Float32Array> {
    const { dim } = this.#encoder;
    const count = options.rows?.length ?? dataset.count;
    const embeddings = new Float32Array(count * dim);
    if (count === 0) return embeddings;
    const { program, feed, batchSize, example } = await this.#programFor(dataset, count);
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
      if (options.signal?.aborted) throw new AbortedError("embedding was stopped");
      const data = batchFrom(dataset, options.rows, start, batchSize);
      const result = program
        .run(
          { [feed]: { dtype: "float32", shape: [batchSize, ...example], data } },
          { ...(store ? { store } : {}), transfer: true },
        )
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

  /** The program for so many pictures of a data set, compiled at its first use. */
  #programFor({ features, name }: ImageDataset, count: number): Promise<BatchProgram> {
    const { inputShape, trunk } = this.#encoder;
    const whole = trunk !== undefined && features === undefined;
    const example = whole ? inputShape : exampleShape(this.#encoder);
    const batchSize = whole
      ? (trunk.batch ?? batchSizeFor(count, example, mostForTrunk))
      : batchSizeFor(count, example, mostAtATime);
    const key = `${whole ? "whole" : "own"} ${batchSize}`;
    const known = this.#programs.get(key);
    if (known) return known;
    const compiled = (whole ? this.#compileWhole(name, batchSize) : this.#compileOwn(batchSize)).then(
      (program) => ({ program, feed: trunk && !whole ? "features" : "images", batchSize, example }),
    );
    this.#programs.set(key, compiled);
    // What was not compiled need not be freed.
    compiled.catch(() => this.#programs.delete(key));
    return compiled;
  }

  async #compileOwn(batchSize: number): Promise<Program> {
    const graph = embeddingGraph(this.#encoder, batchSize);
    return this.#runtime.compile(this.#state ? bindState(graph, this.#state) : graph);
  }

  /** Trunk and head as one model. */
  async #compileWhole(dataset: string, batchSize: number): Promise<Program> {
    const runtime = this.#runtime;
    if (!this.#state)
      throw new RuntimeError(`${dataset} has no features of the encoder's trunk, expected some`);
    if (!runtime.compileModel) {
      throw new RuntimeError(
        `${runtime.device.name} cannot run an encoder with a trunk, expected ONNX Runtime in Node`,
      );
    }
    return runtime.compileModel({
      name: "the encoder with its trunk",
      bytes: exportEncoder(this.#encoder, this.#state),
      inputs: { images: { dtype: "float32", shape: [batchSize, ...this.#encoder.inputShape] } },
      outputs: ["embedding"],
    });
  }
}

/**
 * Images in a batch of a data set of so many: a power of two that holds all of them, so that a single query does not cost
 * what a full batch does and few sizes are compiled, or else the most that is allowed.
 */
function batchSizeFor(count: number, example: Shape, most: number): number {
  const numbers = example.reduce((product, extent) => product * extent, 1);
  const fitting = 2 ** Math.floor(Math.log2(Math.max(1, mostNumbers / numbers)));
  return Math.min(most, fitting, 2 ** Math.ceil(Math.log2(count)));
}

/**
 * The batch from the `start`th of the images at `rows` on, or of all of them. The last one is filled up with its last image:
 * images do not see each other here.
 */
function batchFrom(
  dataset: ImageDataset,
  rows: Uint32Array | undefined,
  start: number,
  batchSize: number,
): Float32Array<ArrayBuffer> {
  const count = rows?.length ?? dataset.count;
  if (rows || start + batchSize > count || dataset.features) {
    const places = Uint32Array.from({ length: batchSize }, (_, i) => Math.min(start + i, count - 1));
    return gatherImages(dataset, rows ? places.map((place) => rows[place]!) : places);
  }
  // Images side by side in one go take a third of the time, on a thread that takes turns with the engine's.
  const each = pixelsPerImage(dataset);
  return scalePixels(dataset.pixels.subarray(start * each, (start + batchSize) * each));
}
