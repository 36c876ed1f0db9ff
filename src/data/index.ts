export { augmentImages, augmentInto } from "./augment.ts";
export type { ElasticOptions } from "./augmentElastic.ts";
export type { AugmentOptions, BlurOptions, CropOptions, JitterOptions } from "./augmentOptions.ts";
export {
  type AugmentationPolicy,
  augmentationOf,
  augmentationPolicies,
  lightAugmentation,
  paperElastic,
} from "./augmentPolicies.ts";
export type { Pictures } from "./augmentResample.ts";
export { backgroundOf } from "./background.ts";
export { type ClassBalancedOptions, ClassBalancedSampler } from "./classBalanced.ts";
export { type ColourOrder, colourOrders } from "./colourOrder.ts";
export { type CsvOptions, CsvParser, parseCsv } from "./csv.ts";
export { encodeCsvHeader, encodeCsvRows } from "./csvWriter.ts";
export { type DataForm, transposed, untoldForm } from "./dataForm.ts";
export {
  classCounts,
  className,
  exampleShapeIn,
  type ImageDataset,
  pixelsPerImage,
  scalePixels,
  sliceImages,
  splitValidation,
  takeFirst,
} from "./dataset.ts";
export { fingerprint } from "./fingerprint.ts";
export { byteOfLight, greyOf, lightOfByte, luminance } from "./grey.ts";
export { idxLength, type NamedBytes, parseIdx } from "./idx.ts";
export {
  assembleBatch,
  gatherImages,
  type PairBatch,
  PairLoader,
  type PairLoaderOptions,
} from "./loader.ts";
export { mixed, mixedRows, type RowOrder, rowOrders } from "./mixedOrder.ts";
export { PairSampler, type Pairs, validationPairs } from "./pairs.ts";
export {
  colourPattern,
  type Fit,
  fits,
  type Preprocessing,
  preprocessingSchema,
} from "./preprocessing.ts";
export { type BatchSampler, ShuffledSampler } from "./shuffled.ts";
export { exampleTriplets, hasTriplets, type Triplet } from "./triplets.ts";
