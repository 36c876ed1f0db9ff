import type { TensorData } from "../base/index.ts";
import type { EpochMetrics } from "./metrics.ts";

/** How far a run has come. Random draws are functions of seed, epoch and step, so this is all there is to save of them. */
export interface TrainingProgress {
  /** Epochs finished. */
  readonly epoch: number;
  /** Batches finished in the current epoch. */
  readonly batch: number;
  /** Optimizer steps finished in all. */
  readonly step: number;
  /** Sum of the losses of the current epoch's pairs or rows so far. */
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
