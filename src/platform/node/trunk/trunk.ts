import { existsSync } from "node:fs";
import { join } from "node:path";
import { InputError, type Shape } from "../../../base/index.ts";
import { type Encoder, type TrunkChoice, withTrunkModel } from "../../../nn/index.ts";
import { featureModel, type ModelTensor, readModel, withoutHead } from "../../../onnx/index.ts";
import type { ImageTowerConfig } from "../../../runs/index.ts";
import { trunkEntry } from "../../../train/index.ts";
import { readOnnxFile } from "./onnxFile.ts";
import { trunkInput } from "./trunkInput.ts";
import { chosenOutput, type OutputChoice } from "./trunkOutput.ts";
import type { Trial, TrialRequest } from "./trunkTrial.ts";
import { tryInChild } from "./tryInChild.ts";

/** How a trunk is to be used, where its file leaves a choice. */
export interface TrunkOptions extends OutputChoice {
  /** Mean of the values from 0 to 1 that it was trained on, one or one for each channel. Default 0.5. */
  readonly mean?: readonly number[];
  /** Their deviation. Default 0.5, which with that mean gives values from -1 to 1. */
  readonly std?: readonly number[];
  /** Height and width of the pictures, for a model that takes any. Default: the first of the usual ones that it takes, 224 before all. */
  readonly size?: number;
}

/** A frozen model as it was found in a file, with the pictures that it takes. */
export interface OpenedTrunk {
  readonly choice: TrunkChoice;
  readonly channels: number;
  /** Height and width of a picture that it was tried with. */
  readonly size: number;
  /** Whether the file leaves height and width open, so that `size` was chosen. */
  readonly anySize: boolean;
  /** What it makes of a picture, by name. */
  readonly outputs: Trial["outputs"];
}

/** How a model is tried, see `tryTrunk`. */
type Try = (request: TrialRequest, sha256: string) => Promise<Trial>;

/** Heights and widths that models are trained on, the most usual one first; a model of any size is tried with each. */
const usualSizes = [
  ...[224, 256, 384, 336, 299, 288, 240, 260, 300, 320, 380, 448, 512, 518],
  ...[192, 160, 128, 112, 96, 64, 32, 28],
];

/**
 * Reads a feature extractor from an ONNX file, with the files beside it that hold its weights, and finds out what it takes
 * and makes: its input from the file, its output by running it on black pictures, in a process of its own.
 *
 * @throws InputError when the file is no ONNX model, does not take one picture, or makes no vector of it.
 */
export async function openTrunk(
  file: string,
  options: TrunkOptions = {},
  trial: Try = tryInChild,
): Promise<OpenedTrunk> {
  const { bytes, sha256 } = await readOnnxFile(file);
  const { inputs, outputs } = readModel(bytes, file);
  const { name: input, dtype, batch, channels: named, size: own } = trunkInput(inputs, file);
  if (own !== null && options.size !== undefined && options.size !== own) {
    throw new InputError(
      `${file}: takes pictures of ${own} x ${own}, but a size of ${options.size} was chosen: leave it out`,
    );
  }
  const anySize = own === null;
  const sizes = own !== null ? [own] : options.size !== undefined ? [options.size] : usualSizes;
  const channels = named === null ? [3, 1] : [named];
  const listed = outputs.map(({ name, type }: ModelTensor) => ({ name, type }));
  const tried = await trial({ file, input, dtype, batch, channels, anySize, sizes, outputs: listed }, sha256);
  const mean = perChannel(options.mean ?? [0.5], tried.channels, "--trunk-mean");
  const std = perChannel(options.std ?? [0.5], tried.channels, "--trunk-std");
  const output = chosenOutput(tried, file, options);
  const takes = { input, dtype, channels: tried.channels, batch: tried.batch, mean, std };
  return {
    choice: { sha256, ...takes, ...output },
    channels: tried.channels,
    size: tried.size,
    anySize,
    outputs: tried.outputs,
  };
}

/**
 * That pictures can be given to a trunk: of its size, and with its number of channels, or grey ones, which are the same in
 * each of its channels, or coloured ones for a trunk of one channel, which are made grey.
 *
 * @throws InputError naming both.
 */
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
  const received: Shape = [pictures.channels, pictures.height, pictures.width];
  const fitting =
    pictures.channels === channels || pictures.channels === 1 || (channels === 1 && pictures.channels === 3);
  if (fitting && pictures.height === size && pictures.width === size) return;
  throw new InputError(
    `${pictures.name} has pictures of ${received.join(" x ")} (channels, height, width), the trunk ${file} takes ${channels} x ${size} x ${size}`,
  );
}

/**
 * An encoder with its trunk's model read, where it has a trunk; else as it is. A run holds the trunk in its `model/image.onnx`, so
 * that the trunk's own file is needed only where that is not yet written.
 *
 * @param run folder of the run; without one, only the trunk's own file is looked for
 * @throws InputError when neither file holds the model that the configuration has the SHA-256 of.
 */
export async function withTrunk(
  encoder: Encoder,
  tower: Pick<ImageTowerConfig, "trunk">,
  run?: string,
): Promise<Encoder> {
  if (!encoder.trunk) return encoder;
  const ofRun = run === undefined ? null : await modelOfRun(encoder, join(run, "model", "image.onnx"));
  if (ofRun instanceof Uint8Array) return withTrunkModel(encoder, ofRun);
  const model = await modelOfFile(encoder, tower.trunk).catch((error: unknown) => {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(ofRun === null ? error.message : `${error.message}; ${ofRun}`, { cause: error });
  });
  return withTrunkModel(encoder, model);
}

/** The trunk in a run's `model/image.onnx`, or why there is none. */
async function modelOfRun(encoder: Encoder, file: string): Promise<Uint8Array | string> {
  const { sha256, features } = encoder.trunk!;
  const without = "which holds the trunk of a run that was trained to its end";
  if (!existsSync(file)) return `${file}, ${without}, is not there`;
  try {
    const { bytes } = await readOnnxFile(file);
    const { metadata } = readModel(bytes, file);
    const model = withoutHead(bytes, features);
    // Runs from before it was written down say nothing.
    if (model && (metadata.get(trunkEntry) ?? sha256) === sha256) return model;
    return `${file}, ${without}, holds another`;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.message;
  }
}

async function modelOfFile({ trunk, inputShape }: Encoder, file: string | null): Promise<Uint8Array> {
  if (file === null) throw new InputError("the run's configuration does not name the file of its trunk");
  const { sha256: expected } = trunk!;
  const read = await readOnnxFile(file).catch((error: unknown) => {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${error.message}; it is the run's trunk, the ONNX file of SHA-256 ${expected}`, {
      cause: error,
    });
  });
  if (read.sha256 !== expected) {
    throw new InputError(
      `${file} is another trunk than the run was begun with (SHA-256 ${read.sha256}, was ${expected}): bring the old file back, or begin a new run`,
    );
  }
  return featureModel(read.bytes, trunk!, inputShape);
}

function perChannel(values: readonly number[], channels: number, flag: string): readonly number[] {
  if (values.length === channels) return values;
  if (values.length === 1) return new Array<number>(channels).fill(values[0]!);
  throw new InputError(
    `${flag} ${values.join(",")} has ${values.length} numbers, expected one, or one for each of the trunk's ${channels} channels`,
  );
}
