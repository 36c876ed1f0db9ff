/** Kindred in a browser: its runtimes, an encoder by itself, sound, and data sets from a URL. */
export type { ReadSound, ReadSoundOptions, ReadWindowsOptions } from "./platform/sound/monoSound.ts";
export { readSound, readSoundWindows, type SoundFile } from "./platform/web/audio/readSound.ts";
export {
  type LoadDatasetFileOptions,
  loadDatasetFile,
} from "./platform/web/datasetFile.ts";
export { decodeDataset, encodeDataset } from "./platform/web/datasetFormat.ts";
export {
  type WebDeviceName,
  type WebRuntimeOptions,
  webDeviceNames,
  webRuntime,
} from "./platform/web/devices.ts";
export { type EncoderSession, encoderSession } from "./platform/web/encoderSession.ts";
export type { OrtBuild, WasmFiles, WasmPaths } from "./platform/web/ortBuild.ts";
