import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { InputError } from "../../../base/index.ts";
import type { Preprocessing } from "../../../modality/image/index.ts";
import { encoderFingerprint, type RunConfig } from "../../../runs/index.ts";
import { packageVersion } from "../files/packageVersion.ts";
import { type RunEncoder, readRunEncoder } from "../run/runEncoder.ts";
import { RunFolder } from "../run/runFolder.ts";
import type { IndexInfo } from "./indexInfo.ts";
import { indexLocation, relativeToIndex } from "./indexLocation.ts";
import type { PictureIndex } from "./pictureIndex.ts";

/** A run's encoder and what tells it from others. */
export interface IdentifiedEncoder extends RunEncoder {
  /** Folder of the run. */
  readonly run: string;
  readonly config: RunConfig;
  readonly fingerprint: string;
}

/** @throws InputError as `readRunEncoder` does. */
export async function identifiedEncoder(run: string, checkpoint?: number): Promise<IdentifiedEncoder> {
  const folder = new RunFolder(run);
  const config = await folder.readConfig();
  const read = await readRunEncoder(folder, config, checkpoint);
  const fingerprint = await encoderFingerprint(read.weights, config);
  return { ...read, run, config, fingerprint };
}

/** What an index at a path will remember of the encoder. */
export function infoOf(encoder: IdentifiedEncoder, path: string): IndexInfo {
  const { config, fingerprint, epoch, run } = encoder;
  const [channels, height, width] = encoder.encoder.inputShape;
  return {
    format: 1,
    fingerprint,
    encoder: config.encoder.name,
    run: { relative: relativeToIndex(indexLocation(path), run), absolute: resolve(run) },
    epoch,
    dim: encoder.encoder.dim,
    metric: "cosine",
    inputShape: [channels!, height!, width!],
    preprocessing: config.data.preprocessing,
    kindred: packageVersion(),
    made: new Date().toISOString(),
  };
}

/**
 * The encoder that made an index, from its run: the one given, or else where the index says it was.
 *
 * @throws InputError when there is no such run, or its encoder is another; then both fingerprints are named.
 */
export async function encoderOfIndex(
  index: PictureIndex,
  options: { readonly run?: string | undefined; readonly checkpoint?: number | undefined } = {},
): Promise<IdentifiedEncoder> {
  const run = options.run ?? runOfIndex(index);
  const epochs = await new RunFolder(run).checkpointEpochs();
  const { epoch } = index.info;
  // Training may have gone on since; the index holds what the encoder was at the time.
  const checkpoint = options.checkpoint ?? (epochs.includes(epoch) ? epoch : undefined);
  const encoder = await identifiedEncoder(run, checkpoint);
  index.requireEncoder(encoder.fingerprint, `${run}, epoch ${encoder.epoch},`);
  return encoder;
}

function runOfIndex(index: PictureIndex): string {
  const { relative, absolute } = index.info.run;
  const { folder } = indexLocation(index.path);
  // From the index first: the two may have been moved together.
  const places = [
    ...(relative !== null && folder !== null ? [join(dirname(folder), relative)] : []),
    absolute,
  ];
  const found = places.find((place) => existsSync(join(place, "config.json")));
  if (found !== undefined) return found;
  throw new InputError(
    `the run that made ${index.path} is not at ${[...new Set(places)].join(" or ")} any more: name its folder with --run`,
  );
}

/**
 * How picture files are made what the encoder of an index takes. Where it learnt from arrays of pixels, they are put on
 * black as a whole: a file of just that size stays as it is.
 *
 * @throws InputError when it takes no square pictures of 1 or 3 channels.
 */
export function preprocessingOf({ inputShape, preprocessing }: IndexInfo, path: string): Preprocessing {
  if (preprocessing) return preprocessing;
  const [channels, height, width] = inputShape;
  if (height === width && (channels === 1 || channels === 3)) {
    return { size: height, channels, fit: "contain" };
  }
  throw new InputError(
    `the encoder of ${path} takes arrays of ${inputShape.join(" x ")}, which no picture file can be made: search by --id`,
  );
}
