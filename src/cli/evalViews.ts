import type { TensorData } from "../base/index.ts";
import type { ViewMetrics } from "../evaluation/index.ts";
import { augmentationOf, ImageColumn, type ImageDataset, viewPolicy } from "../modality/image/index.ts";
import type { Encoder } from "../nn/index.ts";
import { augmentOptions, evaluatePixelViews, type RunConfig, variedTwice } from "../runs/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { type EvaluateOptions, evaluateViews } from "../train/index.ts";
import { columns, note, type Output, result } from "./console.ts";

/** An encoder, and pictures that no label says anything of. */
export interface UnlabelledEvaluation {
  readonly runtime: Runtime;
  readonly encoder: Encoder;
  readonly config: RunConfig;
  readonly pictures: ImageDataset;
  readonly weightsOf: Readonly<Record<"encoder" | "untrained", ReadonlyMap<string, TensorData>>>;
}

/** Has a measurement done with its progress shown. */
type Measure = (
  subject: string,
  views: (options: EvaluateOptions) => Promise<ViewMetrics>,
) => Promise<ViewMetrics>;

/** Evaluates an encoder without labels: by how two variations of each picture compare. */
export async function evalViews(
  output: Output,
  { runtime, encoder, config, pictures, weightsOf }: UnlabelledEvaluation,
  measure: Measure,
): Promise<void> {
  const { channels, height } = pictures;
  const augmentation = config.augmentation
    ? augmentOptions(config.augmentation)
    : augmentationOf(viewPolicy(channels, height), height);
  const views = variedTwice(pictures, augmentation, config.seed);
  note(
    `there are no labels, so that no accuracy can be measured (1-NN, recall@k, MAP@R): two variations of ${views[0].count} pictures are compared instead`,
  );
  const columns = [new ImageColumn(views[0]), new ImageColumn(views[1])] as const;
  const ofWeights = (weights: ReadonlyMap<string, TensorData>) => (options: EvaluateOptions) =>
    evaluateViews(runtime, encoder, weights, columns, options);
  const evaluations = {
    encoder: await measure("encoder", ofWeights(weightsOf.encoder)),
    untrained: await measure("untrained encoder", ofWeights(weightsOf.untrained)),
    pixels: await measure("pixels", (options) => evaluatePixelViews(runtime, views, options)),
  };
  result(output, evaluations, ...table(rows, evaluations));
}

const rows: readonly Row<ViewMetrics>[] = [
  ["variation finds its other", (views) => views.found],
  ["alignment (less: closer)", (views) => views.alignment],
  ["uniformity (less: evener)", (views) => views.uniformity],
];

/** A measure by its name. */
export type Row<Measures> = readonly [name: string, of: (measures: Measures) => number];

/** What was measured of each subject, side by side. */
export function table<Measures>(
  rows: readonly Row<Measures>[],
  subjects: Readonly<Record<string, Measures>>,
): string[] {
  const head = ["", ...Object.keys(subjects).map((name) => name.padStart(9))];
  const body = rows.map(([name, of]) => [name, ...Object.values(subjects).map((one) => of(one).toFixed(4))]);
  return columns([head, ...body], "<>>>>");
}
