export { encodeDynamicBatch } from "./dynamicBatch.ts";
export { type EncodeOptions, encodeModel, updateName } from "./encode.ts";
