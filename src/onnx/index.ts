export { embeddingModel, type FrozenOutput } from "./composeFrozen.ts";
export {
  featureModel,
  type TrunkHead,
  type TrunkInput,
  type TrunkPorts,
  trialModel,
  withHead,
  withoutHead,
} from "./composeTrunk.ts";
export { encodeDynamicBatch } from "./dynamicBatch.ts";
export { type EncodeOptions, encodeModel, updateName } from "./encode.ts";
export { type ExternalRange, externalRanges, withDataInside } from "./externalData.ts";
export {
  blockedConvolution,
  type LoweredGraph,
  type Lowering,
  maxPoolWithoutIndices,
  withoutUnread,
} from "./lower/index.ts";
export { type ModelFile, type ModelTensor, readModel } from "./modelFile.ts";
export type { ModelShape } from "./proto.ts";
export { type ModelWrap, type WrapNode, wrapModel } from "./wrapModel.ts";
