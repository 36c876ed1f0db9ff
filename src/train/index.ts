export { augmentOptions, viewPolicy } from "./augmentationConfig.ts";
export * from "./checkpoint/index.ts";
export { type ChosenTrunk, chosenEncoder, type EncoderChoices } from "./chosenEncoder.ts";
export { type ConfiguredParts, configuredParts } from "./configuredParts.ts";
export {
  bestEpoch,
  type ComparedEpoch,
  type EarlyStop,
  epochsWaited,
  firstCounted,
} from "./earlyStopping.ts";
export { Embedder, type EmbedOptions } from "./embed.ts";
export {
  descriptionEntries,
  descriptionFrom,
  type EncoderDescription,
  preprocessingOf,
} from "./encoderDescription.ts";
export { encoderFingerprint, type FingerprintedConfig } from "./encoderFingerprint.ts";
export {
  type EvaluateOptions,
  type EvaluationSets,
  evaluateEncoder,
  evaluateFeatures,
  evaluatePixels,
} from "./evaluateEncoder.ts";
export { evaluatePixelViews, evaluateViews, type VariedTwice, variedTwice } from "./evaluateViews.ts";
export { type EvaluationFile, parseEvaluationFile } from "./evaluationFile.ts";
export {
  type Among,
  amongNames,
  type EvaluationProtocol,
  evaluationProtocol,
  someNames,
} from "./evaluationProtocol.ts";
export { exportEncoder, trunkEntry } from "./exportEncoder.ts";
export { type ExportModelInput, exportForPixels, exportForTransformers } from "./exportModel.ts";
export * from "./graphs.ts";
export * from "./guidance/index.ts";
export { type LabelLoss, labelTask } from "./labelTask.ts";
export type { EpochMetrics } from "./metrics.ts";
export * from "./metricsFile.ts";
export * from "./modelCard/index.ts";
export { cellsMayHelp, neighboursByCells } from "./neighbourByCells.ts";
export { requirePictureSize } from "./pictureSize.ts";
export { pixelSquare } from "./pixelRows.ts";
export * from "./publishedConfig.ts";
export * from "./recipes.ts";
export * from "./recording.ts";
export * from "./runConfig.ts";
export {
  type NeighbourMetric,
  type RuntimeNeighbours,
  type RuntimeNeighboursOptions,
  runtimeNeighbours,
} from "./runtimeNeighbours.ts";
export { type RuntimeSimilarities, runtimeSimilarities } from "./runtimeSimilarity.ts";
export {
  type BatchRows,
  type BatchSource,
  type BatchSources,
  labelSource,
  type MakeSources,
  type PictureSourceOptions,
  pairSources,
  type TrainingBatch,
  type Unit,
  viewSource,
} from "./source.ts";
export { requireSuitable, samplerLabel } from "./suitable.ts";
export { type PairLoss, pairTask, type Task } from "./task.ts";
export { type TrainResult, train } from "./train.ts";
export {
  type FitOptions,
  type StepReport,
  Trainer,
  type TrainerOptions,
} from "./trainer.ts";
export * from "./trainingState.ts";
export { type PictureVariation, type VariedBatch, variationHere } from "./varyPictures.ts";
export { type Trained, verdictOf } from "./verdict.ts";
export { type Found, parseVerdict, type Verdict } from "./verdictFile.ts";
export { verdictLines, verdictText } from "./verdictText.ts";
export { type ViewLoss, viewTask } from "./viewTask.ts";
