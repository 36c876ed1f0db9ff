import type { Preprocessing } from "../modality/image/index.ts";
import type { Tower } from "../modality/tower.ts";
import { parameterCount } from "../nn/index.ts";
import { type AlignmentConfig, bestCheckpoint, configuredParts, type RunConfig } from "../runs/index.ts";
import { encoderLayers } from "./encoderLayers.ts";
import type { ImageQuery, ModalityQuery, ShownModality } from "./itemsProtocol.ts";
import type { RunInfo } from "./protocol.ts";

/** What a run's configuration does not say of it. */
export type RunProgress = Pick<
  RunInfo,
  "name" | "checkpoints" | "metrics" | "count" | "labelled" | "classes" | "index" | "snapshots"
> & {
  /** In the order of the rows. */
  readonly modalities: readonly ShownModality[];
  /** Default: those of the configuration. */
  readonly classNames?: readonly string[] | undefined;
};

/** What the page is told of a run. */
export function runInfo(config: RunConfig, progress: RunProgress): RunInfo {
  const { classNames = config.data.classes } = progress;
  const { encoder } = configuredParts(config);
  return {
    ...toldOf(config, progress, { image: imageQuery(config, classNames) }),
    parameters: parameterCount(encoder),
    layers: encoderLayers(config.towers.image.encoder.name, encoder),
    dim: encoder.dim,
  };
}

/**
 * What the page is told of a run of several modalities.
 *
 * @param queries how something new of a modality is asked about
 * @param towers all of them, locked ones whole
 */
export function alignmentInfo(
  config: AlignmentConfig,
  {
    queries,
    towers,
    ...progress
  }: RunProgress & {
    readonly queries: Readonly<Record<string, ModalityQuery>>;
    readonly towers: readonly Tower[];
  },
): RunInfo {
  return {
    ...toldOf(config, progress, queries),
    parameters: towers.reduce((sum, tower) => sum + parameterCount(tower), 0),
    layers: null,
    dim: config.dim,
  };
}

/** How pictures are asked about of a tower that takes them squared. @param digits see {@link ImageQuery} */
export function imageQueryFor(fitting: Preprocessing, digits: boolean): ImageQuery {
  const { size, channels } = fitting;
  return { kind: "image", input: { width: size, height: size, channels }, fitting, digits };
}

function toldOf(
  config: RunConfig | AlignmentConfig,
  progress: RunProgress,
  queries: Readonly<Record<string, ModalityQuery>>,
) {
  const { checkpoints, metrics, classNames = config.data.classes, snapshots, modalities } = progress;
  return {
    ...progress,
    data: config.data.source,
    recipe: config.recipe,
    loss: config.loss.name,
    epochs: config.epochs,
    best: bestCheckpoint(config, metrics, checkpoints),
    modalities: modalities.map((each) => ({ ...each, query: queries[each.modality] ?? null })),
    classNames,
    // A film needs two.
    snapshots: snapshots >= 2 ? snapshots : 0,
  };
}

/** How pictures are asked about of a run's tower of them. */
function imageQuery({ towers }: RunConfig, classNames: readonly string[] | null): ImageQuery {
  const { encoder, preprocessing } = towers.image;
  const { channels, size } = encoder;
  const cut: Preprocessing = { size, channels: channels === 1 ? 1 : 3, fit: "cover" };
  return {
    kind: "image",
    input: { width: size, height: size, channels },
    fitting: preprocessing ?? cut,
    // Grey, 28 x 28, from no files, and of classes that are called by numbers.
    digits: !preprocessing && !classNames && channels === 1 && size === 28,
  };
}
