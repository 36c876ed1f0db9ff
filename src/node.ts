/** What of Kindred needs Node: runtimes over onnxruntime-node, data sets from files, and runs on disk. */
export { readSound, readSoundWindows, type SoundFile } from "./platform/node/audio/readSound.ts";
export {
  type DatasetSplit,
  kaggleRows,
  type LoadDatasetOptions,
  type LoadedDataset,
  loadDataset,
  readDataset,
} from "./platform/node/datasets/datasets.ts";
export { embeddingFormat, writeEmbeddings } from "./platform/node/embeddings/embeddingFiles.ts";
export type { Embeddings } from "./platform/node/embeddings/embeddings.ts";
export {
  type AlignmentRow,
  type JointPlotOptions,
  type PlottedModality,
  writeJointPlots,
} from "./platform/node/figures/jointPlots.ts";
export { type PairsFigureOptions, renderPairsFigure } from "./platform/node/figures/pairsFigure.ts";
export {
  type PlotName,
  type PlotOptions,
  type PlotsWritten,
  plotNames,
} from "./platform/node/figures/plotOptions.ts";
export { writePlots } from "./platform/node/figures/plots.ts";
export { readFileOrExplain, writeFileAtomic } from "./platform/node/files/files.ts";
export {
  type FilmView,
  filmOf,
  filmViews,
  type JointRecording,
  jointFilmOf,
  prepareRecording,
  writeFilm,
} from "./platform/node/film/film.ts";
export { type Addition, type CreateIndexOptions, ItemIndex } from "./platform/node/itemIndex/itemIndex.ts";
export type { PlanOptions } from "./platform/node/itemIndex/searchPlan.ts";
export { type ItemPictures, imageColumnOf } from "./platform/node/items/imageColumnOf.ts";
export type { ReadItemsOptions } from "./platform/node/items/itemOptions.ts";
export { readItems } from "./platform/node/items/readItems.ts";
export { readTower, writeModelFolder } from "./platform/node/model/modelFolder.ts";
export {
  type DeviceName,
  deviceNames,
  installedDevices,
  type NodeRuntimeOptions,
  nodeRuntime,
} from "./platform/node/ort/devices.ts";
export {
  type IndexPicturesOptions,
  type IndexPicturesResult,
  indexPictures,
} from "./platform/node/pictureIndex/indexPictures.ts";
export {
  type PictureSearch,
  type SearchByFilesOptions,
  searchByFiles,
  searchByIds,
} from "./platform/node/pictureIndex/searchPictures.ts";
export { cacheFolder } from "./platform/node/pictures/cache/cacheFolder.ts";
export {
  type PictureReport,
  pictureReportLines,
} from "./platform/node/pictures/pictureReport.ts";
export type { ReadPicturesOptions } from "./platform/node/pictures/readPictures.ts";
export {
  type Pulled,
  type PullOptions,
  pullModel,
} from "./platform/node/pretrained/hub/pull.ts";
export {
  type PretrainedOptions,
  type PretrainedValues,
  pretrainedTower,
} from "./platform/node/pretrained/pretrainedTower.ts";
export { type Recording, readRecording } from "./platform/node/run/recording.ts";
export { RunFolder } from "./platform/node/run/runFolder.ts";
export {
  type ConfiguredData,
  configuredData,
  type TrainRunOptions,
  type TrainRunResult,
  trainRun,
} from "./platform/node/run/trainRun.ts";
export { type OpenedTrunk, openTrunk, type TrunkOptions, withTrunk } from "./platform/node/trunk/trunk.ts";
export { type TrunkFeaturesOptions, withTrunkFeatures } from "./platform/node/trunk/trunkFeatures.ts";
export {
  type FitUmapOptions,
  fitUmap,
  type UmapMap,
  type UmapProgress,
  type UmapRunOptions,
} from "./platform/node/umap/umap.ts";
export type { ReadSound, ReadSoundOptions, ReadWindowsOptions } from "./platform/sound/monoSound.ts";
export type {
  FieldKinds,
  IndexedItem,
  IndexInfo,
  IndexRoot,
  ItemRecord,
  SearchHit,
  SearchOptions,
  SearchPlan,
} from "./retrieval/index.ts";
