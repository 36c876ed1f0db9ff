import { createHash } from "node:crypto";
import { InputError, type TensorData } from "../../base/index.ts";
import type { Encoder, TrunkChoice } from "../../nn/index.ts";
import { withTrunkModel } from "../../nn/index.ts";
import { type ModelTensor, readModel } from "../../onnx/index.ts";
import type { RunConfig } from "../../train/index.ts";
import { readFileOrExplain } from "./files.ts";
import { ModelSession } from "./modelSession.ts";

/** How a trunk is to be used, where its file leaves a choice. */
export interface TrunkOptions {
  /** What becomes of an output of tokens. Default `mean`. */
  readonly pool?: "mean" | "cls";
  /** Mean of the values from 0 to 1 that it was trained on, one or one for each channel. Default 0.5. */
  readonly mean?: readonly number[];
  /** Their deviation. Default 0.5, which with that mean gives values from -1 to 1. */
  readonly std?: readonly number[];
}

/** A frozen model as it was found in a file, with the pictures that it takes. */
export interface OpenedTrunk {
  readonly choice: TrunkChoice;
  readonly channels: number;
  /** Height and width of a picture; null where the model takes any. */
  readonly size: number | null;
}

/** Height and width of the picture that a trunk of open size is tried with. */
const usualSize = 224;

/**
 * Reads a feature extractor from an ONNX file and finds out what it takes and makes: its input from the file, its output by
 * running it once on a black picture.
 *
 * @throws InputError when the file is no ONNX model, does not take one picture, or makes no vector of it.
 */
export async function openTrunk(file: string, options: TrunkOptions = {}): Promise<OpenedTrunk> {
  const bytes = await readFileOrExplain(file);
  const { inputs, outputs } = readModel(bytes, file);
  const image = pictureInput(inputs, file);
  const [batch, channels, height, width] = image.shape.map((extent) =>
    typeof extent === "number" ? extent : null,
  ) as [number | null, number, number | null, number | null];
  const size = height ?? width;
  if ((width ?? size) !== (height ?? size)) {
    throw new InputError(
      `${file}: takes pictures of ${height} x ${width} (height, width), expected square ones`,
    );
  }
  const mean = perChannel(options.mean ?? [0.5], channels, "--trunk-mean");
  const std = perChannel(options.std ?? [0.5], channels, "--trunk-std");
  const side = size ?? usualSize;
  const shape = [batch ?? 1, channels, side, side];
  const session = await ModelSession.open(
    bytes,
    file,
    outputs.map(({ name }) => name),
    { device: "cpu" },
  );
  try {
    const made = await tried(session, file, image, shape);
    const { name, pool, features } = chosenOutput(made, file, options.pool);
    const dtype = image.dtype === "uint8" ? "uint8" : "float32";
    const sha256 = sha256Of(bytes);
    const choice = {
      sha256,
      input: image.name,
      output: name,
      dtype,
      pool,
      batch,
      mean,
      std,
      features,
    } as const;
    return { choice, channels, size };
  } finally {
    await session.dispose();
  }
}

/** Whether pictures are of a trunk's size. @throws InputError naming both. */
export function requireTrunkSize(
  { channels, size }: OpenedTrunk,
  file: string,
  pictures: {
    readonly name: string;
    readonly channels: number;
    readonly height: number;
    readonly width: number;
  },
): void {
  const takes = [channels, size ?? pictures.height, size ?? pictures.width];
  const received = [pictures.channels, pictures.height, pictures.width];
  if (takes.join() === received.join()) return;
  throw new InputError(
    `${pictures.name} has pictures of ${received.join(" x ")} (channels, height, width), the trunk ${file} takes ${takes.join(" x ")}`,
  );
}

/**
 * An encoder with its trunk's file read, where it has a trunk; else as it is.
 *
 * @throws InputError when the file is missing, or is another than the one that the configuration has the SHA-256 of.
 */
export async function withTrunk(encoder: Encoder, config: Pick<RunConfig, "trunk">): Promise<Encoder> {
  if (!encoder.trunk) return encoder;
  const file = config.trunk;
  if (file === null) throw new InputError("the run's configuration does not name the file of its trunk");
  let bytes: Uint8Array;
  try {
    bytes = await readFileOrExplain(file);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      `${error.message}; it is the run's trunk, the ONNX file of SHA-256 ${encoder.trunk.sha256}`,
      { cause: error },
    );
  }
  const received = sha256Of(bytes);
  if (received !== encoder.trunk.sha256) {
    throw new InputError(
      `${file} is another trunk than the run was begun with (SHA-256 ${received}, was ${encoder.trunk.sha256}): bring the old file back, or begin a new run`,
    );
  }
  return withTrunkModel(encoder, bytes);
}

export function sha256Of(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function pictureInput(inputs: readonly ModelTensor[], file: string): ModelTensor {
  const listed = inputs.map(
    ({ name, dtype, shape }) => `${name}: ${dtype ?? "another type"}[${shape.join(",")}]`,
  );
  const [image] = inputs;
  if (!image || inputs.length !== 1) {
    throw new InputError(
      `${file}: takes ${inputs.length} inputs (${listed.join("; ") || "none"}), expected one, a picture [n, channels, height, width]`,
    );
  }
  const known = typeof image.shape[1] === "number" && image.shape[1] > 0;
  const typed = image.dtype === "float32" || image.dtype === "uint8";
  if (image.shape.length === 4 && known && typed) return image;
  throw new InputError(
    `${file}: takes ${listed[0]}, expected a picture [n, channels, height, width] of float32 or uint8, its channels a number`,
  );
}

async function tried(
  session: ModelSession,
  file: string,
  { name, dtype }: ModelTensor,
  shape: readonly number[],
): Promise<Readonly<Record<string, TensorData>>> {
  const count = shape.reduce((product, extent) => product * extent, 1);
  const black: TensorData =
    dtype === "uint8"
      ? { dtype, shape, data: new Uint8Array(count) }
      : { dtype: "float32", shape, data: new Float32Array(count) };
  try {
    return await session.run({ [name]: black });
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split("\n")[0];
    throw new InputError(`${file}: fails on a picture of ${shape.slice(1).join(" x ")} (${reason})`, {
      cause: error,
    });
  }
}

/** The first output that is a vector of each picture; else the first map of one pixel; else the first of tokens. */
function chosenOutput(
  made: Readonly<Record<string, TensorData>>,
  file: string,
  pool: TrunkOptions["pool"],
): { readonly name: string; readonly pool: TrunkChoice["pool"]; readonly features: number } {
  const floats = Object.entries(made).filter(([, { dtype }]) => dtype === "float32");
  const ofRank = (rank: number) => floats.find(([, { shape }]) => shape.length === rank);
  const tokens = ofRank(3);
  if (tokens && (pool !== undefined || !ofRank(2))) {
    return { name: tokens[0], pool: pool ?? "mean", features: tokens[1].shape[2]! };
  }
  const vector = ofRank(2);
  if (vector) return { name: vector[0], pool: "vector", features: vector[1].shape[1]! };
  const map = floats.find(([, { shape }]) => shape.length === 4 && shape[2] === 1 && shape[3] === 1);
  if (map) return { name: map[0], pool: "map", features: map[1].shape[1]! };
  const listed = Object.entries(made).map(
    ([name, { dtype, shape }]) => `${name}: ${dtype}[${shape.join(",")}]`,
  );
  throw new InputError(
    `${file}: makes ${listed.join("; ")} of a picture, expected float32 [n, d], [n, d, 1, 1] or [n, tokens, d]`,
  );
}

function perChannel(values: readonly number[], channels: number, flag: string): readonly number[] {
  if (values.length === channels) return values;
  if (values.length === 1) return new Array<number>(channels).fill(values[0]!);
  throw new InputError(
    `${flag} ${values.join(",")} has ${values.length} numbers, expected one, or one for each of the trunk's ${channels} channels`,
  );
}
