export * from "./batchNorm2d.ts";
export * from "./encoders/encoder.ts";
export * from "./encoders/lesson.ts";
export * from "./initializers.ts";
export * from "./layers.ts";
export * from "./module.ts";
export * from "./sequential.ts";
