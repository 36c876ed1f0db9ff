import { InputError } from "../base/index.ts";
import type { Ports } from "../data/column.ts";

/** A sense: what there is to know of it where code serves every modality. */
export interface Modality {
  /** What columns, towers and models call it, such as `image`. */
  readonly name: string;
  /** What people call several of its rows, such as `pictures`. */
  readonly items: string;
  /**
   * Opens what makes a query's value what a tower takes. `Model` brings those of pictures, texts and sounds, which hang on the
   * platform as far as they decode files.
   */
  readonly reader?: OpenReader;
}

/** How a tower's values are made ready, as a folder `model` has it. */
export interface SavedPreprocessing {
  /** As `model.json` has it; its form is the modality's own. */
  readonly preprocessing: unknown;
  /** What messages call it: the file and its field. */
  readonly where: string;
  /**
   * A file beside the tower's model, by the end of its name: `tokenizer.json` is the file `text.tokenizer.json` of a text tower.
   *
   * @throws InputError when the model has no such file, or it is another than the model was written with.
   */
  file(name: string): Promise<Uint8Array>;
}

/** @throws InputError when the preprocessing is none of the modality. */
export type OpenReader = (
  saved: SavedPreprocessing,
) => ReadValue | ReadAlone | Promise<ReadValue | ReadAlone>;

/** Reads values of which each is embedded by itself: they differ in shape, or several rows of a port are parts of one value. */
export interface ReadAlone {
  readonly alone: ReadValue;
}

/**
 * A query's value as one row of what a tower takes: each port `[1, ...shape]`.
 *
 * @param name what messages call the value, such as `query 3`
 * @throws InputError when the value is none of the modality, or cannot be read.
 */
export type ReadValue = (value: unknown, name: string) => Ports | Promise<Ports>;

const known = new Map<string, Modality>();

/** Makes a modality known; a later one of the same name takes its place. */
export function registerModality(modality: Modality): void {
  known.set(modality.name, modality);
}

/** @throws InputError when no modality of that name was registered. */
export function modalityNamed(name: string): Modality {
  const modality = known.get(name);
  if (modality) return modality;
  const names = [...known.keys()].sort().join(", ") || "none";
  throw new InputError(
    `there is no modality ${name}, expected one of ${names}: register it with registerModality`,
  );
}
