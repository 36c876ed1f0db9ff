import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { InputError, shellWord } from "../../base/index.ts";
import type { LossRow } from "../../report/lossData.ts";
import { readFileOrExplain } from "./files.ts";

const lossRow = z.object({
  epoch: z.number().int().min(1),
  // JSON has no NaN: a training that diverged wrote null.
  trainLoss: z.number().nullable(),
  valLoss: z.number().nullable(),
  lr: z.number(),
  knn1: z.number().nullable(),
});

/**
 * The epochs of a run's `metrics.jsonl`.
 *
 * @throws InputError when no epoch has been finished, or a line is none of an epoch (the line is named).
 */
export async function readLossRows(run: string): Promise<readonly LossRow[]> {
  const file = join(run, "metrics.jsonl");
  const text = existsSync(file) ? new TextDecoder().decode(await readFileOrExplain(file)) : "";
  const lines = text.trimEnd().split("\n");
  if (text.trim() === "") {
    throw new InputError(
      `${run}: no epoch has been finished, so there is no loss to plot: go on with kindred train --resume --out ${shellWord(run)}`,
    );
  }
  return lines.map((line, index) => rowOf(line, `${file}: line ${index + 1}`));
}

function rowOf(line: string, where: string): LossRow {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new InputError(`${where} is no JSON, expected the metrics of an epoch`);
  }
  const result = lossRow.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new InputError(`${where}: ${issue.path.join(".") || "the whole"}: ${issue.message}`);
}
