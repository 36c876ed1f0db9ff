import type { Command } from "commander";
import { InputError } from "../base/index.ts";
import { plotAlignment } from "../platform/node/alignment/plotAlignment.ts";
import { plotNames } from "../platform/node/figures/plotOptions.ts";
import { writePlots } from "../platform/node/figures/plots.ts";
import { RunFolder } from "../platform/node/run/runFolder.ts";
import { leastPcaDims } from "../platform/node/umap/umap.ts";
import type { AlignmentConfig } from "../runs/index.ts";
import {
  flagOf,
  integer,
  type OptionTable,
  type OptionValues,
  oneOf,
  path,
  several,
  share,
} from "../runs/option.ts";
import { trainingOptions } from "../runs/trainingOptions.ts";
import { duration, note, result, StageLine } from "./console.ts";
import { untilStopped } from "./interrupt.ts";
import { commandOf, shared, taking } from "./options.ts";
import { PictureProgress } from "./pictureProgress.ts";

const takes = {
  run: shared.run,
  data: { ...shared.data, about: "pictures to plot" },
  split: shared.split,
  limit: { ...shared.limit, usual: "as many training pictures as the run took" },
  checkpoint: shared.checkpoint,
  only: {
    is: several("name", oneOf("name", plotNames)),
    about: `which of ${plotNames.join(", ")}`,
    usual: "all",
  },
  pca: {
    is: integer("dims", leastPcaDims),
    about: "principal components to take before UMAP",
    usual: "none",
  },
  neighbors: {
    is: integer("n", 2),
    about: "neighbours of a point in UMAP, itself among them",
    usual: "15, or all where there are fewer pictures",
  },
  minDist: { is: share("distance"), about: "how near UMAP may put points", default: 0.1 },
  metric: {
    is: oneOf("name", ["cosine", "euclidean"]),
    about: "how UMAP measures what is near",
    default: "cosine",
  },
  umapEpochs: {
    is: integer("n", 1),
    about: "rounds of UMAP's layout",
    usual: "500 up to 10,000 pictures, else 200",
  },
  seed: { ...trainingOptions.seed, about: "seed of UMAP and of the pairs drawn", default: 0 },
  out: { is: path("dir"), about: "folder to write to", usual: "plots in the run's" },
  force: { ...shared.force, about: "replace files of --out that are there" },
  ...taking("strict", "device", "json"),
} satisfies OptionTable;

export const plotCommand = (): Command =>
  commandOf(takes, (options, { given }) =>
    untilStopped(options, "stopping; once more to stop at once", "stopped: nothing was written", (signal) =>
      runPlot(options, given, signal),
    ),
  );

async function runPlot(
  options: OptionValues<typeof takes>,
  given: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<void> {
  const folder = new RunFolder(options.run);
  const alignment = await folder.readAlignment();
  if (alignment) return plotJoint(options, given, folder, alignment, signal);
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
      signal,
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
  } finally {
    line.end();
  }
}

/** The options that plots of several modalities take. */
const ofSeveral: ReadonlySet<string> = new Set([
  "run",
  "checkpoint",
  "out",
  "force",
  "seed",
  "device",
  "json",
]);

/** The plots of a run of several modalities. */
async function plotJoint(
  options: OptionValues<typeof takes>,
  given: ReadonlySet<string>,
  folder: RunFolder,
  config: AlignmentConfig,
  signal: AbortSignal,
): Promise<void> {
  const { checkpoint, out, force, seed, device, json } = options;
  const stray = [...given].find((name) => !ofSeveral.has(name));
  if (stray !== undefined) {
    throw new InputError(
      `--${flagOf(stray)} is for a run of pictures alone, and ${options.run} has several modalities: leave it out`,
    );
  }
  const line = new StageLine();
  const began = performance.now();
  try {
    const { files, rows } = await plotAlignment(folder, config, {
      ...{ checkpoint, out, force, seed, device, signal },
      onBegin: note,
      onProgress: (what, done, total) => line.update(what, done, total),
    });
    line.end();
    const seconds = (performance.now() - began) / 1000;
    result(
      { json },
      { files, rows, seconds },
      ...files.filter((file) => file.endsWith(".html")),
      `open them in a browser; beside each is the same as .png (${duration(seconds)})`,
    );
  } finally {
    line.end();
  }
}
