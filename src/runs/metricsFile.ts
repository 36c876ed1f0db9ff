import { parseJson } from "../base/parseJson.ts";
import type { EpochMetrics } from "../train/metrics.ts";
import { epochMetricsSchema } from "./checkpoint/trainingState.ts";

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
