export { type ProcrustesOptions, procrustes } from "../../projection/procrustes.ts";
export { drawFrame } from "./drawFrame.ts";
export { type DrawnPoint, drawnPoints } from "./drawPoints.ts";
export { type Film, type FilmFrame, type FilmMarks, type FilmMoment, frameOf } from "./film.ts";
export { glide } from "./glide.ts";
export { type EmbeddingSeries, type FilmPath, pcaPath, type UmapPathOptions, umapPath } from "./path.ts";
export type { FilmContext } from "./style.ts";
export { frameHeight, frameWidth, grouped } from "./style.ts";
