export { type ClassBalancedOptions, ClassBalancedSampler } from "./classBalanced.ts";
export { PairSampler, type Pairs, validationPairs } from "./pairs.ts";
export { type BatchSampler, ShuffledSampler } from "./shuffled.ts";
