export { type ChosenTraining, chooseTraining } from "./choose.ts";
export { type Guidance, guidanceFor, guidanceLines, guidanceSchema, parseGuidance } from "./guidance.ts";
export {
  autoRecipe,
  type PlannedData,
  planRun,
  type RecipeChoice,
  type RunPlan,
  recipeToRead,
  usualValidation,
} from "./plan.ts";
export type { Reason } from "./reason.ts";
export { type DataSeen, dataSeenSchema, type LookOptions, lookAtPictures } from "./seen.ts";
export { type Warning, type WarningTopic, warningsOf } from "./warnings.ts";
