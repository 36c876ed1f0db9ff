export { LoadedEncoder, type OpenedModel } from "./loadedEncoder.ts";
export { LoadedModel, type ModelFolder, type Query, type QueryValues } from "./loadedModel.ts";
export type { EmbedPicturesOptions, EncoderOptions, ModelRunner } from "./loadedTower.ts";
export {
  embeddingOutput,
  type ModelPorts,
  modelPorts,
  openPictureReader,
  type ReadPicture,
} from "./modelPorts.ts";
export type { DrawnPicture, Picture, PictureBlob, RawPicture } from "./picture.ts";
export { type PictureKind, type Pixels, pictureKind } from "./pictureKind.ts";
