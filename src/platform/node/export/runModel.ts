import type { TensorData } from "../../../base/index.ts";
import {
  describedTower,
  type EncoderDescription,
  imageModel,
  preprocessingOf,
  type RunConfig,
} from "../../../runs/index.ts";
import { readRunEncoder } from "../run/runEncoder.ts";
import type { RunFolder } from "../run/runFolder.ts";

/** A run's encoder as a model to be run elsewhere, and what is to be known of it. */
export interface RunModel {
  /** `images` in [-1, 1] to `embedding`. */
  readonly onnx: Uint8Array;
  readonly weights: ReadonlyMap<string, TensorData>;
  readonly description: EncoderDescription;
}

/**
 * The model of a run as it was after an epoch; by default after the best one where patience keeps one, else the last.
 *
 * @throws InputError when there is no such checkpoint, or it does not fit the run's encoder.
 */
export async function readRunModel(
  folder: RunFolder,
  config: RunConfig,
  options: { readonly checkpoint?: number | undefined; readonly normalized: boolean },
): Promise<RunModel> {
  const { encoder, weights, epoch } = await readRunEncoder(folder, config, options.checkpoint);
  const preprocessing = preprocessingOf(config.towers.image);
  const model = imageModel(encoder, config, weights, epoch);
  const { onnx, description } = await describedTower(model.towers[0], model);
  return { onnx, weights, description: { ...description, preprocessing, normalized: options.normalized } };
}
