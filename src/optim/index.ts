export * from "./adam.ts";
export { oneCycle } from "./oneCycle.ts";
export * from "./optimizer.ts";
export * from "./schedules.ts";
export * from "./sgd.ts";
