import { z } from "zod";
import { InputError } from "../../base/index.ts";
import { parseJson } from "../../base/parseJson.ts";
import type { EpochMetrics } from "../../train/metrics.ts";
import type { TrainingProgress, TrainingState } from "../../train/trainingState.ts";
import { readSafetensors, writeSafetensors } from "./index.ts";

/** Version of the state file; a reader refuses any other. */
const formatVersion = 1;

const count = z.number().int().min(0);

const rowSchema = z.object({
  epoch: count,
  // JSON has no NaN: an epoch that diverged has null.
  trainLoss: z
    .number()
    .nullable()
    .transform((loss) => loss ?? Number.NaN),
  valLoss: z.number().nullable(),
  lr: z.number(),
  knn1: z.number().nullable(),
  knnReferences: count,
  // Rows from before training could stop early have neither.
  mapAtR: z.number().nullable().default(null),
  best: count.nullable().default(null),
  seconds: z.number(),
  perSecond: z.number(),
  unit: z.string(),
  scale: z.number().exactOptional(),
  bias: z.number().exactOptional(),
  recallAt1: z.number().nullable().exactOptional(),
});

/** The metrics of an epoch, as a state or a line of `metrics.jsonl` holds them. */
export const epochMetricsSchema: z.ZodType<EpochMetrics> = z.preprocess((row) => {
  // From when every training was one of pairs.
  const { pairsPerSecond, ...rest } = Object(row) as Readonly<Record<string, unknown>>;
  return pairsPerSecond === undefined ? row : { ...rest, perSecond: pairsPerSecond, unit: "pairs" };
}, rowSchema);

const progressSchema: z.ZodType<TrainingProgress> = z.object({
  epoch: count,
  batch: count,
  step: count,
  lossSum: z.number(),
  seconds: z.number().min(0),
  seed: count,
  history: z.array(epochMetricsSchema),
});

/** The state as the bytes of a safetensors file. */
export function encodeTrainingState(state: TrainingState): Uint8Array {
  return writeSafetensors(state.tensors, {
    format: `kindred training state ${formatVersion}`,
    progress: JSON.stringify(state.progress),
  });
}

/**
 * The state in a file's bytes.
 *
 * @throws InputError when the file is damaged, or is no training state of this version.
 */
export function decodeTrainingState(bytes: Uint8Array, fileName: string): TrainingState {
  const { tensors, metadata } = readSafetensors(bytes, fileName);
  const expected = `kindred training state ${formatVersion}`;
  if (metadata.format !== expected || metadata.progress === undefined) {
    throw new InputError(
      `${fileName}: holds "${metadata.format ?? "tensors without a format"}", expected "${expected}"; it cannot be resumed from`,
    );
  }
  const what = "the progress of a training, without which it cannot be resumed";
  const progress = parseJson(progressSchema, metadata.progress, `${fileName}: its progress`, what);
  return { tensors, progress };
}
