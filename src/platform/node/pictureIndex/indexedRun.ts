import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { InputError, type Shape, type TensorData } from "../../../base/index.ts";
import type { Preprocessing } from "../../../modality/image/index.ts";
import type { IndexInfo } from "../../../retrieval/index.ts";
import { encoderFingerprint, type RunConfig } from "../../../runs/index.ts";
import { encoderTower, modelTower, type Tower } from "../../../train/index.ts";
import { packageVersion } from "../files/packageVersion.ts";
import { indexLocation, placesFrom, relativeToIndex } from "../itemIndex/indexLocation.ts";
import type { ItemIndex } from "../itemIndex/itemIndex.ts";
import { type ImageModel, readImageModel } from "../model/modelFolder.ts";
import { readRunEncoder } from "../run/runEncoder.ts";
import { RunFolder } from "../run/runFolder.ts";

/** What embeds the pictures of an index, and what tells it from others. */
export interface IndexModel {
  /** Folder of the run, or of a model alone. */
  readonly run: string;
  /** Null of a model alone. */
  readonly config: RunConfig | null;
  readonly tower: Tower;
  /** The tower's state; none where it is inside. */
  readonly weights: ReadonlyMap<string, TensorData>;
  readonly fingerprint: string;
  /** Of the checkpoint, counted from 0; null of a model of none. */
  readonly epoch: number | null;
  /** Name of the kind of encoder. */
  readonly encoder: string;
  /** How picture files become what it takes; null of a run of arrays. */
  readonly preprocessing: Preprocessing | null;
}

/**
 * The model of a run, by default of its best epoch where patience keeps one, else of the last; or a model alone. It is taken from
 * the folder `model` where that is of this epoch, else from the checkpoint.
 *
 * @throws InputError as `readRunEncoder` does.
 */
export async function indexModel(run: string, checkpoint?: number): Promise<IndexModel> {
  const folder = new RunFolder(run);
  if (!folder.exists && existsSync(join(run, "model.json"))) return modelAlone(run, checkpoint);
  const config = await folder.readConfig();
  const { preprocessing } = config.towers.image;
  const wanted = checkpoint ?? (await folder.chosenEpoch(await folder.checkpointEpochs()));
  const kept = await folder.readImageModel(wanted);
  if (kept) return { ...ofModel(run, kept), config, preprocessing };
  const { encoder, weights, epoch } = await readRunEncoder(folder, config, checkpoint);
  return {
    ...{ run, config, preprocessing, weights, epoch, tower: encoderTower(encoder) },
    fingerprint: await encoderFingerprint(weights, config.towers.image),
    encoder: config.towers.image.encoder.name,
  };
}

async function modelAlone(run: string, checkpoint: number | undefined): Promise<IndexModel> {
  if (checkpoint !== undefined) {
    throw new InputError(
      `${run} is one model and has no checkpoints: leave --checkpoint out, or name its run`,
    );
  }
  const found = await readImageModel(run);
  if (found) return ofModel(run, found);
  throw new InputError(
    `${run} has no tower of pictures (image.onnx) that its model.json names: put the files of one model together`,
  );
}

function ofModel(run: string, { file, onnx, description }: ImageModel): IndexModel {
  const { epoch, encoder, preprocessing, fingerprint } = description;
  const tower = modelTower(onnx, file, "image");
  return { run, config: null, tower, weights: new Map(), fingerprint, epoch, encoder, preprocessing };
}

/** What a picture is to the tower: `[channels, height, width]`. */
export function pictureShape({ tower }: IndexModel): Shape {
  return (tower.whole ?? tower).ports[0]!.shape;
}

/** What an index at a path will remember of the model. */
export function infoOf(model: IndexModel, path: string): IndexInfo {
  const { fingerprint, epoch, run, encoder, preprocessing } = model;
  const relative = relativeToIndex(indexLocation(path), run);
  return {
    format: 2,
    fingerprint,
    dim: model.tower.dim,
    metric: "cosine",
    modalities: [{ modality: "image", encoder, inputShape: [...pictureShape(model)], preprocessing }],
    run: epoch === null ? null : { relative, absolute: resolve(run), epoch },
    kindred: packageVersion(),
    made: new Date().toISOString(),
  };
}

/**
 * The model that made an index, from its run: the one given, or else where the index says it was.
 *
 * @throws InputError when there is no such run, or its model is another; then both fingerprints are named.
 */
export async function modelOfIndex(
  index: ItemIndex,
  options: { readonly run?: string | undefined; readonly checkpoint?: number | undefined } = {},
): Promise<IndexModel> {
  const run = options.run ?? runOfIndex(index);
  const epochs = await new RunFolder(run).checkpointEpochs();
  // Training may have gone on since; the index holds what the encoder was at the time.
  const checkpoint = options.checkpoint ?? epochs.find((epoch) => epoch === index.info.run?.epoch);
  const model = await indexModel(run, checkpoint);
  index.requireModel(model.fingerprint, `${run}, epoch ${model.epoch ?? "none"},`);
  return model;
}

function runOfIndex(index: ItemIndex): string {
  const { run } = index.info;
  if (run === null) {
    throw new InputError(`${index.path} was made by a model of no run: name the run to use with --run`);
  }
  const places = placesFrom(indexLocation(index.path), run);
  const found = places.find((place) =>
    ["config.json", "model.json"].some((name) => existsSync(join(place, name))),
  );
  if (found !== undefined) return found;
  throw new InputError(
    `the run that made ${index.path} is not at ${places.join(" or ")} any more: name its folder with --run`,
  );
}
