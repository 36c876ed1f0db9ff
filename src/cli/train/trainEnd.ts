import { shellWord } from "../../base/index.ts";
import type { PictureProblem } from "../../platform/node/pictures/listing/pictureTree.ts";
import type { TrainRunResult } from "../../platform/node/run/trainRun.ts";
import { type Guidance, verdictLines } from "../../runs/index.ts";
import type { EarlyStop, EpochMetrics } from "../../train/index.ts";
import { duration, result } from "../console.ts";
import type { TrainOptions } from "./trainOptions.ts";

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
