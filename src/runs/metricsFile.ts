import { parseJson } from "../base/parseJson.ts";
import type { EpochMetrics } from "../train/metrics.ts";
import { epochMetricsSchema } from "./checkpoint/trainingState.ts";
import type { RunConfig } from "./runConfig.ts";

/**
 * The epochs of a run from the text of its `metrics.jsonl`: an object a line, also as earlier versions wrote it.
 *
 * @throws InputError naming the file, the line that is none of an epoch, and what is wrong with it.
 */
export function parseMetrics(text: string, fileName: string): EpochMetrics[] {
  return text.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return [];
    return parseJson(
      epochMetricsSchema,
      line,
      `${fileName}: line ${index + 1}`,
      "the metrics of an epoch: put the file's copy back, or remove it",
    );
  });
}

/**
 * The checkpoint, counted from 0, of the best epoch of a run that may stop early: the one that is taken where none is named.
 *
 * @param checkpoints those that there are
 * @returns null where that epoch has none, or the run keeps none as the best; then the newest is taken
 */
export function bestCheckpoint(
  { patience }: Pick<RunConfig, "patience">,
  metrics: readonly EpochMetrics[],
  checkpoints: readonly number[],
): number | null {
  const best = patience === 0 ? null : (metrics.at(-1)?.best ?? null);
  return best !== null && checkpoints.includes(best - 1) ? best - 1 : null;
}
