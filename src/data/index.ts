export { type ClassBalancedOptions, ClassBalancedSampler } from "./classBalanced.ts";
export * from "./column.ts";
export * from "./dataset.ts";
export { type GroupedOptions, GroupedSampler } from "./grouped.ts";
export * from "./items/index.ts";
export { PairSampler, type Pairs, validationPairs } from "./pairs.ts";
export { pickRows } from "./pickRows.ts";
export { type BatchSampler, ShuffledSampler } from "./shuffled.ts";
export { exampleTriplets, hasTriplets, type Triplet } from "./triplets.ts";
