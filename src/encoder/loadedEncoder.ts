import { InputError } from "../base/index.ts";
import type { Preprocessing } from "../modality/image/index.ts";
import { type EmbedPicturesOptions, LoadedTower, type ModelRunner } from "./loadedTower.ts";
import { type ModelPorts, pictureReader, type ReadPicture } from "./modelPorts.ts";
import type { Picture } from "./picture.ts";

/** What a platform opens a model of pictures as. */
export interface OpenedModel {
  readonly ports: ModelPorts;
  readonly readPicture: ReadPicture;
  readonly runner: ModelRunner;
}

/** A trained encoder, ready to use. Platforms add how one is loaded. */
export class LoadedEncoder {
  readonly #ports: ModelPorts;
  readonly #tower: LoadedTower;

  constructor({ ports, readPicture, runner }: OpenedModel) {
    const { input, batch, description } = ports;
    const { dim, normalized, preprocessing } = description;
    const read = pictureReader(readPicture, preprocessing, input);
    this.#ports = ports;
    this.#tower = new LoadedTower({ dim, inputs: [input], batch, normalized, read, runner }, "encoder");
  }

  /** Length of a vector. */
  get dim(): number {
    return this.#ports.description.dim;
  }

  /** What is done to a picture before the encoder sees it. */
  get preprocessing(): Preprocessing {
    return this.#ports.description.preprocessing;
  }

  /** Names of the classes it was trained on, by label; null where they have none. */
  get classes(): readonly string[] | null {
    return this.#ports.description.classes;
  }

  /**
   * SHA-256 of architecture, preprocessing and weights: vectors of two encoders can be compared only where it is equal. Null
   * for a model that does not say.
   */
  get fingerprint(): string | null {
    return this.#ports.description.fingerprint;
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
  embed(
    pictures: readonly Picture[],
    options: EmbedPicturesOptions = {},
  ): Promise<Float32Array<ArrayBuffer>[]> {
    return this.#tower.embed(pictures, (place) => `picture ${place}`, options);
  }

  /**
   * How alike two vectors are, from -1 to 1: the cosine of the angle between them, whatever their lengths; 0 beside a vector
   * of zeros.
   *
   * @throws InputError when one is not `dim` numbers.
   */
  similarity(a: ArrayLike<number>, b: ArrayLike<number>): number {
    return similarity(a, b, this.dim, "encoder");
  }

  /** Frees what the engine holds. Vectors stay. */
  dispose(): Promise<void> {
    return this.#tower.dispose();
  }
}

/** The cosine of the angle between two vectors of `dim` numbers; 0 beside a vector of zeros. */
export function similarity(a: ArrayLike<number>, b: ArrayLike<number>, dim: number, what: string): number {
  for (const { length } of [a, b]) {
    if (length !== dim)
      throw new InputError(`a vector of ${length} numbers, expected ${dim}, as this ${what} gives them`);
  }
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (let i = 0; i < dim; i++) {
    product += a[i]! * b[i]!;
    squaresA += a[i]! ** 2;
    squaresB += b[i]! ** 2;
  }
  return product === 0 ? 0 : product / Math.sqrt(squaresA * squaresB);
}
