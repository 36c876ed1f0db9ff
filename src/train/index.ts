export {
  embeddingGraph,
  encoderTower,
  exportEncoder,
  exportTower,
  type Inputs,
  modelTower,
  stateWithin,
  type Tower,
  towerOf,
  towerWithin,
  trunkEntry,
  type WholeTower,
} from "../modality/tower.ts";
export {
  bestEpoch,
  type ComparedEpoch,
  type EarlyStop,
  epochsWaited,
  firstCounted,
} from "./earlyStopping.ts";
export { Embedder, type EmbedOptions } from "./embed.ts";
export {
  type EvaluateOptions,
  type EvaluationSets,
  evaluateEncoder,
  evaluateVectors,
} from "./evaluateEncoder.ts";
export { evaluateVectorViews, evaluateViews } from "./evaluateViews.ts";
export {
  type Among,
  amongNames,
  type EvaluationProtocol,
  evaluationProtocol,
  someNames,
} from "./evaluationProtocol.ts";
export * from "./graphs.ts";
export { type LabelLoss, labelTask } from "./labelTask.ts";
export type { EpochMetrics } from "./metrics.ts";
export * from "./recording.ts";
export {
  type BatchRows,
  type BatchSource,
  type BatchSources,
  labelSource,
  type MakeSources,
  pairFeed,
  pairSources,
  type RowSourceOptions,
  type TrainingBatch,
  type TrainingData,
  viewSource,
} from "./source.ts";
export { type PairLoss, pairTask, type Task, type TaskMetrics, type TrainedSoFar } from "./task.ts";
export { type TrainResult, train } from "./train.ts";
export {
  type FitOptions,
  type StepReport,
  Trainer,
  type TrainerOptions,
} from "./trainer.ts";
export type { TrainingProgress, TrainingState } from "./trainingState.ts";
export { type ViewLoss, viewTask } from "./viewTask.ts";
