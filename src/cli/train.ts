import { Command } from "commander";
import { InputError, shellWord } from "../base/index.ts";
import type { Preprocessing } from "../data/index.ts";
import { type DeviceName, nodeRuntime } from "../platform/node/devices.ts";
import type { PictureProblem } from "../platform/node/pictures/pictureTree.ts";
import { RunFolder } from "../platform/node/runFolder.ts";
import {
  type ConfiguredData,
  configuredData,
  type TrainRunResult,
  trainRun,
} from "../platform/node/trainRun.ts";
import { withTrunk } from "../platform/node/trunk.ts";
import {
  autoRecipe,
  configuredParts,
  type EarlyStop,
  type EpochMetrics,
  type Guidance,
  guidanceLines,
  type RunChoices,
  type RunConfig,
  recipeConfig,
  recipeToRead,
  type StepReport,
  usualValidation,
  verdictLines,
} from "../train/index.ts";
import { duration, interrupted, note, type Output, ProgressLine, result } from "./console.ts";
import { stopOnInterrupt } from "./interrupt.ts";
import { deviceOption, jsonOption, wholeNumber } from "./options.ts";
import {
  addPictureOptions,
  chosenPreprocessing,
  dataForm,
  noteReport,
  type PictureOptions,
  PictureProgress,
  picturesBegunWith,
  requireUse,
} from "./pictureOptions.ts";
import { addChoiceOptions, begunWith, type ChoiceOptions, chosen, describeConfig } from "./trainChoices.ts";
import { folderToResume, planTraining, usualFolder } from "./trainPlan.ts";
import {
  addTrunkOptions,
  type ChosenFile,
  chosenTrunk,
  type TrunkChoiceOptions,
  trunkBegunWith,
  trunkForPictures,
  trunkLines,
  trunkPreprocessing,
} from "./trunkOptions.ts";

interface TrainOptions extends Output, ChoiceOptions, PictureOptions, TrunkChoiceOptions {
  readonly data: string;
  readonly limit?: number;
  readonly validation?: number;
  readonly epochs?: number;
  readonly patience?: number;
  readonly batchSize?: number;
  readonly seed: number;
  readonly out: string;
  readonly init?: string;
  readonly record: boolean;
  readonly device: DeviceName;
  readonly resume: boolean;
  readonly force: boolean;
}

/** As the command line is parsed: the folder depends on data and recipe where none is named. */
type ParsedOptions = Omit<TrainOptions, "out"> & { readonly out?: string };

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
  const toRead = recipeConfig(recipeToRead(options.recipe), choicesOf(options, tried));
  const data = await readData(toRead, options, trunkPreprocessing(tried));
  const trunk = await trunkForPictures(tried, options, data);
  if (trunk) for (const text of trunkLines(trunk, data.training, options.size !== undefined)) note(text);
  const plan = await planTraining(options.recipe, choicesOf(options, trunk, data.training), data);
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
      onBegin: () => {
        features.end();
        note(`device: ${runtime.device.description}`);
        note(describeConfig(config));
        note(
          `data: ${config.data.source}, ${data.training.count} training and ${data.validation.count} validation pictures`,
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

/** What is chosen, and what follows from the pictures; before they are read, as if they were MNIST's. */
function choicesOf(
  options: ParsedOptions,
  trunk: ChosenFile | null,
  pictures = { channels: 1, height: 28, count: Number.POSITIVE_INFINITY },
): RunChoices {
  return {
    ...chosen(options),
    source: options.data,
    limit: options.limit ?? null,
    validation: options.validation ?? usualValidation(pictures.count),
    unlabelled: options.unlabelled,
    form: dataForm(options),
    epochs: options.epochs,
    patience: options.patience,
    batchSize: options.batchSize,
    seed: options.seed,
    init: options.init ?? null,
    record: options.record,
    channels: pictures.channels,
    size: pictures.height,
    trunk: trunk ? { file: trunk.file, choice: trunk.opened.choice } : undefined,
    hidden: options.hidden,
  };
}

/** A resumed run keeps its configuration; only the numbers of epochs and of patience may be others. */
async function resumedConfig(
  folder: RunFolder,
  options: TrainOptions,
  given: ReadonlySet<string>,
): Promise<RunConfig> {
  const saved = await folder.readConfig();
  const fixed: Readonly<Record<string, string | number | boolean | null>> = {
    data: saved.data.source,
    limit: saved.data.limit,
    validation: saved.data.validation,
    ...picturesBegunWith(saved),
    batchSize: saved.batchSize,
    seed: saved.seed,
    init: saved.init,
    record: saved.record,
    ...begunWith(saved),
    ...trunkBegunWith(saved),
  };
  for (const [name, was] of Object.entries(fixed)) {
    const received = options[name as keyof TrainOptions];
    const is = Array.isArray(received) ? received.join(",") : received;
    if (name === "recipe" && is === autoRecipe) continue;
    if (given.has(name) && was !== is) throw differs(name, was, is, options.out);
  }
  const { epochs = saved.epochs, patience = saved.patience, trunk = saved.trunk } = options;
  if (trunk !== saved.trunk) await withTrunk(configuredParts(saved).encoder, { trunk });
  if (epochs === saved.epochs) return { ...saved, patience, trunk };
  if (saved.schedule.name === "oneCycle" || saved.schedule.name === "warmupCosine") {
    note(
      `the learning rate goes down over all epochs: a run of ${saved.epochs} that goes on to ${epochs} is not what ${epochs} at once would have been`,
    );
  }
  return { ...saved, epochs, patience, trunk };
}

/** What a run does and does not, by the option that says so. */
const manners: Readonly<Record<string, readonly [doing: string, not: string]>> = {
  record: ["records embeddings", "was begun without recording"],
  augment: ["varies its pictures", "leaves its pictures as they are"],
  head: ["trains through a projection head", "has no projection head"],
};

function differs(name: string, was: unknown, is: unknown, run: string): InputError {
  const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (typeof is === "boolean") {
    const [doing, not] = manners[name] ?? ["does", "does not"];
    return new InputError(
      `--${is ? "" : "no-"}${flag} is not what the run in ${run} does, which ${was ? doing : not}: leave it out to resume`,
    );
  }
  const begun =
    was === null
      ? `run in ${run}, which was begun without it`
      : `${was} that the run in ${run} was begun with`;
  return new InputError(`--${flag} ${is} differs from the ${begun}: leave it out to resume`);
}

function stepsDone({ epoch, batch, batches }: StepReport): number {
  return (epoch - 1) * batches + batch;
}

function describeStep(
  { epoch, loss, perSecond, unit, secondsLeft }: StepReport,
  { epochs }: RunConfig,
): string {
  const rate = `${perSecond.toFixed(0)} ${unit}/s`;
  return `epoch ${epoch}/${epochs}  loss ${loss.toFixed(4)}  ${rate}  ${duration(secondsLeft)} left`;
}

function describeEpoch(metrics: EpochMetrics, epochs: number): string {
  const { epoch, trainLoss, valLoss, lr, knn1, knnReferences, mapAtR, seconds, perSecond, unit } = metrics;
  const ranked = mapAtR === null ? "" : `  MAP@R ${mapAtR.toFixed(4)}`;
  const neighbours = knn1 === null ? "" : `  1-NN ${knn1.toFixed(4)} (among ${knnReferences})${ranked}`;
  const loss = valLoss === null ? "" : `  validation loss ${valLoss.toFixed(4)}`;
  const validation = `${loss}${neighbours}`;
  return `epoch ${epoch}/${epochs}  loss ${trainLoss.toFixed(4)}${validation}  lr ${Number(lr.toPrecision(3))}  ${duration(seconds)}  ${perSecond.toFixed(0)} ${unit}/s`;
}

function finish(
  options: TrainOptions,
  { history, steps, earlyStop, verdict, recordingSeconds }: TrainRunResult,
  { seconds, device, guidance, skipped }: Ended,
): void {
  const last = history.at(-1)!;
  const trained = history.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const count = history.reduce((sum, epoch) => sum + epoch.perSecond * epoch.seconds, 0);
  const summary = {
    run: options.out,
    epochs: last.epoch,
    trainLoss: last.trainLoss,
    valLoss: last.valLoss,
    knn1: last.knn1,
    mapAtR: last.mapAtR,
    best: last.best,
    earlyStop,
    verdict,
    perSecond: count / trained,
    unit: last.unit,
    ...{ seconds, recordingSeconds, device },
    ...(guidance ? { guidance } : {}),
    skipped,
  };
  const out = shellWord(options.out);
  const recorded =
    recordingSeconds > 0
      ? `, or kindred animate --run ${out} for a film of it (recording took ${recordingSeconds.toFixed(1)} s)`
      : "";
  const epochs = `${last.epoch} ${last.epoch === 1 ? "epoch" : "epochs"}`;
  const lines = [
    steps === 0
      ? `nothing was left to train after ${epochs}${earlyStop ? "" : `: ask for more with --epochs`}`
      : `trained ${epochs} in ${duration(seconds)}: ${options.out} holds checkpoints, metrics, figures and encoder.onnx`,
    ...(earlyStop ? [describeEarlyStop(earlyStop, last, out)] : []),
    ...describeBest(history),
    ...(verdict
      ? verdictLines(verdict)
      : ["how good it is cannot be told: no validation picture is of a class that was trained on"]),
    `next: kindred eval --run ${out}${recorded}`,
  ];
  result(options, summary, ...lines);
}

/** What is told of a training beside what it came to. */
interface Ended {
  readonly seconds: number;
  readonly device: string;
  readonly guidance: Guidance | undefined;
  /** Files that the data was read without. */
  readonly skipped: readonly PictureProblem[];
}

/** Why it was over before its last epoch, and how to go on. */
function describeEarlyStop(
  { epoch, of, patience, from }: EarlyStop,
  { mapAtR }: EpochMetrics,
  out: string,
): string {
  const measure = mapAtR === null ? "lower validation loss" : "better MAP@R";
  const counted = from > 1 ? `, counted from epoch ${from}, when the learning rate had come down` : "";
  return `stopped early, after epoch ${epoch} of ${of}: no ${measure} for ${patience} epochs${counted}; go on with kindred train --resume --patience 0 --out ${out}`;
}

/** Which epoch the encoder is of, where that is not simply the last. */
function describeBest(history: readonly EpochMetrics[]): string[] {
  const last = history.at(-1)!;
  const best = history.find(({ epoch }) => epoch === last.best);
  if (!best) return [];
  const measure =
    best.mapAtR === null
      ? `validation loss ${best.valLoss?.toFixed(4)}`
      : `validation MAP@R ${best.mapAtR.toFixed(3)}`;
  return [
    `best epoch ${best.epoch} of ${last.epoch} (${measure}): its weights are taken where no --checkpoint is named`,
  ];
}
