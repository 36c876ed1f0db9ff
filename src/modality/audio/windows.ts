import { InputError } from "../../base/index.ts";
import type { Samples, Sound } from "./sound.ts";

/** A part of a long recording. */
export interface SoundWindow extends Sound {
  /** Where it begins in the recording, in seconds. */
  readonly start: number;
  /** Where the recording's part in it ends, in seconds: a last window that is filled up with silence ends with the recording. */
  readonly end: number;
}

/** The window's and the hop's samples. @throws InputError unless both are at least one sample long, and the hop is no longer than the window. */
export function windowLengths(sampleRate: number, seconds: number, hop: number) {
  const length = Math.round(seconds * sampleRate);
  const step = Math.round(hop * sampleRate);
  if (!(length >= 1 && step >= 1 && step <= length)) {
    throw new InputError(
      `windows of ${seconds} s each ${hop} s cannot be cut at ${sampleRate} Hz, expected both above 0 and a hop of at most a window`,
    );
  }
  return { length, step };
}

/**
 * A recording as windows of one length, each a hop after the last; together they hold every sample. The last one is filled up with
 * silence. A recording of up to one window is one.
 *
 * @param seconds length of a window
 * @param hop seconds from the begin of a window to that of the next. Default: half a window
 */
export function windowsOf({ sampleRate, samples }: Sound, seconds: number, hop = seconds / 2): SoundWindow[] {
  const { length, step } = windowLengths(sampleRate, seconds, hop);
  const count = 1 + Math.max(0, Math.ceil((samples.length - length) / step));
  return Array.from({ length: count }, (_, i) => {
    const start = i * step;
    const end = Math.min(start + length, samples.length);
    const part = samples.subarray(start, end);
    return {
      ...{ sampleRate, start: start / sampleRate, end: end / sampleRate },
      samples: part.length === length ? part : placed(part, length, 0),
    };
  });
}

/** Of sound that comes in parts the same windows as {@link windowsOf}, each as soon as it is whole; held is a window and a part. */
export async function* windowsOfParts(
  sampleRate: number,
  parts: AsyncIterable<Float32Array>,
  seconds: number,
  hop = seconds / 2,
): AsyncGenerator<SoundWindow> {
  const { length, step } = windowLengths(sampleRate, seconds, hop);
  let held = new Float32Array(0);
  let start = 0;
  let received = 0;
  const windowAt = (end: number): SoundWindow => ({
    ...{ sampleRate, start: start / sampleRate, end: end / sampleRate },
    samples: placed(held.subarray(0, Math.min(length, end - start)), length, 0),
  });
  for await (const part of parts) {
    const longer = new Float32Array(held.length + part.length);
    longer.set(held);
    longer.set(part, held.length);
    held = longer;
    received += part.length;
    // One that may be the last waits for what comes: the rest, if any, makes one more.
    while (held.length > length) {
      yield windowAt(start + length);
      held = held.slice(step);
      start += step;
    }
  }
  yield windowAt(received);
}

/** Samples in silence of a length, `before` of it first; what does not fit is cut, at the begin where `before` is negative. */
export function placed<S extends Samples>(samples: S, length: number, before: number): S {
  const target = samples instanceof Int16Array ? new Int16Array(length) : new Float32Array(length);
  const from = Math.max(0, -before);
  const at = Math.max(0, before);
  target.set(samples.subarray(from, Math.max(from, Math.min(samples.length, from + length - at))), at);
  return target as S;
}
