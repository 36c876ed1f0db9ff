import { AbortedError, RuntimeError, type Shape, type TensorData } from "../base/index.ts";
import { gatherImages, type ImageDataset, pixelsPerImage, scalePixels } from "../data/index.ts";
import { bindState } from "../graph/index.ts";
import { type Encoder, exampleShape } from "../nn/index.ts";
import type { Program, Runtime, Store } from "../runtime/index.ts";
import { exportEncoder } from "./exportEncoder.ts";
import { embeddingGraph } from "./graphs.ts";

/** Images embedded at a time: enough to fill the cores, small enough to stay in the cache. */
const batchSize = 256;

export interface EmbedOptions {
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** Pictures at a time for a trunk, which is large as a rule. */
const trunkBatchSize = 16;

/** What embeds a batch of examples. */
interface BatchProgram {
  readonly program: Program;
  /** Name of what it is fed. */
  readonly feed: string;
  readonly batchSize: number;
  readonly example: Shape;
}

/** Embeds data sets, with the parameters that a store holds at the time or with fixed ones. */
export class Embedder {
  readonly #dim: number;
  readonly #program: BatchProgram;
  /** From pictures, where the encoder has a trunk and the other program begins with its features. */
  readonly #whole: (() => Promise<BatchProgram>) | null;
  #opened: Promise<BatchProgram> | null = null;

  private constructor(
    encoder: Encoder,
    program: Program,
    whole: (() => Promise<BatchProgram>) | null = null,
  ) {
    const feed = encoder.trunk ? "features" : "images";
    this.#dim = encoder.dim;
    this.#program = { program, feed, batchSize, example: exampleShape(encoder) };
    this.#whole = whole;
  }

  /** An embedder for parameters that change between uses, which it takes from a store each time. */
  static async create(runtime: Runtime, encoder: Encoder): Promise<Embedder> {
    return new Embedder(encoder, await runtime.compile(embeddingGraph(encoder, batchSize)));
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
    const graph = bindState(embeddingGraph(encoder, batchSize), state);
    const program = await runtime.compile(graph);
    return new Embedder(encoder, program, encoder.trunk ? () => wholeProgram(runtime, encoder, state) : null);
  }

  /** `[count, dim]`, row by row; `store` holds the parameters, null where they are fixed. */
  async embed(dataset: ImageDataset, store: Store | null, options: EmbedOptions = {}): Promise<Float32Array> {
    const dim = this.#dim;
    const { program, feed, batchSize, example } = await this.#programFor(dataset);
    const embeddings = new Float32Array(dataset.count * dim);
    let pending: { start: number; result: Promise<Float32Array> } | undefined;
    const settle = async (): Promise<void> => {
      if (!pending) return;
      const { start, result } = pending;
      const values = await result;
      const rows = Math.min(batchSize, dataset.count - start);
      embeddings.set(values.subarray(0, rows * dim), start * dim);
      options.onProgress?.(start + rows, dataset.count);
    };
    for (let start = 0; start < dataset.count; start += batchSize) {
      if (options.signal?.aborted) throw new AbortedError("embedding was stopped");
      const data = batchFrom(dataset, start, batchSize);
      const result = program
        .run(
          { [feed]: { dtype: "float32", shape: [batchSize, ...example], data } },
          { ...(store ? { store } : {}), transfer: true },
        )
        .then(({ embedding }) => embedding!.data as Float32Array);
      await settle();
      pending = { start, result };
    }
    await settle();
    return embeddings;
  }

  async dispose(): Promise<void> {
    await this.#program.program.dispose();
    await (await this.#opened)?.program.dispose();
  }

  /** @throws RuntimeError for pictures without features where the trunk is not there to make them. */
  async #programFor(dataset: ImageDataset): Promise<BatchProgram> {
    if (this.#program.feed === "images" || dataset.features) return this.#program;
    if (!this.#whole) {
      throw new RuntimeError(`${dataset.name} has no features of the encoder's trunk, expected some`);
    }
    this.#opened ??= this.#whole();
    return this.#opened;
  }
}

/** Trunk and head as one model. */
async function wholeProgram(
  runtime: Runtime,
  encoder: Encoder,
  state: ReadonlyMap<string, TensorData>,
): Promise<BatchProgram> {
  const { inputShape: example, trunk } = encoder;
  if (!runtime.compileModel) {
    throw new RuntimeError(
      `${runtime.device.name} cannot run an encoder with a trunk, expected ONNX Runtime in Node`,
    );
  }
  const batchSize = trunk?.batch ?? trunkBatchSize;
  const program = await runtime.compileModel({
    name: "the encoder with its trunk",
    bytes: exportEncoder(encoder, state),
    inputs: { images: { dtype: "float32", shape: [batchSize, ...example] } },
    outputs: ["embedding"],
  });
  return { program, feed: "images", batchSize, example };
}

/** The batch of images from `start` on, the last one filled up with its last image: rows do not see each other here. */
function batchFrom(dataset: ImageDataset, start: number, batchSize: number): Float32Array<ArrayBuffer> {
  const last = dataset.count - 1;
  if (start + batchSize > dataset.count || dataset.features) {
    return gatherImages(
      dataset,
      Uint32Array.from({ length: batchSize }, (_, i) => Math.min(start + i, last)),
    );
  }
  // Images side by side in one go take a third of the time, on a thread that takes turns with the engine's.
  const each = pixelsPerImage(dataset);
  return scalePixels(dataset.pixels.subarray(start * each, (start + batchSize) * each));
}
