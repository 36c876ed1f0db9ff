import { InputError } from "../../base/index.ts";
import { Pacer } from "../../base/pacer.ts";
import {
  type Channels,
  downMix,
  joined,
  Resampler,
  requireSound,
  type Sound,
  type SoundWindow,
  windowsOfParts,
} from "../../modality/audio/index.ts";

export interface ReadSoundOptions {
  /** Samples a second of what is given, a tower's; the file may have any. */
  readonly sampleRate: number;
  /** Reads no more than this many seconds from the begin; the rest is not decoded. Default 600. */
  readonly seconds?: number;
  readonly signal?: AbortSignal;
}

/** Sound that was read, and whether that was all of it. */
export interface ReadSound extends Sound {
  readonly samples: Float32Array;
  /** False where the recording goes on after `seconds`. */
  readonly whole: boolean;
}

export interface ReadWindowsOptions {
  readonly sampleRate: number;
  /** Length of a window in seconds. */
  readonly seconds: number;
  /** Seconds from the begin of a window to that of the next. Default: half a window. */
  readonly hop?: number;
  readonly signal?: AbortSignal;
}

/**
 * Decoded parts as one mono sound at a rate, the mean of all channels.
 *
 * @throws InputError when it is silent or shorter than a frame of 25 ms.
 */
export async function collected(
  name: string,
  parts: AsyncIterable<Channels>,
  { sampleRate, seconds = 600, signal }: ReadSoundOptions,
): Promise<ReadSound> {
  const most = Math.round(seconds * sampleRate);
  const kept: Float32Array[] = [];
  let length = 0;
  for await (const part of monoParts(name, parts, sampleRate, signal)) {
    kept.push(part);
    length += part.length;
    if (length > most) break;
  }
  const sound = { sampleRate, samples: joined(kept).subarray(0, most) };
  requireSound(name, sound);
  return { ...sound, whole: length <= most };
}

/** Decoded parts as windows with their times, each as soon as it is whole: of a recording of any length some seconds are held. */
export async function* windowsIn(
  name: string,
  parts: AsyncIterable<Channels>,
  { sampleRate, seconds, hop, signal }: ReadWindowsOptions,
): AsyncGenerator<SoundWindow> {
  yield* windowsOfParts(sampleRate, monoParts(name, parts, sampleRate, signal), seconds, hop);
}

async function* monoParts(
  name: string,
  parts: AsyncIterable<Channels>,
  sampleRate: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Float32Array> {
  const pacer = new Pacer(signal);
  let resampler: Resampler | null = null;
  let rate = 0;
  for await (const { sampleRate: from, channels } of parts) {
    if (resampler && from !== rate) {
      throw new InputError(
        `${name} changes from ${rate} to ${from} samples a second amid the recording: convert it to one rate, such as by ffmpeg`,
      );
    }
    rate = from;
    resampler ??= new Resampler(from, sampleRate);
    yield resampler.push(downMix(channels));
    if (pacer.due()) await pacer.pause();
  }
  if (resampler) yield resampler.end();
}
