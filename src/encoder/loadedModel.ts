import { InputError } from "../base/index.ts";
import type { EmbedPicturesOptions, LoadedEncoder } from "./loadedEncoder.ts";
import type { Picture } from "./picture.ts";

/** What is embedded: one thing of one modality, under the modality's name. */
export type Query = { readonly image: Picture };

/** What a platform opens a folder `model` as. */
export interface OpenedTowers {
  /** Embeddings of two models can be compared only where this is equal. */
  readonly fingerprint: string;
  /** Of the checkpoint, counted from 0. */
  readonly epoch: number | null;
  /** By modality. */
  readonly towers: ReadonlyMap<string, LoadedEncoder>;
}

/** A trained model, ready to use: a tower for each modality, all to one space. Platforms add how one is loaded. */
export class LoadedModel {
  readonly #opened: OpenedTowers;

  constructor(opened: OpenedTowers) {
    this.#opened = opened;
  }

  /** Length of an embedding, whatever its modality. */
  get dim(): number {
    return [...this.#opened.towers.values()][0]!.dim;
  }

  /** What it takes, such as `image`. */
  get modalities(): readonly string[] {
    return [...this.#opened.towers.keys()];
  }

  /** Embeddings of two models can be compared only where this is equal. */
  get fingerprint(): string {
    return this.#opened.fingerprint;
  }

  /** Of the checkpoint, counted from 0. */
  get epoch(): number | null {
    return this.#opened.epoch;
  }

  /**
   * An embedding of `dim` numbers, of length 1 by default, for each query, in their order.
   *
   * @throws InputError naming the first query of a modality that the model lacks, or that cannot be read.
   * @throws AbortedError when the signal was aborted.
   */
  async embed(
    queries: readonly Query[],
    options: EmbedPicturesOptions = {},
  ): Promise<Float32Array<ArrayBuffer>[]> {
    const places = new Map<string, number[]>();
    for (const [place, query] of queries.entries()) {
      const [modality] = Object.keys(query);
      if (modality === undefined || !this.#opened.towers.has(modality)) {
        throw new InputError(
          `query ${place} is of ${modality ?? "no modality"}, expected one of ${this.modalities.join(", ")}, as this model takes`,
        );
      }
      const known = places.get(modality);
      if (known) known.push(place);
      else places.set(modality, [place]);
    }
    const embeddings: Float32Array<ArrayBuffer>[] = [];
    for (const [modality, ofTower] of places) {
      const values = ofTower.map((place) => queries[place]![modality as keyof Query]);
      const embedded = await this.#opened.towers.get(modality)!.embed(values, options);
      for (const [i, place] of ofTower.entries()) embeddings[place] = embedded[i]!;
    }
    return embeddings;
  }

  /** Frees what the engine holds. Embeddings stay. */
  async dispose(): Promise<void> {
    for (const tower of this.#opened.towers.values()) await tower.dispose();
  }
}
