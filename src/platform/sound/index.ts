export { type DecodeTrack, undecodable } from "./containers.ts";
export { type Bytes, decodedSound } from "./decodeSound.ts";
export {
  collected,
  type ReadSound,
  type ReadSoundOptions,
  type ReadWindowsOptions,
  windowsIn,
} from "./monoSound.ts";
