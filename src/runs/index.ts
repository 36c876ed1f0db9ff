export * from "./alignment/alignmentConfig.ts";
export { type AlignmentRecipe, alignmentRecipes, sensesRecipe } from "./alignment/alignmentNames.ts";
export * from "./alignment/alignmentParts.ts";
export { digitCaptions, digitWords } from "./alignment/digitCaptions.ts";
export type { LockedTower, LockedTowers } from "./alignment/lockedForm.ts";
export * from "./alignment/planAlignment.ts";
export { augmentOptions } from "./augmentationConfig.ts";
export * from "./checkpoint/index.ts";
export * from "./checkpoint/trainingState.ts";
export { type ChosenTrunk, chosenEncoder, type EncoderChoices } from "./chosenEncoder.ts";
export { type ConfiguredParts, configuredParts } from "./configuredParts.ts";
export { parseCrossModalReport } from "./crossModalFile.ts";
export {
  descriptionEntries,
  descriptionFrom,
  type EncoderDescription,
  preprocessingOf,
} from "./encoderDescription.ts";
export { type EncoderIdentity, encoderFingerprint, modelFingerprint } from "./encoderFingerprint.ts";
export { type EvaluationFile, parseEvaluationFile } from "./evaluationFile.ts";
export { type ExportModelInput, exportForPixels, exportForTransformers } from "./exportModel.ts";
export * from "./guidance/index.ts";
export * from "./metricsFile.ts";
export { modelCard } from "./modelCard/modelCard.ts";
export type { ModelCardInput } from "./modelCard/modelCardInput.ts";
export { type ExportFormat, exportFormats } from "./modelCard/usage.ts";
export { type ModelFile, parseModelFile } from "./modelFile.ts";
export * from "./modelFolder.ts";
export * from "./pictureBaselines.ts";
export * from "./publishedConfig.ts";
export * from "./recipes.ts";
export { autoRecipe, type RecipeChoice, type RecipeName, recipeNames } from "./recipeTable.ts";
export * from "./runConfig.ts";
export { requireSuitable } from "./suitable.ts";
export { type TrainingValues, trainingOptions } from "./trainingOptions.ts";
export { type Trained, verdictOf } from "./verdict.ts";
export { type Found, parseVerdict, type Verdict } from "./verdictFile.ts";
export { verdictLines, verdictText } from "./verdictText.ts";
