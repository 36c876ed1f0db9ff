import { thumbnailSize } from "../modality/image/fit/thumbnails.ts";
import { parameterCount } from "../nn/index.ts";
import { bestCheckpoint, configuredParts, type RunConfig } from "../runs/index.ts";
import { encoderLayers } from "./encoderLayers.ts";
import { longestShown, type RunInfo } from "./protocol.ts";

/** What a run's configuration does not say of it. */
export type RunProgress = Pick<
  RunInfo,
  "name" | "checkpoints" | "metrics" | "count" | "labelled" | "classes" | "index" | "snapshots"
> & {
  /** Default: those of the configuration. */
  readonly classNames?: readonly string[] | undefined;
};

/** What the page is told of a run. */
export function runInfo(config: RunConfig, progress: RunProgress): RunInfo {
  const { checkpoints, metrics, classNames, snapshots } = progress;
  const { encoder } = configuredParts(config);
  const { encoder: choice, preprocessing } = config.towers.image;
  const { channels, size } = choice;
  const input = { width: size, height: size, channels };
  return {
    ...progress,
    data: config.data.source,
    recipe: config.recipe,
    loss: config.loss.name,
    epochs: config.epochs,
    best: bestCheckpoint(config, metrics, checkpoints),
    parameters: parameterCount(encoder),
    layers: encoderLayers(choice.name, encoder),
    dim: encoder.dim,
    picture: thumbnailSize(input, longestShown),
    input,
    preprocessing,
    classNames: classNames ?? config.data.classes,
    // A film needs two.
    snapshots: snapshots >= 2 ? snapshots : 0,
  };
}
