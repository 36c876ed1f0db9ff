import type { RunConfig } from "../../runs/index.ts";
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
