export { type ChosenTraining, chooseTraining } from "./choose.ts";
export { type DataSeen, dataSeenSchema, type PairSeen } from "./dataSeen.ts";
export { guidanceFor, guidanceLines } from "./guidance.ts";
export { type Guidance, guidanceSchema, parseGuidance } from "./guidanceFile.ts";
export {
  configToRead,
  type PlanChoices,
  type PlannedData,
  planRun,
  type RunPlan,
  usualValidation,
} from "./plan.ts";
export type { Reason } from "./reason.ts";
export { type LookOptions, lookAtPictures } from "./seen.ts";
export {
  duplicatesFigureName,
  type Warning,
  type WarningTopic,
  warningsOf,
  warnsOfCopies,
} from "./warnings.ts";
