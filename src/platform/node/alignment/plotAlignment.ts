import { join, resolve } from "node:path";
import { TextColumn } from "../../../modality/text/index.ts";
import type { AlignmentConfig } from "../../../runs/index.ts";
import type { EpochMetrics } from "../../../train/index.ts";
import { type AlignmentRow, jointPlotNames, writeJointPlots } from "../figures/jointPlots.ts";
import { requireNew } from "../files/files.ts";
import { outputFolder } from "../files/outputFolder.ts";
import { type DeviceName, nodeRuntime } from "../ort/devices.ts";
import type { RunFolder } from "../run/runFolder.ts";
import type { MeasuredRows } from "./alignmentData.ts";
import { embedRows } from "./evaluateAlignment.ts";
import { openAlignment } from "./openAlignment.ts";
import { sampledRows } from "./sampledRows.ts";

export interface PlotAlignmentOptions {
  readonly checkpoint?: number | undefined;
  readonly out?: string | undefined;
  readonly force?: boolean;
  readonly seed: number;
  readonly device?: DeviceName | undefined;
  readonly onBegin?: (text: string) => void;
  readonly onProgress?: (what: string, done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * Writes the plots of an alignment: the joint map by PCA and by UMAP, similarities between modalities, and the course of temperature and
 * R@1, each as a page and as PNG. Of each modality up to 2,000 measured rows are shown, by lot.
 *
 * @throws InputError when there is no such checkpoint, or, without `force`, files are in another folder than the run's own already.
 * @throws AbortedError when stopped by the signal.
 */
export async function plotAlignment(
  folder: RunFolder,
  config: AlignmentConfig,
  options: PlotAlignmentOptions,
): Promise<{ readonly files: readonly string[]; readonly rows: number }> {
  const { seed, signal, onProgress } = options;
  const own = join(folder.path, "plots");
  const out = options.out ?? own;
  const force = options.force === true || resolve(out) === resolve(own);
  for (const name of jointPlotNames) {
    for (const ending of ["html", "png"]) requireNew(join(out, `${name}.${ending}`), { force });
  }
  const output = await outputFolder(out);
  const { epoch, weights } = await folder.readWeights(options.checkpoint);
  const runtime = await nodeRuntime({ device: options.device ?? "auto" });
  try {
    const opened = await openAlignment(config, {
      runtime,
      ...(signal ? { signal } : {}),
      onFiles: (what, done, total) => onProgress?.(what, done, total),
    });
    const { of, rows } = await opened.measured();
    const shown = sampledRows(rows, seed);
    const embedded = await embedRows(opened.towers, weights, shown, {
      runtime,
      ...(onProgress ? { onProgress } : {}),
      ...(signal ? { signal } : {}),
    });
    const count = embedded.reduce((sum, { labels }) => sum + labels.length, 0);
    const what = `${count.toLocaleString("en")} ${of} items of ${config.data.source}, after ${epoch + 1} ${epoch === 0 ? "epoch" : "epochs"}`;
    options.onBegin?.(what);
    const told = embedded.map(async (one) => ({ ...one, texts: await textsOf(shown, one.modality) }));
    const files = await writeJointPlots({
      modalities: await Promise.all(told),
      classNames: config.data.classes,
      ...{ what, out, seed, device: options.device, signal, onProgress },
      epochs: (await folder.readMetrics()).map((metrics) => courseOf(config, metrics)),
    });
    return { files, rows: count };
  } finally {
    await runtime.dispose();
    await output.undo();
  }
}

/** The first text of each row, as it is shown where the column has only what a tower made of it. */
async function textsOf(rows: MeasuredRows, modality: string): Promise<readonly string[] | undefined> {
  const dataset = rows.find((one) => one.modality === modality)?.dataset;
  const column = dataset?.columns.get(modality);
  if (column instanceof TextColumn) return column.texts.map(([first = ""]) => first);
  if (modality !== "text" || !dataset || !column?.preview) return undefined;
  const texts: string[] = [];
  for (let row = 0; row < dataset.count; row++) {
    texts.push(new TextDecoder().decode((await column.preview(row)).bytes));
  }
  return texts;
}

function courseOf({ loss }: AlignmentConfig, { epoch, scale, recallAt1 = null }: EpochMetrics): AlignmentRow {
  const pairs = loss.pairs.map(({ between }) => between.join(" and ")).join(", ");
  return { epoch, temperature: scale === undefined ? null : 1 / scale, recall: { [pairs]: recallAt1 } };
}
