export {
  type AlignmentSourceOptions,
  alignedFeed,
  alignmentSources,
  presenceFeed,
} from "./alignmentSources.ts";
export { type AlignmentLoss, type AlignmentOptions, alignmentTask } from "./alignmentTask.ts";
export { embeddingColumn, headTower, lockedColumn, lockedTower } from "./locked.ts";
export { type AlignedPair, type Groups, groupsByLabel, groupsByRow } from "./pairs.ts";
export { alignedRecall } from "./recall.ts";
export { expectedRepeats, repeatedCaptionsWarning } from "./repeatedCaptions.ts";
