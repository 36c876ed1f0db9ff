/** How a trunk's output becomes a vector of each picture. */
export const trunkPools = ["vector", "map", "mean", "cls"] as const;

/** Element types that a trunk may take. */
export const trunkDtypes = ["float32", "float16", "float64", "uint8"] as const;

/** A frozen model that makes features of pictures, as a configuration holds it: which file it is, and how it is used. */
export interface TrunkChoice {
  /** SHA-256 of the file and of those beside it that hold its weights, as 64 hexadecimal digits. */
  readonly sha256: string;
  /** Names of its input and of the output that is used. */
  readonly input: string;
  readonly output: string;
  /** What it takes: floats that are normalised by `mean` and `std`, or bytes. */
  readonly dtype: (typeof trunkDtypes)[number];
  /** Channels that it takes; default: those of the pictures. Three are made of grey, and one of colour. */
  readonly channels?: number;
  /** Its output: a `vector` `[n, d]`; a `map` `[n, d, 1, 1]`; or `[n, tokens, d]`, of which the `mean` or the first, `cls`. */
  readonly pool: (typeof trunkPools)[number];
  /** Pictures at a time where it takes just so many; null where that is open. */
  readonly batch: number | null;
  /** Of values from 0 to 1, for each channel that it takes: `(x - mean) / std`. */
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Length of a vector. */
  readonly features: number;
}

/**
 * A frozen model; `model` takes `images` `[n, channels, height, width]` in [-1, 1] to `features` `[n, d]` (`featureModel` of
 * `onnx`), and is null where only its features are needed.
 */
export interface Trunk extends TrunkChoice {
  readonly model: Uint8Array | null;
}
