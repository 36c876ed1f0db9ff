import { InputError, type TensorData } from "../base/index.ts";
import { readSafetensors, writeSafetensors } from "./checkpoint/index.ts";
import type { EpochMetrics } from "./metrics.ts";

/** Version of the state file; a reader refuses any other. */
const formatVersion = 1;

/** How far a run has come. Random draws are functions of seed, epoch and step, so this is all there is to save of them. */
export interface TrainingProgress {
  /** Epochs finished. */
  readonly epoch: number;
  /** Batches finished in the current epoch. */
  readonly batch: number;
  /** Optimizer steps finished in all. */
  readonly step: number;
  /** Sum of the losses of the current epoch's pairs so far. */
  readonly lossSum: number;
  /** Seconds trained in the current epoch so far. */
  readonly seconds: number;
  readonly seed: number;
  readonly history: readonly EpochMetrics[];
}

/** A run at a step boundary: parameters, buffers, optimizer slots, and progress. */
export interface TrainingState {
  readonly progress: TrainingProgress;
  readonly tensors: ReadonlyMap<string, TensorData>;
}

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
  return { tensors, progress: JSON.parse(metadata.progress) as TrainingProgress };
}
