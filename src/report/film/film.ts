import { InputError } from "../../base/index.ts";
import type { MarkerSymbol } from "../classStyles.ts";
import { glide } from "./glide.ts";
import type { FilmPath } from "./path.ts";

/** What is known of the training at a snapshot. */
export interface FilmMoment {
  readonly step: number;
  /** Epochs finished, with the part of the current one. */
  readonly epoch: number;
  /** Mean training loss since the snapshot before; null at the first. */
  readonly loss: number | null;
  /** 1-NN accuracy, 0 to 1; null at all of them without labels. */
  readonly accuracy: number | null;
}

/** A second way of telling points apart. */
export interface FilmMarks {
  readonly names: readonly string[];
  readonly symbols: readonly MarkerSymbol[];
  /** `[count]`, the place of each point's mark. */
  readonly of: Uint8Array;
}

/** A film of points on their way through a training. */
export interface Film {
  readonly title: string;
  readonly subtitle: string;
  /** Says how the numbers came about. */
  readonly footnote: string;
  readonly path: FilmPath;
  /** `[count]`, the class of each point as a place in {@link classes}. */
  readonly classOf: Uint16Array;
  /** Names of the classes; none without labels. */
  readonly classes: readonly string[];
  /** A colour and a marker for each class. */
  readonly colours: readonly string[];
  readonly symbols: readonly MarkerSymbol[];
  /** Where points are of several modalities: a marker for each of these, in place of those of the classes. */
  readonly marks?: FilmMarks | undefined;
  /** What the accuracy of the moments is; default `1-NN accuracy`. */
  readonly accuracyName?: string | undefined;
  /** What is known at each snapshot. */
  readonly moments: readonly FilmMoment[];
  /** Epochs of the whole training. */
  readonly epochs: number;
  /** Frames in all, and in a second. */
  readonly frames: number;
  readonly fps: number;
}

/** Seconds that the untrained and the trained state stand still, less where the film is short. */
const holdAtStart = 1;
const holdAtEnd = 1.5;

/** Radians a second that the view of three dimensions turns by: a quarter turn in 15 seconds. */
const turning = Math.PI / 30;
const firstAngle = -0.6;

/** A frame before it is drawn. */
export interface FilmFrame {
  /** Where in the snapshots it is: 0 the first, 1.5 half way between the second and the third. */
  readonly moment: number;
  /** `[count, dims]`. */
  readonly places: Float32Array;
  /** By how much the view is turned about the upright axis, in radians; 0 in two dimensions. */
  readonly angle: number;
  readonly step: number;
  readonly epoch: number;
  readonly loss: number | null;
  readonly accuracy: number | null;
}

/**
 * What a frame shows; every snapshot gets the same time, as they lie densest where the most happens.
 *
 * @param frame from 0
 * @throws InputError when the film has no such frame.
 */
export function frameOf(film: Film, frame: number): FilmFrame {
  const { path, moments, frames, fps } = film;
  if (!(Number.isInteger(frame) && frame >= 0 && frame < frames)) {
    throw new InputError(`frame ${frame} was asked for, expected 0 to ${frames - 1}`);
  }
  const moment = momentOf(frame, film);
  const start = Math.min(Math.floor(moment), moments.length - 2);
  const part = moment - start;
  const from = moments[start]!;
  const to = moments[start + 1]!;
  const between = (a: number, b: number): number => a + (b - a) * part;
  return {
    moment,
    places: glide(path.places, moment),
    angle: path.dims === 3 ? firstAngle + (frame / fps) * turning : 0,
    step: Math.round(between(from.step, to.step)),
    epoch: between(from.epoch, to.epoch),
    loss: to.loss === null ? null : between(from.loss ?? to.loss, to.loss),
    accuracy: to.accuracy === null ? null : between(from.accuracy ?? to.accuracy, to.accuracy),
  };
}

function momentOf(frame: number, { moments, frames, fps }: Film): number {
  const still = Math.min(1, frames / fps / (4 * (holdAtStart + holdAtEnd)));
  const first = holdAtStart * still * fps;
  const last = frames - 1 - holdAtEnd * still * fps;
  const part =
    last > first ? Math.min(Math.max((frame - first) / (last - first), 0), 1) : frame / (frames - 1);
  return part * (moments.length - 1);
}
