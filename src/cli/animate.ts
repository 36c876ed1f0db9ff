import { join } from "node:path";
import type { Command } from "commander";
import { InputError } from "../base/index.ts";
import { requireNew, requireWritable } from "../platform/node/files/files.ts";
import {
  type FilmView,
  filmOf,
  filmViews,
  type PreparedRecording,
  prepareRecording,
  trainedEpochs,
  writeFilm,
} from "../platform/node/film/film.ts";
import { requireH264Size, type VideoSize } from "../platform/node/film/videoCodec.ts";
import { readRecording } from "../platform/node/run/recording.ts";
import { RunFolder } from "../platform/node/run/runFolder.ts";
import { form, integer, type OptionTable, type OptionValues, oneOf, path } from "../runs/option.ts";
import { trainingOptions } from "../runs/trainingOptions.ts";
import { duration, note, ProgressLine, result } from "./console.ts";
import { untilStopped } from "./interrupt.ts";
import { commandOf, shared } from "./options.ts";

/** A film as `--json` reports it. */
interface WrittenFilm extends VideoSize {
  readonly file: string;
  readonly view: FilmView;
  readonly codec: string;
  readonly fps: number;
  readonly frames: number;
  readonly bytes: number;
}

/** A film that is to be written. */
interface PlannedFilm {
  readonly view: FilmView;
  readonly file: string;
}

const usualSize = { width: 1280, height: 720 };

const examples = `
The run must have recorded embeddings, as kindred train does by default:
  kindred train --epochs 10 --out runs/lesson              all pictures, 10 epochs
  kindred train --epochs 100 --limit 4000 --out runs/long  a subset, 100 epochs
  kindred animate --run runs/long                          contrastive_Training_100.mp4`;

const takes = {
  run: shared.run,
  view: {
    is: oneOf("name", [...filmViews, "both"]),
    about: "PCA to three turning dimensions, UMAP to two, or a film of each",
    default: "both",
  },
  seconds: { is: integer("n", 1), about: "length of the film", default: 25 },
  fps: { is: integer("n", 1), about: "frames in a second", default: 30 },
  size: {
    is: form("width>x<height", "a size such as 1280x720", videoSize),
    about: "size in pixels",
    usual: "1280x720",
  },
  seed: { is: trainingOptions.seed.is, about: "seed of UMAP", usual: "the run's" },
  out: {
    is: path("file.mp4"),
    about: "file to write, beside it one with _umap where there are two",
    usual: "contrastive_Training_<epochs>.mp4 in the run",
  },
  force: { ...shared.force, about: "replace the file of --out where it is there" },
  json: shared.json,
} satisfies OptionTable;

type Options = OptionValues<typeof takes>;

export const animateCommand = (): Command => commandOf(takes, runAnimate).addHelpText("after", examples);

async function runAnimate(options: Options): Promise<void> {
  if (options.out !== undefined && !options.out.toLowerCase().endsWith(".mp4")) {
    throw new InputError(`--out ${options.out} is no .mp4 file, expected a name that ends in .mp4`);
  }
  const { size = usualSize, fps } = options;
  requireH264Size(size, fps);
  const config = await new RunFolder(options.run).readConfig();
  const recording = await readRecording(options.run);
  const plans = plannedFilms(options, trainedEpochs(recording));
  for (const { file } of plans) {
    if (options.out !== undefined) requireNew(file, options);
    await requireWritable(file);
  }
  const seed = options.seed ?? config.seed;
  const left = "stopped: the film under way was not written";
  const work = async (signal: AbortSignal): Promise<void> => {
    const line = new ProgressLine("neighbours");
    const begin = performance.now();
    note(`${recording.count} pictures at ${recording.snapshots.length} snapshots`);
    const onProgress = (done: number, total: number): void => line.update(done, total, "");
    const named = { ...recording, classNames: config.data.classes };
    const prepared = await prepareRecording(named, { signal, onProgress }).finally(() => line.end());
    const films: WrittenFilm[] = [];
    for (const plan of plans) films.push(await makeFilm(plan, prepared, options, size, seed, signal));
    const seconds = (performance.now() - begin) / 1000;
    result(options, { run: options.run, films, seconds }, ...describe(films, seconds));
  };
  await untilStopped(options, "stopping; once more to stop at once", left, work, { run: options.run });
}

async function makeFilm(
  { view, file }: PlannedFilm,
  prepared: PreparedRecording,
  { seconds, fps }: Options,
  size: VideoSize,
  seed: number,
  signal: AbortSignal,
): Promise<WrittenFilm> {
  const placing = new ProgressLine(`${view}: maps`);
  const drawing = new ProgressLine(`${view}: frames`);
  try {
    const film = await filmOf(prepared, {
      view,
      seconds,
      fps,
      seed,
      signal,
      onProgress: (done, total) => placing.update(done, total, ""),
    });
    placing.end();
    const began = performance.now();
    const { codec, bytes } = await writeFilm(file, film, {
      ...size,
      signal,
      onProgress: (done, total) => {
        const rate = (done * 1000) / (performance.now() - began);
        drawing.update(done, total, `${rate.toFixed(0)} frames/s  ${duration((total - done) / rate)} left`);
      },
    });
    return { file, view, codec, ...size, fps, frames: film.frames, bytes };
  } finally {
    placing.end();
    drawing.end();
  }
}

/** The main film has the lesson's name, and UMAP's one to tell it by. */
function plannedFilms({ run, view, out }: Options, epochs: number): readonly PlannedFilm[] {
  const name = (suffix: string): string => join(run, `contrastive_Training_${epochs}${suffix}.mp4`);
  if (view === "both") {
    return [
      { view: "pca", file: out ?? name("") },
      { view: "umap", file: out?.replace(/\.mp4$/i, (extension) => `_umap${extension}`) ?? name("_umap") },
    ];
  }
  return [{ view, file: out ?? name(view === "pca" ? "" : `_${view}`) }];
}

function describe(films: readonly WrittenFilm[], seconds: number): string[] {
  const lines = films.map(
    ({ file, view, width, height, fps, frames, bytes }) =>
      `${file}: ${view === "pca" ? "PCA to 3 dimensions" : "UMAP to 2 dimensions"}, ${duration(frames / fps)}, ${width}x${height} at ${fps} frames/s, ${(bytes / 1e6).toFixed(1)} MB`,
  );
  return [...lines, `made in ${duration(seconds)}`];
}

/** `1280x720` */
function videoSize(text: string): VideoSize | undefined {
  const match = /^(\d{2,5})x(\d{2,5})$/.exec(text.trim());
  return match ? { width: Number(match[1]), height: Number(match[2]) } : undefined;
}
