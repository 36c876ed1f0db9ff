import { InputError } from "../base/index.ts";
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
    return rowOf(line, `${fileName}: line ${index + 1}`);
  });
}

function rowOf(line: string, where: string): EpochMetrics {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new InputError(`${where} is no JSON, expected the metrics of an epoch`);
  }
  const result = epochMetricsSchema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new InputError(`${where}: ${issue.path.join(".") || "the whole"}: ${issue.message}`);
}
