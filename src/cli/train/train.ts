import type { Command } from "commander";
import { InputError, shellWord } from "../../base/index.ts";
import type { Preprocessing } from "../../modality/image/index.ts";
import { nodeRuntime } from "../../platform/node/ort/devices.ts";
import { RunFolder } from "../../platform/node/run/runFolder.ts";
import { type ConfiguredData, configuredData, trainRun } from "../../platform/node/run/trainRun.ts";
import {
  configToRead,
  type Guidance,
  guidanceLines,
  type RecipeChoice,
  type RunConfig,
} from "../../runs/index.ts";
import { interrupted, note, ProgressLine } from "../console.ts";
import { stopOnInterrupt } from "../interrupt.ts";
import { commandOf, defined } from "../options.ts";
import { noteReport, PictureProgress } from "../pictureProgress.ts";
import { beginAlignment, itemsToAlign, resumeAlignment } from "./trainAlignment.ts";
import { givenFor, type ParsedOptions, requireUse, type TrainOptions, trainOptions } from "./trainOptions.ts";
import { choicesOf, folderToResume, planTraining, usualFolder } from "./trainPlan.ts";
import { describeConfig, describeEpoch, describeStep, finish, stepsDone } from "./trainReport.ts";
import { resumedConfig } from "./trainResume.ts";
import { chosenTrunk, trunkForPictures, trunkLines, trunkPreprocessing } from "./trainTrunk.ts";

export const trainCommand = (): Command =>
  commandOf(trainOptions, async (options, { given }) => {
    if (options.resume && options.force) {
      throw new InputError("--resume continues a run and --force replaces it: give one of them");
    }
    if (options.resume) await resumeRun(options, given);
    else await beginRun(options, given);
  });

/** Begins a new run: of pictures alone, or of several modalities where the data has such. */
async function beginRun(options: ParsedOptions, given: ReadonlySet<string>): Promise<void> {
  if (options.out !== undefined) await new RunFolder(options.out).requireFree(options);
  const found = await itemsToAlign(options);
  const recipe = found ? "align" : options.recipe;
  if (recipe === "senses" || recipe === "align") await beginAlignment(options, recipe, found, given);
  else await beginPictures(options, recipe);
}

async function beginPictures(options: ParsedOptions, recipe: RecipeChoice): Promise<void> {
  const stray = givenFor("several modalities", options);
  if (stray) {
    throw new InputError(
      `${stray.flag} is for several modalities, and ${options.data} has pictures alone: leave it out, or give data with texts or recordings`,
    );
  }
  const tried = await chosenTrunk(options, options.size);
  // Choices that do not go together are refused before any picture is read.
  const toRead = configToRead(recipe, choicesOf(options, tried));
  const data = await readData(toRead, options, trunkPreprocessing(tried));
  const trunk = await trunkForPictures(tried, options, data);
  if (trunk) for (const text of trunkLines(trunk, data.training, options.size !== undefined)) note(text);
  const plan = await planTraining(recipe, choicesOf(options, trunk), data);
  const out = options.out ?? usualFolder(options.data, plan.config.recipe, Boolean(data.report));
  await new RunFolder(out).requireFree(options);
  await runTrain({ ...options, out }, plan.config, data, plan.guidance);
}

/** Goes on with a run. */
async function resumeRun(options: ParsedOptions, given: ReadonlySet<string>): Promise<void> {
  const out = options.out ?? folderToResume(options.data, options.recipe);
  const aligned = new RunFolder(out).exists ? await new RunFolder(out).readAlignment() : null;
  if (aligned) return resumeAlignment({ ...options, out }, aligned, given);
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
  const { size, channels, fit, background } = options;
  const progress = new PictureProgress();
  try {
    const data = await configuredData(config, {
      preprocessing: { ...usual, ...defined({ size, channels, fit, background }) },
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
