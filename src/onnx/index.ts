export { encodeDynamicBatch } from "./dynamicBatch.ts";
export { type EncodeOptions, encodeModel, updateName } from "./encode.ts";
export {
  blockedConvolution,
  type LoweredGraph,
  type Lowering,
  maxPoolWithoutIndices,
  withoutUnread,
} from "./lower/index.ts";
