export { groupItems, pickItems, textKey } from "./groups.ts";
export * from "./item.ts";
export { itemDataset } from "./itemDataset.ts";
export { type SplitItems, type SplitItemsOptions, splitItems, takeItems } from "./splitItems.ts";
export {
  type ItemSurvey,
  type ItemUse,
  isMultimodal,
  type ModalitySeen,
  NothingJoinedError,
  type PairsSeen,
  requireUse,
  surveyItems,
  type TextsSeen,
  useOf,
} from "./surveyItems.ts";
export { itemNoteLines, surveyLines, warningsOfItems } from "./surveyLines.ts";
