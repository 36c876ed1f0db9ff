import regular from "@fontsource/inter/files/inter-latin-400-normal.woff2?url";
import strong from "@fontsource/inter/files/inter-latin-600-normal.woff2?url";
import { drawFrame, type FilmRecording, filmOf, prepareRecording } from "kindred/workspace";
import { serveJob } from "../workers/job.ts";
import { encodeFilm } from "./encodeFilm.ts";
import type { FilmFile, FilmRequest } from "./filmProtocol.ts";

serveJob(async (request: FilmRequest, report): Promise<FilmFile> => {
  const progress =
    (doing: string) =>
    (done: number, total: number): void =>
      report(done / total, doing);
  const { width, height, view, seconds, fps } = request;
  await loadFonts();
  const prepared = await prepareRecording(recordingOf(request), {
    onProgress: progress("finding nearest neighbours"),
  });
  const onProgress = progress(view === "umap" ? "laying out the maps" : "projecting");
  const film = await filmOf(prepared, { view, seconds, fps, seed: 1, onProgress });
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: false });
  if (!context) throw new Error("this browser draws no pictures in a worker");
  return encodeFilm(canvas, {
    frames: film.frames,
    fps,
    title: `${film.title}: ${film.subtitle}`,
    draw: (frame) => {
      drawFrame(context, film, frame, { width, height });
    },
    onProgress: progress("encoding frames"),
  });
});

function recordingOf({
  count,
  dim,
  labels,
  classNames,
  embeddings,
  steps,
  epochs,
  losses,
}: FilmRequest): FilmRecording {
  const size = count * dim;
  const snapshots = Array.from(steps, (step, i) => {
    const loss = losses[i] ?? Number.NaN;
    return {
      step,
      epoch: epochs[i] ?? 0,
      loss: Number.isNaN(loss) ? null : loss,
      embeddings: embeddings.subarray(i * size, (i + 1) * size),
    };
  });
  return { count, dim, labels, classNames, snapshots };
}

// The types are those of a page, which has its fonts elsewhere.
const fontsHere = (globalThis as typeof globalThis & { readonly fonts: FontFaceSet }).fonts;

/** The page's font; a film is drawn with another where it does not load. */
async function loadFonts(): Promise<void> {
  const fonts = [
    new FontFace("Inter", `url(${regular})`),
    new FontFace("Inter", `url(${strong})`, { weight: "600" }),
  ];
  const loaded = await Promise.allSettled(fonts.map((font) => font.load()));
  for (const font of loaded) {
    if (font.status === "fulfilled") fontsHere.add(font.value);
  }
}
