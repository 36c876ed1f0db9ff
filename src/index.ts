/**
 * Kindred: contrastive representation learning. This entry runs anywhere; the entry `kindred` is this
 * and `Encoder`, as Node or a browser has it. `kindred/node` adds what needs Node: ONNX Runtime, files and data sets.
 */
export * from "./alignment/index.ts";
export { grad } from "./autodiff/index.ts";
export * from "./base/index.ts";
export * from "./data/index.ts";
export type {
  DrawnPicture,
  EmbedPicturesOptions,
  EncoderOptions,
  Picture,
  PictureBlob,
  Query,
  QueryValues,
  RawPicture,
} from "./encoder/index.ts";
export * from "./evaluation/index.ts";
export {
  buildGraph,
  constant,
  type Graph,
  type InputTensor,
  input,
  type Node,
  type OpName,
  opsetVersion,
  printGraph,
  scalar,
  state,
  type Tensor,
  type TensorType,
  validateGraph,
} from "./graph/index.ts";
export * from "./losses/index.ts";
export * from "./modality/audio/index.ts";
export * from "./modality/image/index.ts";
export * from "./modality/modality.ts";
export * from "./modality/text/index.ts";
export * from "./neighbours/index.ts";
// Outside, `Encoder` is a trained one, ready to use; see index.node.ts and index.browser.ts.
export type { Encoder as EncoderModule } from "./nn/index.ts";
export * from "./nn/index.ts";
export { encodeDynamicBatch, encodeModel } from "./onnx/index.ts";
export * as ops from "./ops/index.ts";
export * from "./optim/index.ts";
export { fitPca, type PcaModel, transformPca } from "./projection/index.ts";
export * from "./runs/index.ts";
export {
  type Device,
  type Program,
  type RunOptions,
  type Runtime,
  referenceRuntime,
  type Store,
  type Values,
} from "./runtime/index.ts";
export * from "./train/index.ts";
