import { InputError } from "../base/index.ts";
import type { Recording } from "../modality/audio/index.ts";
import { modalityNamed, type OpenReader, type ReadAlone, type ReadValue } from "../modality/modality.ts";
import { openTextReader } from "../modality/text/index.ts";
import { readModel } from "../onnx/index.ts";
import { checksumOf, type ModelFile } from "../runs/index.ts";
import { similarity } from "./loadedEncoder.ts";
import { type EmbedPicturesOptions, LoadedTower, type ModelRunner } from "./loadedTower.ts";
import { embeddingOutput } from "./modelPorts.ts";
import type { Picture } from "./picture.ts";

/** What a query of a modality holds, by the modality's name. */
export interface QueryValues {
  readonly image: Picture;
  readonly text: string;
  readonly audio: Recording;
}

/** What is embedded: one thing of one modality, under the modality's name. */
export type Query =
  | { readonly [M in keyof QueryValues]: Readonly<Record<M, QueryValues[M]>> }[keyof QueryValues]
  | Readonly<Record<string, unknown>>;

/** A folder `model`, as a platform has it. */
export interface ModelFolder {
  /** What `model.json` says. */
  readonly file: ModelFile;
  /** What messages call `model.json`. */
  readonly name: string;
  /** What messages call a file beside it. */
  nameOf(file: string): string;
  /** @throws InputError when a file beside it is not there. */
  read(file: string): Promise<Uint8Array>;
  /** @throws InputError when it is no model that can be run here. */
  open(onnx: Uint8Array, name: string): Promise<ModelRunner>;
  /** Readers that are the platform's own, by modality. */
  readonly readers: Readonly<Record<string, OpenReader>>;
}

/** A trained model, ready to use: a tower for each modality, all to one space. Platforms add how one is loaded. */
export class LoadedModel {
  readonly #folder: ModelFolder;
  readonly #towers = new Map<string, Promise<LoadedTower>>();
  #disposed = false;

  constructor(folder: ModelFolder) {
    this.#folder = folder;
  }

  /** Length of an embedding, whatever its modality. */
  get dim(): number {
    return this.#folder.file.dim;
  }

  /** What it takes, such as `image`. */
  get modalities(): readonly string[] {
    return Object.keys(this.#folder.file.towers);
  }

  /** Embeddings of two models can be compared only where this is equal. */
  get fingerprint(): string {
    return this.#folder.file.fingerprint;
  }

  /** Of the checkpoint, counted from 0. */
  get epoch(): number | null {
    return this.#folder.file.epoch;
  }

  /** Names of the classes it was trained on, by label; null where they have none. */
  get classes(): readonly string[] | null {
    return this.#folder.file.classes;
  }

  /** All that `model.json` says. */
  get description(): ModelFile {
    return this.#folder.file;
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
    const values = new Map<string, { readonly place: number; readonly value: unknown }[]>();
    for (const [place, query] of queries.entries()) {
      const [entry, ...more] = Object.entries(query);
      if (!entry || more.length > 0 || !this.modalities.includes(entry[0])) {
        const found = Object.keys(query).join(" and ") || "no modality";
        throw new InputError(
          `query ${place} is of ${found}, expected one of ${this.modalities.join(", ")}, as this model takes`,
        );
      }
      const [modality, value] = entry;
      const known = values.get(modality);
      if (known) known.push({ place, value });
      else values.set(modality, [{ place, value }]);
    }
    const embeddings: Float32Array<ArrayBuffer>[] = [];
    let before = 0;
    for (const [modality, ofTower] of values) {
      const tower = await this.#tower(modality);
      const start = before;
      const embedded = await tower.embed(
        ofTower.map(({ value }) => value),
        (i) => `query ${ofTower[i]!.place}`,
        { ...options, onProgress: (done) => options.onProgress?.(start + done, queries.length) },
      );
      before += ofTower.length;
      for (const [i, { place }] of ofTower.entries()) embeddings[place] = embedded[i]!;
    }
    return embeddings;
  }

  /**
   * How alike two embeddings are, from -1 to 1: the cosine of the angle between them, whatever their lengths; 0 beside one of
   * zeros.
   *
   * @throws InputError when one is not `dim` numbers.
   */
  similarity(a: ArrayLike<number>, b: ArrayLike<number>): number {
    return similarity(a, b, this.dim, "model");
  }

  /**
   * Opens towers before they are first needed. Default: all.
   *
   * @throws InputError when the model lacks one, or its files do not belong together.
   */
  async prepare(modalities: readonly string[] = this.modalities): Promise<void> {
    for (const modality of modalities) await this.#tower(modality);
  }

  /** Frees what the engine holds. Embeddings stay. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    // One that could not be opened holds nothing.
    const opened = await Promise.allSettled(this.#towers.values());
    for (const tower of opened) if (tower.status === "fulfilled") await tower.value.dispose();
  }

  async #tower(modality: string): Promise<LoadedTower> {
    if (this.#disposed) throw new InputError("this model was disposed: load it again");
    const known = this.#towers.get(modality);
    if (known) return known;
    const opening = this.#open(modality);
    this.#towers.set(modality, opening);
    // It may be tried again, as when a server answers by then.
    opening.catch(() => this.#towers.delete(modality));
    return opening;
  }

  async #open(modality: string): Promise<LoadedTower> {
    const { file, name, readers } = this.#folder;
    const described = file.towers[modality];
    if (!described) {
      throw new InputError(
        `${name} has no tower of ${modality}, expected one of ${this.modalities.join(", ")}`,
      );
    }
    const { normalized, preprocessing, fingerprint } = described;
    const openReader = { text: openTextReader, ...readers }[modality] ?? modalityNamed(modality).reader;
    if (!openReader) {
      throw new InputError(
        `${name}: has a tower of ${modality}, of which nothing can be read here: register that modality with its reader`,
      );
    }
    const opened = await openReader({
      preprocessing,
      where: `${name}: towers.${modality}.preprocessing`,
      file: (end) => this.#beside(modality, end),
    });
    const onnx = await this.#folder.read(described.file);
    const place = this.#folder.nameOf(described.file);
    const { inputs, outputs, metadata } = readModel(onnx, place);
    const found = metadata.get("kindred.fingerprint");
    if (found !== fingerprint) {
      throw new InputError(
        `${place} is not the tower that ${name} names (fingerprint ${found ?? "missing"}, expected ${fingerprint}): finish what was being written with kindred train --resume, or put the files of one model together`,
      );
    }
    const dim = outputs.find((one) => one.name === embeddingOutput)?.shape[1];
    if (dim !== file.dim) {
      throw new InputError(
        `${place} makes embeddings of ${dim ?? "no"} numbers, expected ${file.dim}, as ${name} says: put the files of one model together`,
      );
    }
    const first = inputs[0]?.shape[0];
    return new LoadedTower(
      {
        ...{ dim, normalized, ...readingOf(opened, typeof first === "number" ? first : null) },
        inputs: inputs.map((one) => one.name),
        runner: await this.#folder.open(onnx, place),
      },
      "model",
    );
  }

  async #beside(modality: string, end: string): Promise<Uint8Array> {
    const { file, name } = this.#folder;
    const wanted = `${modality}.${end}`;
    const checksum = file.towers[modality]?.files?.[wanted];
    if (checksum === undefined) {
      throw new InputError(`${name}: names no file ${wanted}, which its tower of ${modality} needs`);
    }
    const bytes = await this.#folder.read(wanted);
    const found = checksumOf(bytes);
    if (found === checksum) return bytes;
    throw new InputError(
      `${this.#folder.nameOf(wanted)} is not the file that ${name} names (CRC-32 ${found}, expected ${checksum}): put the files of one model together`,
    );
  }
}

/** What reads a value, and how many at a time the model takes. */
function readingOf(
  opened: ReadValue | ReadAlone,
  batch: number | null,
): { readonly read: ReadValue; readonly batch: number | null } {
  return "alone" in opened ? { read: opened.alone, batch: 1 } : { read: opened, batch };
}
