export { matchTensors, type TensorLike } from "../../train/matchTensors.ts";
export { type FittedWeights, fittedWeights } from "./fittedWeights.ts";
export { readPt, writePt } from "./pt.ts";
export { readSafetensors, type SafetensorsFile, writeSafetensors } from "./safetensors.ts";
export { readWeightsFile } from "./weightsFile.ts";
