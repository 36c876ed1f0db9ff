import { parameterCount } from "../../nn/index.ts";
import { configuredParts, type RunConfig, trainingOptions } from "../../runs/index.ts";
import { textOf } from "../../runs/option.ts";
import type { EpochMetrics, StepReport } from "../../train/index.ts";
import { duration } from "../console.ts";

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
  const { recipe, encoder, head, loss, sampler, optimizer, schedule, augmentation, batchSize } = config;
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
function describeSize(encoder: RunConfig["encoder"]): string {
  if (encoder.name === "head") return `, hidden ${encoder.hidden}, on ${encoder.trunk.features} features`;
  const width = "width" in encoder ? `, width ${encoder.width}` : "";
  return "depth" in encoder ? `${width}, depth ${encoder.depth}` : width;
}
