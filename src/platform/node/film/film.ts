import { drawFrame, type Film } from "../../../report/film/index.ts";
import type { FilmWork } from "../../../workspace/film.ts";
import { createCanvas } from "../figures/canvas.ts";
import { type VideoWritten, writeVideo } from "./video.ts";
import type { VideoSize } from "./videoCodec.ts";

export {
  type FilmOptions,
  type FilmView,
  type FilmWork,
  filmOf,
  filmViews,
  type PreparedRecording,
  prepareRecording,
  trainedEpochs,
} from "../../../workspace/film.ts";
export { type JointRecording, jointFilmOf } from "../../../workspace/jointFilm.ts";

/** Encodes a film into an MP4; {@link writeVideo} says what can go wrong. */
export async function writeFilm(
  path: string,
  film: Film,
  { width, height, signal, onProgress }: VideoSize & FilmWork,
): Promise<VideoWritten> {
  const canvas = await createCanvas(width, height);
  const context = canvas.getContext("2d");
  return writeVideo(path, {
    width,
    height,
    frames: film.frames,
    fps: film.fps,
    title: `${film.title}: ${film.subtitle}`,
    draw: (frame) => {
      drawFrame(context, film, frame, { width, height });
      return context.getImageData(0, 0, width, height).data;
    },
    signal,
    onProgress,
  });
}
