import { Rng, type TensorData } from "../../../base/index.ts";
import { type Encoder, initialState } from "../../../nn/index.ts";
import { configuredParts, matchTensors, type RunConfig } from "../../../runs/index.ts";
import { withTrunk } from "../trunk/trunk.ts";
import type { RunFolder } from "./runFolder.ts";

/** A run's encoder with the weights of a checkpoint. */
export interface RunEncoder {
  readonly encoder: Encoder;
  readonly weights: ReadonlyMap<string, TensorData>;
  /** Of the checkpoint, counted from 0. */
  readonly epoch: number;
}

/**
 * The encoder of a run as it was after an epoch; by default after the best one where patience keeps one, else the last.
 *
 * @throws InputError when there is no such checkpoint, it does not fit the run's encoder, or that has a trunk which neither
 * the run's folder nor the trunk's own file holds.
 */
export async function readRunEncoder(
  folder: RunFolder,
  config: RunConfig,
  checkpoint?: number,
): Promise<RunEncoder> {
  const encoder = await withTrunk(configuredParts(config).encoder, config.towers.image, folder.path);
  const { epoch, weights, file } = await folder.readWeights(checkpoint);
  matchTensors(
    initialState(encoder, (name) => Rng.of(config.seed, "initial", name)),
    weights,
    file,
  );
  return { encoder, weights, epoch };
}
