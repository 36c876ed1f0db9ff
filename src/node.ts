/** What of Kindred needs Node: runtimes over onnxruntime-node, data sets from files, and runs on disk. */
export {
  type DatasetSplit,
  kaggleRows,
  type LoadDatasetOptions,
  loadDataset,
} from "./platform/node/datasets.ts";
export {
  type DeviceName,
  deviceNames,
  installedDevices,
  type NodeRuntimeOptions,
  nodeRuntime,
} from "./platform/node/devices.ts";
export { embeddingFormat, writeEmbeddings } from "./platform/node/embeddingFiles.ts";
export type { Embeddings } from "./platform/node/embeddings.ts";
export { readFileOrExplain, writeFileAtomic } from "./platform/node/files.ts";
export { type PairsFigureOptions, renderPairsFigure } from "./platform/node/pairsFigure.ts";
export { RunFolder } from "./platform/node/runFolder.ts";
export {
  type ConfiguredData,
  configuredData,
  type TrainRunOptions,
  type TrainRunResult,
  trainRun,
} from "./platform/node/trainRun.ts";
