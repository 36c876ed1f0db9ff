export { encodeDynamicBatch } from "./dynamicBatch.ts";
export { type EncodeOptions, encodeModel, updateName } from "./encode.ts";
export {
  blockedConvolution,
  type LoweredGraph,
  type Lowering,
  maxPoolWithoutIndices,
} from "./lower/index.ts";
