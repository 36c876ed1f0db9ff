export { type ColourOrder, colourOrders } from "./arrays/colourOrder.ts";
export { type CsvOptions, CsvParser, parseCsv } from "./arrays/csv.ts";
export { encodeCsvHeader, encodeCsvRows } from "./arrays/csvWriter.ts";
export { type DataForm, transposed, untoldForm } from "./arrays/dataForm.ts";
export { idxLength, type NamedBytes, parseIdx } from "./arrays/idx.ts";
export { augmentImages, augmentInto } from "./augment/augment.ts";
export type { ElasticOptions } from "./augment/elastic.ts";
export type { AugmentOptions, BlurOptions, CropOptions, JitterOptions } from "./augment/options.ts";
export {
  type AugmentationPolicy,
  augmentationOf,
  augmentationPolicies,
  lightAugmentation,
  paperElastic,
  viewPolicy,
} from "./augment/policies.ts";
export { type PictureVariation, type VariedBatch, variationHere } from "./augment/varyPictures.ts";
export type { Pictures } from "./augment/warp.ts";
export * from "./encoders/compact.ts";
export * from "./encoders/convnext.ts";
export * from "./encoders/cost.ts";
export * from "./encoders/lesson.ts";
export * from "./encoders/registry.ts";
export * from "./encoders/resnet.ts";
export { fingerprint } from "./fingerprint.ts";
export { backgroundOf } from "./fit/background.ts";
export { colourPattern, type Fit, fits } from "./fit/fits.ts";
export { byteOfLight, greyOf, lightOfByte, luminance } from "./fit/grey.ts";
export { type Preprocessing, preprocessingSchema } from "./fit/preprocessing.ts";
export { datasetOf, datasetsOf, ImageColumn, splitDatasets, variedPictures } from "./imageColumn.ts";
export {
  gatherImages,
  type ImageDataset,
  pickImages,
  pixelsAt,
  pixelsPerImage,
  scalePixels,
  sliceImages,
  splitValidation,
  takeFirst,
} from "./imageDataset.ts";
export { mixed, mixedRows, type RowOrder, rowOrders } from "./mixedOrder.ts";
export { requirePictureSize } from "./pictureSize.ts";
export { pixelSquare } from "./pixelRows.ts";
