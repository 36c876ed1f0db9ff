export { digitFromDrawing, digitSize, type GreyPicture } from "../modality/image/fit/digit.ts";
export { digitFromPicture } from "../modality/image/fit/digitPicture.ts";
export { fitPicture } from "../modality/image/fit/fitPicture.ts";
export { pictureHeader } from "../modality/image/fit/pictureHeader.ts";
export { type Thumbnails, thumbnailSize, thumbnails } from "../modality/image/fit/thumbnails.ts";
export {
  type HardPairs,
  hardPairs,
} from "../neighbours/hardPairs.ts";
export {
  type NearestRows,
  nearestOf,
  placeOnMap,
  projectOnto,
} from "../neighbours/nearest.ts";
export { Layout, umapPlan } from "../projection/index.ts";
export {
  type ClassStyle,
  type StyledClasses,
  styleClasses,
} from "../report/classStyles.ts";
export { drawFrame } from "../report/film/index.ts";
export { expectedOf, isOf } from "../runs/option.ts";
export { type Backend, BackendError, type BackendEvent, type SpaceMessage } from "./backend.ts";
export { EventLog } from "./eventLog.ts";
export { type FilmRecording, type FilmView, filmOf, prepareRecording } from "./film.ts";
export * from "./itemsProtocol.ts";
export { type JointRecording, jointFilmOf } from "./jointFilm.ts";
export { labelsTell } from "./labelsTell.ts";
export {
  decodeMessage,
  encodeMessage,
  type Message,
  type MessageArray,
  MessageReader,
} from "./message.ts";
export { pagePolicy } from "./pagePolicy.ts";
export { filesOf, type ItemPreview, packedFiles, previewsOf } from "./previewFiles.ts";
export * from "./protocol.ts";
export { alignmentInfo, imageQueryFor, type RunProgress, runInfo } from "./runInfo.ts";
export {
  momentsMessage,
  previewsMessage,
  recordingMessage,
} from "./runMessages.ts";
export { type ShownRows, shownModalities, shownRows, shownTogether } from "./shownRows.ts";
export type {
  LayoutInput,
  SpaceTools,
} from "./space/space.ts";
export {
  type CheckpointTower,
  type EmbedOptions,
  type SpacedRun,
  type SpaceHost,
  Spaces,
  spaceSources,
} from "./space/spaces.ts";
export { requestNumbers } from "./training/requestNumbers.ts";
export * from "./training/trainingChoices.ts";
export { isAtWork, isUnderWay } from "./training/trainingPhase.ts";
export { type TrainingHost, type TrainingReports, TrainingSession } from "./training/trainingSession.ts";
