export { unitRows } from "../base/unitRows.ts";
export { digitFromDrawing, digitSize, type GreyPicture } from "../modality/image/fit/digit.ts";
export { digitFromPicture } from "../modality/image/fit/digitPicture.ts";
export { fitPicture } from "../modality/image/fit/fitPicture.ts";
export { type PictureHeader, pictureHeader } from "../modality/image/fit/pictureHeader.ts";
export { type Thumbnails, thumbnailSize, thumbnails } from "../modality/image/fit/thumbnails.ts";
export {
  type HardPairs,
  type HardPairsOptions,
  hardPairs,
} from "../neighbours/hardPairs.ts";
export { leaveOneOutAccuracy } from "../neighbours/leaveOneOut.ts";
export {
  type Axes,
  type NearestRows,
  nearestOf,
  placeOnMap,
  projectOnto,
  type Vote,
  votesOf,
} from "../neighbours/nearest.ts";
export { Layout, umapPlan } from "../projection/index.ts";
export {
  type ClassStyle,
  type Ground,
  type MarkerSymbol,
  type StyledClasses,
  styleClasses,
} from "../report/classStyles.ts";
export { drawFrame } from "../report/film/index.ts";
export { expectedOf, isOf } from "../runs/option.ts";
export { type Backend, BackendError, type BackendEvent, type SpaceMessage } from "./backend.ts";
export { encoderLayers } from "./encoderLayers.ts";
export { EventLog } from "./eventLog.ts";
export { type FilmRecording, type FilmView, filmOf, prepareRecording } from "./film.ts";
export { fittingOf, takesDigits } from "./fitting.ts";
export { labelsTell } from "./labelsTell.ts";
export {
  decodeMessage,
  encodeMessage,
  type Message,
  type MessageArray,
  MessageReader,
} from "./message.ts";
export { pagePolicy } from "./pagePolicy.ts";
export * from "./protocol.ts";
export { type RunProgress, runInfo } from "./runInfo.ts";
export {
  embeddingsMessage,
  hardPairsMessage,
  momentsMessage,
  picturesMessage,
  recordingMessage,
} from "./runMessages.ts";
export {
  buildSpace,
  type LayoutInput,
  nearestAccuracy,
  neighboursBy,
  type SpaceJob,
  type SpaceNeighbours,
  type SpaceTools,
  type SpaceWorkOptions,
  wrongNeighbours,
} from "./space/space.ts";
export {
  type CheckpointEncoder,
  type EmbedOptions,
  type SpacedRun,
  type SpaceHost,
  type SpaceSources,
  Spaces,
  spaceSources,
} from "./space/spaces.ts";
export { shownDims, type ThreeAxes, threeAxes } from "./space/threeAxes.ts";
export { anchorsShown, BatchView } from "./training/batchView.ts";
export {
  type BatchMessage,
  LiveMap,
  type LiveMessage,
  type MapMessage,
  type SampleMessage,
  sampleMessage,
} from "./training/liveMap.ts";
export { StepMeter } from "./training/stepMeter.ts";
export * from "./training/trainingChoices.ts";
export { isAtWork, isUnderWay } from "./training/trainingPhase.ts";
export { type TrainingHost, type TrainingReports, TrainingSession } from "./training/trainingSession.ts";
export { type WatchOptions, watchRecorder } from "./training/watchRecorder.ts";
export { type WatchTrainingOptions, watchTraining } from "./training/watchTraining.ts";
