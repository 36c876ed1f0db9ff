import { shellWord } from "../../base/index.ts";
import { parameterCount } from "../../nn/index.ts";
import type { PictureProblem } from "../../platform/node/pictures/listing/pictureTree.ts";
import type { TrainRunResult } from "../../platform/node/run/trainRun.ts";
import {
  configuredParts,
  type Guidance,
  type ImageTowerConfig,
  type RunConfig,
  trainingOptions,
  verdictLines,
} from "../../runs/index.ts";
import { textOf } from "../../runs/option.ts";
import type { EarlyStop, EpochMetrics, StepReport } from "../../train/index.ts";
import { duration, result } from "../console.ts";
import type { TrainOptions } from "./trainOptions.ts";

export function stepsDone({ epoch, batch, batches }: StepReport): number {
  return (epoch - 1) * batches + batch;
}

export function describeStep(
  { epoch, loss, perSecond, unit, secondsLeft }: StepReport,
  { epochs }: RunConfig,
): string {
  const rate = `${perSecond.toFixed(0)} ${unit}/s`;
  return `epoch ${epoch}/${epochs}  loss ${loss.toFixed(4)}  ${rate}  ${duration(secondsLeft)} left`;
}

export function describeEpoch(metrics: EpochMetrics, epochs: number): string {
  const { epoch, trainLoss, valLoss, lr, knn1, knnReferences, mapAtR, seconds, perSecond, unit } = metrics;
  const ranked = mapAtR === null ? "" : `  MAP@R ${mapAtR.toFixed(4)}`;
  const neighbours = knn1 === null ? "" : `  1-NN ${knn1.toFixed(4)} (among ${knnReferences})${ranked}`;
  const loss = valLoss === null ? "" : `  validation loss ${valLoss.toFixed(4)}`;
  const validation = `${loss}${neighbours}`;
  return `epoch ${epoch}/${epochs}  loss ${trainLoss.toFixed(4)}${validation}  lr ${Number(lr.toPrecision(3))}  ${duration(seconds)}  ${perSecond.toFixed(0)} ${unit}/s`;
}

/** A configuration in one line, for people. */
export function describeConfig(config: RunConfig): string {
  const { encoder } = config.towers.image;
  const { recipe, head, loss, sampler, optimizer, schedule, augmentation, batchSize } = config;
  const size = parameterCount(configuredParts(config).encoder).toLocaleString("en");
  const wide = describeSize(encoder);
  const options = [
    loss.temperature === undefined ? "" : ` at temperature ${loss.temperature}`,
    loss.margin === undefined ? "" : ` with margin ${loss.margin}`,
  ].join("");
  const batches = {
    pairs: `batches of ${batchSize} pairs`,
    shuffled: `batches of ${batchSize} pictures`,
    classBalanced:
      sampler.name === "classBalanced"
        ? `batches of ${sampler.classes} classes x ${sampler.images} pictures`
        : "",
  }[sampler.name];
  const policy = augmentation?.policy ?? "light";
  const how = policy === "light" ? "varied" : `varied as ${policy}`;
  const varied = augmentation ? `, ${how}${augmentation.elastic ? " and distorted" : ""}` : "";
  const through = head ? ` through a head of ${head.hidden} and ${head.dim}` : "";
  return `recipe: ${recipe}: ${encoder.name} encoder (${size} parameters${wide}, dim ${encoder.dim}), loss ${loss.name}${options}${through}, ${batches}${varied}, ${optimizer.name} at ${optimizer.learningRate}, ${textOf(trainingOptions.schedule.is, schedule.name)} schedule`;
}

/** What of an encoder's size was chosen. */
function describeSize(encoder: ImageTowerConfig["encoder"]): string {
  if (encoder.name === "head") return `, hidden ${encoder.hidden}, on ${encoder.trunk.features} features`;
  const width = "width" in encoder ? `, width ${encoder.width}` : "";
  return "depth" in encoder ? `${width}, depth ${encoder.depth}` : width;
}

/** What is told of a training beside what it came to. */
interface Ended {
  readonly seconds: number;
  readonly device: string;
  readonly guidance: Guidance | undefined;
  /** Files that the data was read without. */
  readonly skipped: readonly PictureProblem[];
}

/** Prints what a finished training came to. */
export function finish(
  options: TrainOptions,
  { history, steps, earlyStop, verdict, recordingSeconds }: TrainRunResult,
  { seconds, device, guidance, skipped }: Ended,
): void {
  const last = history.at(-1)!;
  const trained = history.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const count = history.reduce((sum, epoch) => sum + epoch.perSecond * epoch.seconds, 0);
  const summary = {
    run: options.out,
    epochs: last.epoch,
    trainLoss: last.trainLoss,
    valLoss: last.valLoss,
    knn1: last.knn1,
    mapAtR: last.mapAtR,
    best: last.best,
    earlyStop,
    verdict,
    perSecond: count / trained,
    unit: last.unit,
    ...{ seconds, recordingSeconds, device },
    ...(guidance ? { guidance } : {}),
    skipped,
  };
  const out = shellWord(options.out);
  const recorded =
    recordingSeconds > 0
      ? `, or kindred animate --run ${out} for a film of it (recording took ${recordingSeconds.toFixed(1)} s)`
      : "";
  const epochs = `${last.epoch} ${last.epoch === 1 ? "epoch" : "epochs"}`;
  const lines = [
    steps === 0
      ? `nothing was left to train after ${epochs}${earlyStop ? "" : `: ask for more with --epochs`}`
      : `trained ${epochs} in ${duration(seconds)}: ${options.out} holds checkpoints, metrics, figures and the model`,
    ...(earlyStop ? [describeEarlyStop(earlyStop, last, out)] : []),
    ...describeBest(history),
    ...(verdict
      ? verdictLines(verdict)
      : ["how good it is cannot be told: no validation picture is of a class that was trained on"]),
    `next: kindred eval --run ${out}${recorded}`,
  ];
  result(options, summary, ...lines);
}

/** Why it was over before its last epoch, and how to go on. */
function describeEarlyStop(
  { epoch, of, patience, from }: EarlyStop,
  { mapAtR }: EpochMetrics,
  out: string,
): string {
  const measure = mapAtR === null ? "lower validation loss" : "better MAP@R";
  const counted = from > 1 ? `, counted from epoch ${from}, when the learning rate had come down` : "";
  return `stopped early, after epoch ${epoch} of ${of}: no ${measure} for ${patience} epochs${counted}; go on with kindred train --resume --patience 0 --out ${out}`;
}

/** Which epoch the encoder is of, where that is not simply the last. */
function describeBest(history: readonly EpochMetrics[]): string[] {
  const last = history.at(-1)!;
  const best = history.find(({ epoch }) => epoch === last.best);
  if (!best) return [];
  const measure =
    best.mapAtR === null
      ? `validation loss ${best.valLoss?.toFixed(4)}`
      : `validation MAP@R ${best.mapAtR.toFixed(3)}`;
  return [
    `best epoch ${best.epoch} of ${last.epoch} (${measure}): its weights are taken where no --checkpoint is named`,
  ];
}
