import { InputError } from "../../base/index.ts";

/** Mono samples: float32 in [-1, 1], or int16 in half the memory, of which 32768 stands for 1. */
export type Samples = Float32Array | Int16Array;

/** Mono sound. */
export interface Sound {
  /** Samples a second. */
  readonly sampleRate: number;
  readonly samples: Samples;
}

/** Sound as a file has it: an array of samples in [-1, 1] for each channel, all of one length. */
export interface Channels {
  readonly sampleRate: number;
  readonly channels: readonly Float32Array[];
}

/** Below this, sound is taken as silence: -80 dB of full scale, what the last bits of 16-bit sound hold. */
export const silence = 1e-4;

/** What one unit of a sample stands for. */
export function unitOf(samples: Samples): number {
  return samples instanceof Int16Array ? 1 / 32768 : 1;
}

/** The same samples as float32 in [-1, 1]; those that are so already as they are. */
export function floatSamples(samples: Samples): Float32Array {
  return samples instanceof Int16Array ? Float32Array.from(samples, (value) => value / 32768) : samples;
}

/** The same sound as 16-bit samples, in half the memory; what is louder than 1 is cut. */
export function compactSound({ sampleRate, samples }: Sound): Sound {
  if (samples instanceof Int16Array) return { sampleRate, samples };
  return { sampleRate, samples: Int16Array.from(samples, to16Bit) };
}

/** A sample in [-1, 1] as an integer of 16 bits. */
export function to16Bit(value: number): number {
  return Math.max(-32768, Math.min(32767, Math.round(value * 32768)));
}

/** The mean of all channels, however many there are, each with equal weight. */
export function downMix(channels: readonly Float32Array[]): Float32Array {
  const [first, ...others] = channels;
  if (!first) return new Float32Array(0);
  const mixed = first.slice();
  for (const channel of others) for (let i = 0; i < mixed.length; i++) mixed[i]! += channel[i]!;
  if (others.length > 0) for (let i = 0; i < mixed.length; i++) mixed[i]! /= channels.length;
  return mixed;
}

/** The greatest magnitude of a sample, 1 at full scale. */
export function peakOf(samples: Samples): number {
  let peak = 0;
  for (const value of samples) peak = Math.max(peak, Math.abs(value));
  return peak * unitOf(samples);
}

/** Whether no sample is louder than -80 dB of full scale. */
export function isSilent(samples: Samples): boolean {
  return peakOf(samples) < silence;
}

/**
 * Refuses sound of which nothing can be learned.
 *
 * @param name of the file or the item, for the message
 * @param frame seconds of the shortest sound that can be used: one frame of a spectrogram. Default 0.025
 * @throws InputError when it is silent or shorter than a frame.
 */
export function requireSound(name: string, { sampleRate, samples }: Sound, frame = 0.025): void {
  const seconds = samples.length / sampleRate;
  if (seconds < frame) {
    throw new InputError(
      `${name} holds ${Math.round(seconds * 1000)} ms of sound, expected at least one frame of ${Math.round(frame * 1000)} ms: leave it out`,
    );
  }
  if (isSilent(samples)) {
    throw new InputError(
      `${name} is silent: no sample of its ${seconds.toFixed(1)} s is louder than -80 dB of full scale; leave it out or record it again`,
    );
  }
}
