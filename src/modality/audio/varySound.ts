import { InputError, type Rng } from "../../base/index.ts";
import { floatSamples, type Samples } from "./sound.ts";

/** How sound is varied in training. */
export interface SoundVariation {
  /** Seconds by which it is moved at most, never so far that what had room in the window leaves it. Default 0.1. */
  readonly shift?: number;
  /** Share by which it is played slower or faster at most, pitch included. Default 0.1. */
  readonly stretch?: number;
  /** Decibels by which it is louder or softer at most. Default 6. */
  readonly gain?: number;
  /** Least and greatest ratio of sound to white noise, in decibels; null for no noise. Default 10 to 50. */
  readonly noise?: readonly [number, number] | null;
}

export const usualVariation: Required<SoundVariation> = {
  shift: 0.1,
  stretch: 0.1,
  gain: 6,
  noise: [10, 50],
};

/** Length of the noise that is drawn once and read from a random place on. */
const noiseLength = 2 ** 16;

/** Draws what {@link varySound} adds. */
export function whiteNoise(rng: Rng): Float32Array {
  const noise = new Float32Array(noiseLength);
  for (let i = 0; i < noiseLength; i++) noise[i] = rng.normal();
  return noise;
}

/** @throws InputError for options out of range. */
export function requireVariation({ shift, stretch, gain, noise }: Required<SoundVariation>): void {
  const fits = shift >= 0 && stretch >= 0 && stretch < 1 && gain >= 0 && (!noise || noise[0] <= noise[1]);
  if (fits) return;
  throw new InputError(
    `sound cannot be varied by shift ${shift} s, stretch ${stretch}, gain ${gain} dB and noise ${noise?.join(" to ") ?? "none"}, expected none below 0, a stretch below 1 and the lesser ratio first`,
  );
}

/**
 * Writes a varied sound into `target`: played at another speed, moved about the middle, louder or softer, with noise.
 *
 * Another speed is read between samples by a cubic (Catmull and Rom), which is quick and exact enough for what is varied at random. Noise
 * is measured by the sound itself, without the silence about it.
 */
export function varySound(
  target: Float32Array,
  samples: Samples,
  sampleRate: number,
  variation: Required<SoundVariation>,
  noise: Float32Array,
  rng: Rng,
): void {
  const sound = floatSamples(samples);
  const { shift, stretch, gain, noise: ratios } = variation;
  const speed = 1 + rng.uniform(-stretch, stretch);
  const length = Math.max(1, Math.round(sound.length / speed));
  const moved = rng.uniform(-shift, shift) * sampleRate;
  const factor = 10 ** (rng.uniform(-gain, gain) / 20);
  const ratio = ratios ? rng.uniform(...ratios) : null;
  const noiseStart = rng.int(noiseLength);
  const room = target.length - length;
  const begin = Math.max(Math.min(0, room), Math.min(Math.max(0, room), Math.round(room / 2 + moved)));
  const first = Math.max(0, begin);
  const end = Math.min(target.length, begin + length);
  const at = (i: number): number => sound[Math.max(0, Math.min(sound.length - 1, i))]!;
  let energy = 0;
  for (let i = first; i < end; i++) {
    const place = (i - begin) * speed;
    const before = Math.floor(place);
    const t = place - before;
    const [a, b, c, d] = [at(before - 1), at(before), at(before + 1), at(before + 2)];
    const value = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
    energy += value * value;
    target[i] = value;
  }
  const level = Math.sqrt(energy / Math.max(1, end - first));
  const noisy = ratio === null ? 0 : level * 10 ** (-ratio / 20);
  for (let i = 0; i < target.length; i++) {
    target[i] = factor * (target[i]! + noisy * noise[(noiseStart + i) % noiseLength]!);
  }
}
