import { AbortedError, InputError } from "../base/index.ts";
import { inverseNorm } from "../base/unitRows.ts";
import type { Ports } from "../data/column.ts";
import type { PretrainedManifest, PretrainedModality } from "./manifest.ts";
import { pooled } from "./pooled.ts";
import type { TextRole } from "./textTokens.ts";

export interface EmbedOptions {
  /** What texts are, where their role has a prefix. Default `document`. */
  readonly as?: TextRole;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
  /** Told how many texts were longer than the tower takes, and were cut; not called where none was. */
  readonly onCut?: (texts: number) => void;
}

/** An ONNX model that is open. */
export interface OpenModel {
  /** Takes its inputs' buffers. */
  run(feeds: Ports): Promise<Ports>;
  dispose(): Promise<void>;
}

/** Values of one batch as the model takes them. */
export interface PreparedBatch {
  readonly ports: Ports;
  /** Rows of each value, whose mean stands for it: windows of a recording. Default 1 each. */
  readonly rows?: readonly number[];
  /** Values that were cut. */
  readonly cut?: number;
}

/** How values of a modality become what a model takes. */
export interface Prepare<Value> {
  /** @param names what messages call the values, such as `picture 3` */
  batch(
    values: readonly Value[],
    names: readonly string[],
    as: TextRole,
  ): PreparedBatch | Promise<PreparedBatch>;
  /** Values of like length are padded least when they are together. */
  length?(value: Value): number;
}

/** A frozen tower that someone else trained: one modality to embeddings. */
export class PretrainedTower<Value = unknown> {
  readonly modality: PretrainedModality;
  /** Length of an embedding. */
  readonly dim: number;
  readonly manifest: PretrainedManifest;
  /** SHA-256 of model, tokenizer and all that the manifest says: embeddings are comparable where it is equal. */
  readonly fingerprint: string;
  /** What messages call it, such as the path of its model. */
  readonly name: string;
  readonly #model: OpenModel;
  readonly #prepare: Prepare<Value>;

  constructor(
    name: string,
    manifest: PretrainedManifest,
    fingerprint: string,
    model: OpenModel,
    prepare: Prepare<Value>,
  ) {
    this.name = name;
    this.modality = manifest.modality;
    this.dim = manifest.dim;
    this.manifest = manifest;
    this.fingerprint = fingerprint;
    this.#model = model;
    this.#prepare = prepare;
  }

  /**
   * Embeddings of values, in their order, each `[dim]`: of length 1 where the manifest says `normalized`.
   *
   * @throws InputError naming the value that cannot be embedded.
   * @throws AbortedError when stopped by `signal`.
   */
  async embed(values: readonly Value[], options: EmbedOptions = {}): Promise<Float32Array[]> {
    const { as = "document", signal, onProgress, onCut } = options;
    const { batch: size } = this.manifest;
    const order = values.map((_, at) => at);
    const lengths = values.map((value) => this.#prepare.length?.(value) ?? 0);
    order.sort((a, b) => lengths[a]! - lengths[b]! || a - b);
    const embeddings = new Array<Float32Array>(values.length);
    let cut = 0;
    for (let start = 0; start < order.length; start += size) {
      if (signal?.aborted) throw new AbortedError("embedding was stopped");
      const rows = order.slice(start, start + size);
      const names = rows.map((row) => `${this.modality} ${row} (counted from 0)`);
      const prepared = await this.#prepare.batch(
        rows.map((row) => values[row]!),
        names,
        as,
      );
      cut += prepared.cut ?? 0;
      const made = await this.#vectors(prepared.ports);
      let at = 0;
      for (const [i, row] of rows.entries()) {
        const count = prepared.rows?.[i] ?? 1;
        embeddings[row] = this.#one(made.slice(at, at + count), names[i]!);
        at += count;
      }
      onProgress?.(Math.min(start + size, order.length), order.length);
    }
    if (cut > 0) onCut?.(cut);
    return embeddings;
  }

  dispose(): Promise<void> {
    return this.#model.dispose();
  }

  /** By as many rows at a time as the model is given. */
  async #vectors(ports: Ports): Promise<Float32Array[]> {
    const { output, batch, dim } = this.manifest;
    const vectors: Float32Array[] = [];
    const rows = Math.max(...Object.values(ports).map(({ shape }) => shape[0] ?? 0));
    for (let start = 0; start < rows; start += batch) {
      const part = rowsOf(ports, start, Math.min(rows, start + batch));
      // The model takes its inputs' buffers.
      const mask = part.attention_mask && { ...part.attention_mask, data: part.attention_mask.data.slice() };
      const made = await this.#model.run(part);
      vectors.push(...pooled(made[output.name]!, output.pooling, mask, this.name));
    }
    const wrong = vectors.find(({ length }) => length !== dim);
    if (wrong) {
      throw new InputError(
        `${this.name}: makes embeddings of dim ${wrong.length}, its manifest says ${dim}: read the folder anew`,
      );
    }
    return vectors;
  }

  #one(vectors: readonly Float32Array[], name: string): Float32Array {
    const { normalized } = this.manifest;
    const units = normalized || vectors.length > 1 ? vectors.map((vector) => unit(vector, name)) : vectors;
    if (units.length === 1) return units[0]!;
    const mean = Float32Array.from({ length: this.dim }, (_, i) =>
      units.reduce((sum, one) => sum + one[i]! / units.length, 0),
    );
    return normalized ? unit(mean, name) : mean;
  }
}

/** @throws InputError when a value is not finite. */
function unit(vector: Float32Array, name: string): Float32Array {
  const scale = inverseNorm(vector, 0, vector.length, `embedding of ${name}`);
  return vector.map((value) => value * scale);
}

function rowsOf(ports: Ports, start: number, end: number): Ports {
  return Object.fromEntries(
    Object.entries(ports).map(([name, { dtype, shape, data }]) => {
      const [rows = 0, ...rest] = shape;
      if (rows === 0) return [name, { dtype, shape, data: data.slice() }];
      const each = data.length / rows;
      const part = data.slice(start * each, end * each);
      return [name, { dtype, shape: [end - start, ...rest], data: part }];
    }),
  ) as Ports;
}

/**
 * That towers can share one space as they are.
 *
 * @throws InputError naming two whose embeddings differ in length.
 */
export function requireSameDim(towers: readonly Pick<PretrainedTower, "name" | "modality" | "dim">[]): void {
  const [first, ...others] = towers;
  const other = others.find(({ dim }) => dim !== first!.dim);
  if (!other) return;
  throw new InputError(
    `the ${first!.modality} tower ${first!.name} makes embeddings of dim ${first!.dim}, the ${other.modality} tower ${other.name} of dim ${other.dim}: take both of one model, or train heads on them`,
  );
}
