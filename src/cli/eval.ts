import type { Command } from "commander";
import { InputError, KindredError, Rng } from "../base/index.ts";
import type { Evaluation } from "../evaluation/index.ts";
import {
  datasetOf,
  type ImageDataset,
  pixelSquare,
  requirePictureSize,
  takeFirst,
} from "../modality/image/index.ts";
import { type Encoder, initialState } from "../nn/index.ts";
import { loadDataset, MissingSplitError } from "../platform/node/datasets/datasets.ts";
import { nodeRuntime } from "../platform/node/ort/devices.ts";
import { dataOptionsOf } from "../platform/node/run/runData.ts";
import { RunFolder } from "../platform/node/run/runFolder.ts";
import { configuredData } from "../platform/node/run/trainRun.ts";
import { withTrunk } from "../platform/node/trunk/trunk.ts";
import { withTrunkFeatures } from "../platform/node/trunk/trunkFeatures.ts";
import {
  configuredParts,
  type EvaluationFile,
  evaluateFeatures,
  evaluatePixels,
  matchTensors,
  type RunConfig,
} from "../runs/index.ts";
import {
  type EvaluationProtocol,
  type EvaluationSets,
  evaluateEncoder,
  evaluationProtocol,
  someNames,
} from "../train/index.ts";
import { note, ProgressLine, result } from "./console.ts";
import { evalAlignment } from "./evalAlignment.ts";
import { type EvalOptions, evalTakes } from "./evalOptions.ts";
import { evalViews, type Row, table } from "./evalViews.ts";
import { commandOf, defined } from "./options.ts";
import { PictureProgress } from "./pictureProgress.ts";

export const evalCommand = (): Command => commandOf(evalTakes, runEval);

async function runEval(options: EvalOptions): Promise<void> {
  const folder = new RunFolder(options.run);
  const alignment = await folder.readAlignment();
  if (alignment) return evalAlignment(options, folder, alignment);
  if (options.speakers) {
    throw new InputError(
      `--speakers is for a run of --recipe senses, and ${options.run} is of pictures alone: leave it out`,
    );
  }
  const config = await folder.readConfig();
  const encoder = await withTrunk(configuredParts(config).encoder, config.towers.image, folder.path);
  const { epoch, weights, file } = await folder.readWeights(options.checkpoint);
  const untrained = initialState(encoder, (name) => Rng.of(config.seed, "initial", name));
  matchTensors(untrained, weights, file);
  const reading = new PictureProgress();
  const { of, queries, training } = await pictureSets(options, config, reading);
  for (const part of [queries, ...(training ? [training] : [])]) requirePictureSize(part, encoder.inputShape);
  const protocol =
    queries.labelled === false
      ? null
      : evaluationProtocol(
          queries,
          training?.labelled === false ? null : training,
          options.among ?? null,
          ownData(options, config),
        );
  const sets = await withFeatures(encoder, protocol?.sets ?? { queries, references: null });
  const runtime = await nodeRuntime({ device: options.device });
  note(`device: ${runtime.device.description}`);
  note(`checkpoint of epoch ${epoch}`);
  if (protocol) for (const text of described(protocol)) note(text);
  const line = new ProgressLine("evaluating");
  const progress = (subject: string) => ({
    onProgress: (what: string, done: number, total: number) =>
      line.update(done, total, `${subject}: ${what}`),
  });
  const measure = async <T>(evaluation: Promise<T>): Promise<T> => {
    try {
      return await evaluation;
    } finally {
      line.end();
    }
  };
  try {
    if (!protocol) {
      const weightsOf = { encoder: weights, untrained };
      await evalViews(
        options,
        { runtime, encoder, config, pictures: sets.queries, weightsOf },
        (subject, views) => measure(views(progress(subject))),
      );
      return;
    }
    const datasets = {
      queries: datasetOf(sets.queries),
      references: sets.references && datasetOf(sets.references),
    };
    const trained = await measure(evaluateEncoder(runtime, encoder, weights, datasets, progress("encoder")));
    const side = pixelSquare(sets.references ?? sets.queries);
    if (side > 1)
      note(`the pixels are compared by the means of ${side} x ${side}, so that they fit into memory`);
    // Before the baselines are worked out, which takes twice as long.
    note(`encoder: 1-NN ${trained.knn1.toFixed(4)}, MAP@R ${trained.mapAtR.toFixed(4)}`);
    const evaluations = {
      encoder: trained,
      untrained: await measure(
        evaluateEncoder(runtime, encoder, untrained, datasets, progress("untrained encoder")),
      ),
      pixels: await measure(evaluatePixels(runtime, sets, progress("pixels"))),
    };
    const ofTrunk = await measure(evaluateFeatures(runtime, sets, progress("trunk")));
    const all = { ...evaluations, ...(ofTrunk ? { trunk: ofTrunk } : {}) };
    const { among, cannotBeRight } = protocol;
    const { count } = sets.queries;
    const references = sets.references?.count ?? count - 1;
    if (ownData(options, config) && options.limit === undefined && options.among === undefined) {
      await keep(folder, { epoch, queries: { of, count }, references, among, cannotBeRight, ...all });
    }
    result(
      options,
      { ...all, queries: count, references, among, cannotBeRight, skipped: reading.skipped },
      ...table(rows, all),
    );
  } finally {
    line.end();
    await runtime.dispose();
  }
}

/** What there is to know of an evaluation before its numbers. */
function described({ sets, among, newClasses, cannotBeRight }: EvaluationProtocol): string[] {
  const { queries, references } = sets;
  const news = newClasses.length > 0 ? ` (${someNames(newClasses)} not trained on)` : "";
  const lines = [
    references
      ? `${queries.count} queries against ${references.count} training pictures${news}`
      : `${queries.count} queries against each other, each without itself${news}`,
  ];
  if (cannotBeRight > 0) {
    const where = among === "training" ? "training picture" : "other query";
    lines.push(
      `${cannotBeRight} of ${queries.count} queries cannot be right, as no ${where} is of their class: accuracy, recall and MAP@R leave them out`,
    );
  }
  return lines;
}

/** What the encoder's trunk makes of the pictures, where it has one. */
async function withFeatures(
  encoder: Encoder,
  sets: EvaluationSets<ImageDataset>,
): Promise<EvaluationSets<ImageDataset>> {
  const line = new ProgressLine("features");
  const total = sets.queries.count + (sets.references?.count ?? 0);
  const made = (dataset: ImageDataset, before: number): Promise<ImageDataset> =>
    withTrunkFeatures(encoder, dataset, {
      onProgress: (done) => line.update(before + done, total, `${before + done} of ${total} pictures`),
    });
  try {
    const references = sets.references && (await made(sets.references, 0));
    return { references, queries: await made(sets.queries, references?.count ?? 0) };
  } finally {
    line.end();
  }
}

function ownData({ data }: EvalOptions, config: RunConfig): boolean {
  return data === undefined || data === config.data.source;
}

/** Keeps what was found for the model card of `kindred export`; a run that cannot be written is evaluated all the same. */
async function keep(folder: RunFolder, evaluation: EvaluationFile): Promise<void> {
  try {
    await folder.writeEvaluation(evaluation);
  } catch (error) {
    if (!(error instanceof KindredError)) throw error;
    note(`not kept for kindred export: ${error.message}`);
  }
}

interface Queries {
  readonly of: "test" | "validation";
  readonly queries: ImageDataset;
}

/** The queries, and the training pictures; these are null where other data is compared with itself anyway. */
async function pictureSets(
  options: EvalOptions,
  config: RunConfig,
  reading: PictureProgress,
): Promise<Queries & { readonly training: ImageDataset | null }> {
  if (!ownData(options, config) && options.among === "queries") {
    return { ...(await queriesOf(options, config, null, reading)), training: null };
  }
  const { training, validation, report } = await configuredData(config, { strict: options.strict ?? false });
  if (report) reading.onReport(report);
  return { ...(await queriesOf(options, config, validation, reading)), training };
}

/** Test pictures where the data has some; else the run's own validation pictures, or all of another data set. */
async function queriesOf(
  options: EvalOptions,
  config: RunConfig,
  validation: ImageDataset | null,
  reading: PictureProgress,
): Promise<Queries> {
  const source = options.data ?? config.data.source;
  const limit = {
    ...dataOptionsOf(config, source),
    // What stands for a test split here is the run's own validation pictures, or all of another data set.
    validationAsTest: false,
    onReport: reading.onReport,
    strict: options.strict ?? false,
    onNote: note,
    ...defined({ limit: options.limit }),
  };
  try {
    const queries = await loadDataset(source, { split: "test", ...limit });
    // Flat files of a test part have no labels to compare with.
    if (
      queries.labelled !== false ||
      !validation ||
      validation.labelled === false ||
      !ownData(options, config)
    ) {
      return { of: "test", queries };
    }
    note(`the ${queries.count} test pictures have no labels, so the validation pictures are the queries`);
  } catch (error) {
    if (!(error instanceof MissingSplitError)) throw error;
  }
  if (!validation || !ownData(options, config)) {
    return { of: "test", queries: await loadDataset(source, limit) };
  }
  if (validation.count < 2) {
    throw new InputError(
      `${source} has no test pictures and the run kept ${validation.count} for validation: name others with --data`,
    );
  }
  return { of: "validation", queries: takeFirst(validation, options.limit ?? validation.count) };
}

const rows: readonly Row<Evaluation>[] = [
  ["1-NN accuracy", (e) => e.knn1],
  ["10-NN accuracy", (e) => e.knn10],
  ["recall@1", (e) => e.recallAt["1"]],
  ["recall@5", (e) => e.recallAt["5"]],
  ["recall@10", (e) => e.recallAt["10"]],
  ["MAP@R", (e) => e.mapAtR],
  ["silhouette (cosine)", (e) => e.silhouette],
  ["mean similarity, alike", (e) => e.alike],
  ["mean similarity, unalike", (e) => e.unalike],
];
