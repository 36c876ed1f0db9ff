import { Command, InvalidArgumentError, Option } from "commander";
import { AbortedError } from "../base/index.ts";
import type { DatasetSplit } from "../platform/node/datasets/datasets.ts";
import { type PlotName, plotNames } from "../platform/node/figures/plotOptions.ts";
import { writePlots } from "../platform/node/figures/plots.ts";
import type { DeviceName } from "../platform/node/ort/devices.ts";
import { leastPcaDims } from "../platform/node/umap/umap.ts";
import type { UmapMetric } from "../projection/index.ts";
import { duration, interrupted, note, type Output, result } from "./console.ts";
import { stopOnInterrupt } from "./interrupt.ts";
import { checkpointOption, deviceOption, jsonOption, strictOption, wholeNumber } from "./options.ts";
import { PictureProgress } from "./pictureOptions.ts";
import { StageLine } from "./stageLine.ts";

interface PlotCommandOptions extends Output {
  readonly run: string;
  readonly data?: string;
  readonly split: DatasetSplit | "all";
  readonly limit?: number;
  readonly checkpoint?: number;
  readonly only?: readonly PlotName[];
  readonly pca?: number;
  readonly neighbors?: number;
  readonly minDist: number;
  readonly metric: UmapMetric;
  readonly umapEpochs?: number;
  readonly seed: number;
  readonly out?: string;
  readonly force: boolean;
  readonly strict?: boolean;
  readonly device: DeviceName;
}

export function plotCommand(): Command {
  return new Command("plot")
    .requiredOption("--run <dir>", "folder of the run")
    .option("--data <path|mnist>", "pictures to plot (default: the run's data)")
    .addOption(
      new Option("--split <name>", "the pictures to take, all being train and then test")
        .choices(["train", "test", "all"])
        .default("train"),
    )
    .option(
      "--limit <n>",
      "take n pictures of each split only, by lot and of each class its share (default: as many training pictures as the run took)",
      wholeNumber(2),
    )
    .addOption(checkpointOption())
    .addOption(
      new Option("--only <name>", `one of ${plotNames.join(", ")}; may be repeated (default: all)`).argParser(
        oneMore,
      ),
    )
    .option(
      "--pca <dims>",
      "principal components to take before UMAP (default: none)",
      wholeNumber(leastPcaDims),
    )
    .option(
      "--neighbors <n>",
      "neighbours of a point in UMAP, itself among them (default: 15, or all where there are fewer pictures)",
      wholeNumber(2),
    )
    .option("--min-dist <distance>", "how near UMAP may put points", fraction, 0.1)
    .addOption(
      new Option("--metric <name>", "how UMAP measures what is near")
        .choices(["cosine", "euclidean"])
        .default("cosine"),
    )
    .option(
      "--umap-epochs <n>",
      "rounds of UMAP's layout (default: 500 up to 10,000 pictures, else 200)",
      wholeNumber(1),
    )
    .option("--seed <n>", "seed of UMAP and of the pairs drawn", wholeNumber(0), 0)
    .option("--out <dir>", "folder to write to (default: plots in the run's)")
    .option("--force", "replace files of --out that are there", false)
    .addOption(strictOption())
    .addOption(deviceOption())
    .addOption(jsonOption())
    .action(runPlot);
}

async function runPlot(options: PlotCommandOptions): Promise<void> {
  const stop = stopOnInterrupt("stopping; once more to stop at once");
  const line = new StageLine();
  const { pca, neighbors, json, ...rest } = options;
  const began = performance.now();
  const reading = new PictureProgress();
  try {
    const { files, rows } = await writePlots({
      ...rest,
      onReport: (report) => {
        line.end();
        reading.onReport(report);
      },
      pcaDims: pca,
      nNeighbors: neighbors,
      signal: stop.signal,
      onBegin: note,
      onProgress: (stage, done, total) => line.update(stage, done, total),
    });
    line.end();
    const seconds = (performance.now() - began) / 1000;
    const pages = files.filter((file) => file.endsWith(".html"));
    result(
      { json },
      { files, rows, seconds, skipped: reading.skipped },
      ...pages,
      `open them in a browser; beside each is the same as .png (${duration(seconds)})`,
    );
  } catch (error) {
    line.end();
    if (!(error instanceof AbortedError)) throw error;
    interrupted({ json }, "stopped: nothing was written");
  } finally {
    line.end();
    stop.dispose();
  }
}

function oneMore(name: string, before: readonly PlotName[] | undefined): readonly PlotName[] {
  const known = plotNames.find((one) => one === name);
  if (known === undefined) throw new InvalidArgumentError(`expected one of ${plotNames.join(", ")}.`);
  return [...(before ?? []), known];
}

function fraction(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1)) {
    throw new InvalidArgumentError("expected a number from 0 to 1.");
  }
  return value;
}
