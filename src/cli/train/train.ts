import { Command } from "commander";
import { InputError, shellWord } from "../../base/index.ts";
import type { Preprocessing } from "../../modality/image/index.ts";
import { nodeRuntime } from "../../platform/node/ort/devices.ts";
import { RunFolder } from "../../platform/node/run/runFolder.ts";
import { type ConfiguredData, configuredData, trainRun } from "../../platform/node/run/trainRun.ts";
import { configToRead, type Guidance, guidanceLines, type RunConfig } from "../../runs/index.ts";
import { interrupted, note, ProgressLine } from "../console.ts";
import { stopOnInterrupt } from "../interrupt.ts";
import { deviceOption, jsonOption, wholeNumber } from "../options.ts";
import {
  addPictureOptions,
  chosenPreprocessing,
  noteReport,
  PictureProgress,
  requireUse,
} from "../pictureOptions.ts";
import {
  addTrunkOptions,
  chosenTrunk,
  trunkForPictures,
  trunkLines,
  trunkPreprocessing,
} from "../trunkOptions.ts";
import { addChoiceOptions, describeConfig } from "./trainChoices.ts";
import { finish } from "./trainEnd.ts";
import { choicesOf, type ParsedOptions, type TrainOptions } from "./trainOptions.ts";
import { folderToResume, planTraining, usualFolder } from "./trainPlan.ts";
import { describeEpoch, describeStep, stepsDone } from "./trainProgress.ts";
import { resumedConfig } from "./trainResume.ts";

export function trainCommand(): Command {
  const command = new Command("train")
    .description("train an encoder on pictures by contrast, with labels or without")
    .option(
      "--data <path|mnist>",
      "a folder of pictures (with a folder for each class), a .csv or .parquet file of their paths, train.csv, an IDX file, a folder of IDX files, or mnist",
      "mnist",
    )
    .option("--limit <n>", "take n pictures only, by lot and of each class its share", wholeNumber(2))
    .option(
      "--validation <n>",
      "keep n of them for validation, likewise (default: 1000, or a fifth of fewer than 5,000; of picture files a tenth, or their own)",
      wholeNumber(0),
    )
    .option(
      "--epochs <n>",
      "passes over the training pictures, at most (lesson: 10, fast: 1, simclr: 10)",
      wholeNumber(1),
    )
    .option(
      "--patience <epochs>",
      "stop after so many without a better MAP@R on the validation pictures (without labels: loss), and keep the best; 0: never (default, but with --recipe auto)",
      wholeNumber(0),
    )
    .option(
      "--batch-size <n>",
      "pairs or pictures in a step (lesson: 64, fast: 96, simclr: 256)",
      wholeNumber(2),
    )
    .option("--seed <n>", "seed of everything random", wholeNumber(0), 1)
    .option(
      "--out <dir>",
      "folder of the run (default: runs/ and the name of a folder of pictures, or else the recipe's)",
    )
    .option(
      "--init <file>",
      "start from the weights of a checkpoint or a .safetensors file, PyTorch's or ours",
    )
    .option(
      "--record",
      "record the embeddings of up to 1,000 pictures on the way, for kindred animate; under 2 % of the time (default)",
      true,
    )
    .option("--no-record", "record none")
    .option("--resume", "go on with the run in --out", false)
    .option("--force", "replace the run in --out; files of others there stay", false);
  return addTrunkOptions(addChoiceOptions(addPictureOptions(command)))
    .addOption(deviceOption())
    .addOption(jsonOption())
    .action(async (options: ParsedOptions, { getOptionValueSource }: Command) => {
      const given = new Set(
        Object.keys(options).filter((name) => getOptionValueSource.call(command, name) === "cli"),
      );
      if (options.resume && options.force) {
        throw new InputError("--resume continues a run and --force replaces it: give one of them");
      }
      if (options.resume) await resumeRun(options, given);
      else await beginRun(options);
    });
}

/** Begins a new run. */
async function beginRun(options: ParsedOptions): Promise<void> {
  if (options.out !== undefined) await new RunFolder(options.out).requireFree(options);
  const tried = await chosenTrunk(options, options.size);
  // Choices that do not go together are refused before any picture is read.
  const toRead = configToRead(options.recipe, choicesOf(options, tried));
  const data = await readData(toRead, options, trunkPreprocessing(tried));
  const trunk = await trunkForPictures(tried, options, data);
  if (trunk) for (const text of trunkLines(trunk, data.training, options.size !== undefined)) note(text);
  const plan = await planTraining(options.recipe, choicesOf(options, trunk), data);
  const out = options.out ?? usualFolder(options.data, plan.config.recipe, Boolean(data.report));
  await new RunFolder(out).requireFree(options);
  await runTrain({ ...options, out }, plan.config, data, plan.guidance);
}

/** Goes on with a run. */
async function resumeRun(options: ParsedOptions, given: ReadonlySet<string>): Promise<void> {
  const out = options.out ?? folderToResume(options.data, options.recipe);
  const config = await resumedConfig(new RunFolder(out), { ...options, out }, given);
  await runTrain({ ...options, out }, config, await readData(config, options));
}

async function runTrain(
  options: TrainOptions,
  config: RunConfig,
  data: ConfiguredData,
  guidance?: Guidance,
): Promise<void> {
  const folder = new RunFolder(options.out);
  const runtime = await nodeRuntime({ device: options.device });
  const stop = stopOnInterrupt("stopping after this step; once more to stop at once");
  const line = new ProgressLine("training");
  const features = new ProgressLine("features");
  const begin = performance.now();
  try {
    const ended = await trainRun({
      config,
      ...(guidance ? { guidance } : {}),
      folder,
      runtime,
      data,
      mode: options.resume ? "resume" : options.force ? "replace" : "new",
      signal: stop.signal,
      onFeatures: (done, total) => features.update(done, total, `${done} of ${total} pictures`),
      onInit: (notes) => {
        features.end();
        for (const text of notes) note(text);
      },
      onNote: (text) => {
        features.end();
        note(text);
      },
      onBegin: () => {
        features.end();
        note(`device: ${runtime.device.description}`);
        note(describeConfig(config));
        const left = data.report?.left ?? 0;
        note(
          `data: ${config.data.source}, ${data.training.count} training and ${data.validation.count} validation pictures${left > 0 ? `; its ${left} test ${left === 1 ? "picture is" : "pictures are"} left for kindred eval` : ""}`,
        );
        if (guidance) for (const text of guidanceLines(guidance)) note(text);
      },
      onStep: (report) =>
        line.update(stepsDone(report), report.batches * config.epochs, describeStep(report, config)),
      onEpoch: (metrics) => {
        line.end();
        note(describeEpoch(metrics, config.epochs));
      },
    });
    line.end();
    const seconds = (performance.now() - begin) / 1000;
    if (ended.complete)
      finish(options, ended, {
        seconds,
        device: runtime.device.name,
        guidance,
        skipped: data.report?.skipped ?? [],
      });
    else {
      const text = `stopped and saved: go on with kindred train --resume --out ${shellWord(options.out)}`;
      interrupted(options, text, { run: options.out });
    }
  } finally {
    features.end();
    line.end();
    stop.dispose();
    await runtime.dispose();
  }
}

/** The pictures, with what there is to say about their files. */
async function readData(
  config: RunConfig,
  options: ParsedOptions,
  usual: Partial<Preprocessing> = {},
): Promise<ConfiguredData> {
  const progress = new PictureProgress();
  try {
    const data = await configuredData(config, {
      preprocessing: { ...usual, ...chosenPreprocessing(options) },
      strict: options.strict ?? false,
      ...(options.resume ? {} : { validation: options.validation ?? "usual" }),
      onPictures: progress.onPictures,
      onNote: progress.onNote,
    });
    progress.end();
    requireUse(options, config.data.source, data.report);
    noteReport(data.report);
    return data;
  } finally {
    progress.end();
  }
}
