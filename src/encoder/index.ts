export {
  type EmbedPicturesOptions,
  type EncoderOptions,
  LoadedEncoder,
  type OpenedModel,
} from "./loadedEncoder.ts";
export { LoadedModel, type OpenedTowers, type Query } from "./loadedModel.ts";
export { embeddingOutput, feedOf, type ModelPorts, modelPorts } from "./modelPorts.ts";
export type { DrawnPicture, Picture, PictureBlob, RawPicture } from "./picture.ts";
export { type PictureKind, type Pixels, pictureKind } from "./pictureKind.ts";
