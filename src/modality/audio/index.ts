export { AudioColumn, type AudioColumnOptions, audioColumn, type Recorded } from "./audioColumn.ts";
export { type AudioTowerOptions, audioDefaults, audioTower } from "./audioTower.ts";
export { audioTowerSchema } from "./audioTowerSchema.ts";
export {
  frameCount,
  type LogMelOptions,
  type LogMelShape,
  logMel,
  logMelShape,
  melBands,
} from "./logMel.ts";
export { joined, Resampler, resample } from "./resample.ts";
export {
  type Channels,
  compactSound,
  downMix,
  floatSamples,
  isSilent,
  peakOf,
  requireSound,
  type Samples,
  type Sound,
} from "./sound.ts";
export { formBytes, type SoundForm, seemsToBe, soundFormOf, soundForms } from "./soundForm.ts";
export { soundPreview } from "./soundPreview.ts";
export {
  type AudioPreprocessing,
  openSoundReader,
  type ReadSoundFile,
  type Recording,
  soundOf,
} from "./soundReader.ts";
export { type SoundVariation, usualVariation } from "./varySound.ts";
export { encodeWav, WavReader } from "./wav.ts";
export { placed, type SoundWindow, windowsOf, windowsOfParts } from "./windows.ts";
