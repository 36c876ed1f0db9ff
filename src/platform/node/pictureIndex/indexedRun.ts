import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { InputError } from "../../../base/index.ts";
import type { IndexInfo } from "../../../retrieval/index.ts";
import { encoderFingerprint, type RunConfig } from "../../../runs/index.ts";
import { packageVersion } from "../files/packageVersion.ts";
import { indexLocation, placesFrom, relativeToIndex } from "../itemIndex/indexLocation.ts";
import type { ItemIndex } from "../itemIndex/itemIndex.ts";
import { type RunEncoder, readRunEncoder } from "../run/runEncoder.ts";
import { RunFolder } from "../run/runFolder.ts";

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
  const fingerprint = await encoderFingerprint(read.weights, config.towers.image);
  return { ...read, run, config, fingerprint };
}

/** What an index at a path will remember of the encoder. */
export function infoOf(encoder: IdentifiedEncoder, path: string): IndexInfo {
  const { config, fingerprint, epoch, run } = encoder;
  return {
    format: 2,
    fingerprint,
    dim: encoder.encoder.dim,
    metric: "cosine",
    modalities: [
      {
        modality: "image",
        encoder: config.towers.image.encoder.name,
        inputShape: [...encoder.encoder.inputShape],
        preprocessing: config.towers.image.preprocessing,
      },
    ],
    run: { relative: relativeToIndex(indexLocation(path), run), absolute: resolve(run), epoch },
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
  index: ItemIndex,
  options: { readonly run?: string | undefined; readonly checkpoint?: number | undefined } = {},
): Promise<IdentifiedEncoder> {
  const run = options.run ?? runOfIndex(index);
  const epochs = await new RunFolder(run).checkpointEpochs();
  // Training may have gone on since; the index holds what the encoder was at the time.
  const checkpoint = options.checkpoint ?? epochs.find((epoch) => epoch === index.info.run?.epoch);
  const encoder = await identifiedEncoder(run, checkpoint);
  index.requireModel(encoder.fingerprint, `${run}, epoch ${encoder.epoch},`);
  return encoder;
}

function runOfIndex(index: ItemIndex): string {
  const { run } = index.info;
  if (run === null) {
    throw new InputError(`${index.path} was made by a model of no run: name the run to use with --run`);
  }
  const places = placesFrom(indexLocation(index.path), run);
  const found = places.find((place) => existsSync(join(place, "config.json")));
  if (found !== undefined) return found;
  throw new InputError(
    `the run that made ${index.path} is not at ${places.join(" or ")} any more: name its folder with --run`,
  );
}
