import { Command } from "commander";
import { InputError } from "../base/index.ts";
import { type DeviceName, nodeRuntime } from "../platform/node/devices.ts";
import { RunFolder } from "../platform/node/runFolder.ts";
import { type ConfiguredData, configuredData, trainRun } from "../platform/node/trainRun.ts";
import { type EpochMetrics, lessonConfig, type RunConfig, type StepReport } from "../train/index.ts";
import { duration, note, type Output, ProgressLine, result } from "./console.ts";
import { stopOnInterrupt } from "./interrupt.ts";
import { deviceOption, jsonOption, wholeNumber } from "./options.ts";

interface TrainOptions extends Output {
  readonly data: string;
  readonly limit?: number;
  readonly validation: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
  readonly out: string;
  readonly init?: string;
  readonly record: boolean;
  readonly device: DeviceName;
  readonly resume: boolean;
  readonly force: boolean;
}

export function trainCommand(): Command {
  return new Command("train")
    .description("train the lesson's encoder on pairs of labelled pictures")
    .option("--data <path|mnist>", "train.csv, an IDX file, a folder of IDX files, or mnist", "mnist")
    .option("--limit <n>", "take the first n rows only", wholeNumber(2))
    .option("--validation <n>", "keep the last n rows for validation", wholeNumber(0), 1000)
    .option("--epochs <n>", "passes over the training pictures", wholeNumber(1), 10)
    .option("--batch-size <n>", "pairs in a step", wholeNumber(2), 64)
    .option("--seed <n>", "seed of everything random", wholeNumber(0), 1)
    .option("--out <dir>", "folder of the run", "runs/lesson")
    .option("--init <file.pt>", "start from the weights of a checkpoint, PyTorch's or ours")
    .option(
      "--record",
      "record the embeddings of 1,000 pictures on the way, for kindred animate; under 2 % of the time of 200,000 pairs or more (default)",
      true,
    )
    .option("--no-record", "record none")
    .option("--resume", "go on with the run in --out", false)
    .option("--force", "replace the run in --out", false)
    .addOption(deviceOption())
    .addOption(jsonOption())
    .action(async (options: TrainOptions, command: Command) => {
      const given = new Set(
        Object.keys(options).filter((name) => command.getOptionValueSource(name) === "cli"),
      );
      await runTrain(options, given);
    });
}

async function runTrain(options: TrainOptions, given: ReadonlySet<string>): Promise<void> {
  if (options.resume && options.force) {
    throw new InputError("--resume continues a run and --force replaces it: give one of them");
  }
  const folder = new RunFolder(options.out);
  if (folder.exists && !options.resume && !options.force) {
    throw new InputError(
      `${options.out} already holds a run: continue it with --resume, replace it with --force, or choose another --out`,
    );
  }
  const config = options.resume ? await resumedConfig(folder, options, given) : newConfig(options);
  const data = await configuredData(config);
  const fitted = options.resume ? config : withData(config, data);
  const runtime = await nodeRuntime({ device: options.device });
  const stop = stopOnInterrupt("stopping after this step; once more to stop at once");
  const line = new ProgressLine("training");
  const begin = performance.now();
  try {
    const { history, complete, recordingSeconds } = await trainRun({
      config: fitted,
      folder,
      runtime,
      data,
      mode: options.resume ? "resume" : options.force ? "replace" : "new",
      signal: stop.signal,
      onBegin: () => {
        note(`device: ${runtime.device.description}`);
        note(
          `data: ${config.data.source}, ${data.training.count} training and ${data.validation.count} validation pictures`,
        );
      },
      onStep: (report) =>
        line.update(stepsDone(report), report.batches * fitted.epochs, describeStep(report, fitted)),
      onEpoch: (metrics) => {
        line.end();
        note(describeEpoch(metrics, fitted.epochs));
      },
    });
    line.end();
    const seconds = (performance.now() - begin) / 1000;
    if (complete) finish(options, history, { seconds, recordingSeconds, device: runtime.device.name });
    else interrupted(options);
  } finally {
    line.end();
    stop.dispose();
    await runtime.dispose();
  }
}

function newConfig(options: TrainOptions): RunConfig {
  return lessonConfig({
    source: options.data,
    limit: options.limit ?? null,
    validation: options.validation,
    epochs: options.epochs,
    batchSize: options.batchSize,
    seed: options.seed,
    init: options.init ?? null,
    record: options.record,
    channels: 1,
    size: 28,
  });
}

/** The encoder takes the pictures as they are, and the run remembers which they were. */
function withData(config: RunConfig, { training, fingerprint }: ConfiguredData): RunConfig {
  const { channels, height, width } = training;
  if (height !== width) {
    throw new InputError(
      `pictures of ${height} x ${width} are not square, expected square ones for the lesson's encoder`,
    );
  }
  return {
    ...config,
    data: { ...config.data, fingerprint },
    encoder: { ...config.encoder, channels, size: height },
  };
}

/** A resumed run keeps its configuration; only the number of epochs may be another. */
async function resumedConfig(
  folder: RunFolder,
  options: TrainOptions,
  given: ReadonlySet<string>,
): Promise<RunConfig> {
  const saved = await folder.readConfig();
  const asked = newConfig(options);
  const fixed: readonly (readonly [string, unknown, unknown])[] = [
    ["data", saved.data.source, asked.data.source],
    ["limit", saved.data.limit, asked.data.limit],
    ["validation", saved.data.validation, asked.data.validation],
    ["batchSize", saved.batchSize, asked.batchSize],
    ["seed", saved.seed, asked.seed],
    ["init", saved.init, asked.init],
  ];
  if (given.has("record") && saved.record !== asked.record) {
    const begun = saved.record ? "records embeddings" : "was begun without recording";
    throw new InputError(
      `--${asked.record ? "record" : "no-record"} is not what the run in ${options.out} does, which ${begun}: leave it out to resume`,
    );
  }
  for (const [name, was, is] of fixed) {
    if (given.has(name) && was !== is) {
      const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
      const begun =
        was === null
          ? `run in ${options.out}, which was begun without it`
          : `${was} that the run in ${options.out} was begun with`;
      throw new InputError(`--${flag} ${is} differs from the ${begun}: leave it out to resume`);
    }
  }
  return given.has("epochs") ? { ...saved, epochs: options.epochs } : saved;
}

function stepsDone({ epoch, batch, batches }: StepReport): number {
  return (epoch - 1) * batches + batch;
}

function describeStep(
  { epoch, loss, pairsPerSecond, secondsLeft }: StepReport,
  { epochs }: RunConfig,
): string {
  const rate = `${pairsPerSecond.toFixed(0)} pairs/s`;
  return `epoch ${epoch}/${epochs}  loss ${loss.toFixed(4)}  ${rate}  ${duration(secondsLeft)} left`;
}

function describeEpoch(metrics: EpochMetrics, epochs: number): string {
  const { epoch, trainLoss, valLoss, lr, knn1, knnReferences, seconds, pairsPerSecond } = metrics;
  const validation =
    valLoss === null || knn1 === null
      ? ""
      : `  validation loss ${valLoss.toFixed(4)}  1-NN ${knn1.toFixed(4)} (among ${knnReferences})`;
  return `epoch ${epoch}/${epochs}  loss ${trainLoss.toFixed(4)}${validation}  lr ${lr}  ${duration(seconds)}  ${pairsPerSecond.toFixed(0)} pairs/s`;
}

function finish(
  options: TrainOptions,
  history: readonly EpochMetrics[],
  rest: { readonly seconds: number; readonly recordingSeconds: number; readonly device: string },
): void {
  const last = history.at(-1)!;
  const trained = history.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const pairs = history.reduce((sum, epoch) => sum + epoch.pairsPerSecond * epoch.seconds, 0);
  const summary = {
    run: options.out,
    epochs: last.epoch,
    trainLoss: last.trainLoss,
    valLoss: last.valLoss,
    knn1: last.knn1,
    pairsPerSecond: pairs / trained,
    ...rest,
  };
  const recorded =
    rest.recordingSeconds > 0
      ? `, or kindred animate --run ${options.out} for a film of it (recording took ${rest.recordingSeconds.toFixed(1)} s)`
      : "";
  result(
    options,
    summary,
    `trained ${last.epoch} epochs in ${duration(rest.seconds)}: ${options.out} holds checkpoints, metrics, figures and encoder.onnx\nnext: kindred eval --run ${options.out}${recorded}`,
  );
}

function interrupted(options: TrainOptions): void {
  note(`stopped and saved: go on with kindred train --resume --out ${options.out}`);
  if (options.json) process.stdout.write(`${JSON.stringify({ run: options.out, interrupted: true })}\n`);
  process.exitCode = 130;
}
