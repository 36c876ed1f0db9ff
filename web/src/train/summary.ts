import { type EarlyStop, type EpochMetrics, type Verdict, verdictText } from "kindred";
import type { Hello, RunInfo, TrainRequest } from "kindred/workspace";
import { itemsWord } from "../words/itemWords.ts";
import { counted, countText, lossText, percentText } from "../words/wording.ts";
import { choiceOf } from "./requestForm.ts";

/** What is trained, in a line: recipe, loss, pictures. */
export function requestText(request: TrainRequest, hello: Hello | null): string {
  const recipe = choiceOf(hello?.recipes ?? [], request.recipe)?.title ?? request.recipe;
  const loss =
    request.loss === null ? null : (choiceOf(hello?.losses ?? [], request.loss)?.title ?? request.loss);
  const data = choiceOf(hello?.datasets ?? [], request.data)?.title ?? request.data;
  return [
    data,
    ...(request.limit === null ? [] : [`the first ${countText(request.limit)}`]),
    `recipe ${recipe}`,
    ...(loss === null ? [] : [loss]),
    ...(request.epochs === null ? [] : [counted(request.epochs, "epoch")]),
    `seed ${request.seed}`,
  ].join(" · ");
}

/** How a training that is done is headed: a doubtful one is not simply done. */
export function doneTitle(verdict: Verdict | null | undefined): string {
  switch (verdict?.level) {
    case "worse":
      return verdictTitle(verdictText(verdict));
    case "little":
      return "The encoder has learned little";
    default:
      return "Training is done";
  }
}

function verdictTitle(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}`;
}

/** Why a training was over before its last epoch. */
export function earlyStopText({ epoch, of, patience }: EarlyStop): string {
  return `It stopped early, after epoch ${epoch} of ${of}: none was better for ${counted(patience, "epoch")}.`;
}

/** What an epoch ended with, for the live region. */
export function epochText(metrics: EpochMetrics, of: number | null): string {
  const knn = metrics.knn1 === null ? "" : `, 1-NN accuracy ${percentText(metrics.knn1)}`;
  return `Epoch ${metrics.epoch}${of === null ? "" : ` of ${of}`} ended: loss ${lossText(metrics.trainLoss)}${knn}.`;
}

/** What a training reached, as names with values. */
export function reached(
  epochs: readonly EpochMetrics[],
  lastMap: { readonly knn1: number | null } | null,
): readonly { readonly name: string; readonly value: string }[] {
  const last = epochs.at(-1);
  if (last === undefined) return [];
  const knn1 = last.knn1 ?? lastMap?.knn1 ?? null;
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  return [
    ...(knn1 === null
      ? []
      : [
          {
            name: last.knn1 === null ? "1-NN accuracy of the map" : "1-NN accuracy",
            value: percentText(knn1),
          },
        ]),
    { name: "Loss", value: lossText(last.trainLoss) },
    { name: "Epochs", value: String(epochs.length) },
    { name: "Trained for", value: `${seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0)} s` },
  ];
}

/** What a run that is open is, in a line. */
export function runText(run: RunInfo): string {
  return `${run.data} · recipe ${run.recipe} · ${run.loss} · ${counted(run.checkpoints.length, "checkpoint")} · ${countText(run.count)} ${itemsWord(run)} · ${countText(run.parameters)} parameters · ${run.dim} dimensions`;
}
