export { bindState } from "./bindState.ts";
export * from "./build.ts";
export * from "./define.ts";
export * from "./graph.ts";
export { type Multiplications, multiplications } from "./operations.ts";
export * from "./print.ts";
export * from "./schema.ts";
export * from "./tensor.ts";
export * from "./validate.ts";
