import type { TensorData } from "../../../base/index.ts";
import { describedTower, type EncoderDescription, imageModel, preprocessingOf } from "../../../runs/index.ts";
import { readRunEncoder } from "../run/runEncoder.ts";
import type { RunFolder } from "../run/runFolder.ts";

/** A run's picture tower as a model to be run elsewhere: `images` in [-1, 1] to `embedding`. */
export interface RunModel {
  readonly onnx: Uint8Array<ArrayBuffer>;
  readonly description: EncoderDescription;
  weights(): Promise<ReadonlyMap<string, TensorData>>;
}

/**
 * The model of a run as it was after an epoch; by default after the best one where patience keeps one, else the last. It is the
 * run's `model` where that is of this epoch, else made of the checkpoint.
 *
 * @throws InputError when there is no such checkpoint, or it does not fit the run's encoder.
 */
export async function readRunModel(folder: RunFolder, checkpoint?: number): Promise<RunModel> {
  const config = await folder.readConfig();
  const wanted = checkpoint ?? (await folder.chosenEpoch(await folder.checkpointEpochs()));
  const kept = await folder.readImageModel(wanted);
  if (kept) return { ...kept, weights: async () => (await folder.readWeights(wanted)).weights };
  const { encoder, weights, epoch } = await readRunEncoder(folder, config, checkpoint);
  const preprocessing = preprocessingOf(config.towers.image);
  const model = imageModel(encoder, config, weights, epoch);
  const { onnx, description } = await describedTower(model.towers[0], model);
  return { onnx, description: { ...description, preprocessing }, weights: async () => weights };
}
