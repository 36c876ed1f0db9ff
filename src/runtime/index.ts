export * from "./checkFeeds.ts";
export * from "./checkState.ts";
export type { Array64 } from "./reference/array64.ts";
export * from "./reference/evaluate.ts";
export * from "./reference.ts";
export * from "./runtime.ts";
