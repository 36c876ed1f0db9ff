import { InputError, shellWord } from "../../../base/index.ts";
import type { LossRow } from "../../../report/lossData.ts";
import { RunFolder } from "../run/runFolder.ts";

/**
 * The epochs of a run's `metrics.jsonl`.
 *
 * @throws InputError when no epoch has been finished, or a line is none of an epoch (the line is named).
 */
export async function readLossRows(run: string): Promise<readonly LossRow[]> {
  const rows = await new RunFolder(run).readMetrics();
  if (rows.length === 0) {
    throw new InputError(
      `${run}: no epoch has been finished, so there is no loss to plot: go on with kindred train --resume --out ${shellWord(run)}`,
    );
  }
  return rows.map((row) => ({ ...row, trainLoss: Number.isNaN(row.trainLoss) ? null : row.trainLoss }));
}
