import { InputError } from "../base/index.ts";
import type { Ports } from "../data/column.ts";
import { floatSamples, resample, type Sound } from "../modality/audio/index.ts";
import type { LogMelInput } from "./manifest.ts";

/** Power below which it counts as this, so that silence has a logarithm: -100 dB. */
const floor = 1e-10;

/**
 * The windows of a recording that a tower embeds, at its sample rate: side by side, the last one at the recording's end; a
 * shorter recording is one. (`ClapFeatureExtractor` draws one window at random, so that one recording has another embedding
 * each time.)
 *
 * @param name what messages call the recording
 * @throws InputError for a recording without samples, or with a sample that is no finite number.
 */
export function recordingWindows(sound: Sound, input: LogMelInput, name: string): Float32Array[] {
  const own = floatSamples(sound.samples);
  if (own.length === 0) {
    throw new InputError(`${name} has no samples, expected a recording of at least one`);
  }
  const bad = own.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new InputError(
      `${name} holds ${own[bad]} at sample ${bad}, expected finite numbers: decode it anew`,
    );
  }
  const samples = resample(own, sound.sampleRate, input.rate);
  const count = Math.ceil(samples.length / input.samples);
  return Array.from({ length: count }, (_, i) => {
    const start = Math.max(0, Math.min(i * input.samples, samples.length - input.samples));
    return filled(samples.subarray(start, start + input.samples), input);
  });
}

function filled(samples: Float32Array, { samples: length, padding }: LogMelInput): Float32Array {
  if (samples.length === length) return samples;
  const whole = Math.floor(length / samples.length);
  const result = new Float32Array(length);
  const copies = { repeatpad: whole, repeat: whole + 1, pad: 1 }[padding];
  for (let i = 0; i < copies; i++) {
    const at = i * samples.length;
    result.set(samples.subarray(0, length - at), at);
  }
  return result;
}

/**
 * Windows as log-mel spectrograms, as `ClapFeatureExtractor` of transformers defines them for windows drawn at random
 * (`rand_trunc`): frames centred on their samples with reflected ends, Hann's periodic window, power spectrum, Slaney's mel
 * filters of area 1, decibels.
 *
 * @returns the input's port, float32 `[windows, 1, frames, mels]`
 * @see https://github.com/huggingface/transformers/blob/main/src/transformers/models/clap/feature_extraction_clap.py
 */
export function logMel(windows: readonly Float32Array[], input: LogMelInput): Ports {
  const { fft, hop, samples, mels } = input;
  const frames = 1 + Math.floor(samples / hop);
  const data = new Float32Array(windows.length * frames * mels);
  const hann = Float64Array.from({ length: fft }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / fft));
  const filters = slaneyFilters(input);
  const spectrum = fourier(fft);
  const real = new Float64Array(fft);
  const imaginary = new Float64Array(fft);
  for (const [row, window] of windows.entries()) {
    for (let frame = 0; frame < frames; frame++) {
      for (let i = 0; i < fft; i++) {
        real[i] = window[reflected(frame * hop + i - fft / 2, samples)]! * hann[i]!;
      }
      imaginary.fill(0);
      spectrum(real, imaginary);
      for (const [mel, { first, weights }] of filters.entries()) {
        let power = 0;
        for (let i = 0; i < weights.length; i++) {
          power += weights[i]! * (real[first + i]! ** 2 + imaginary[first + i]! ** 2);
        }
        data[(row * frames + frame) * mels + mel] = 10 * Math.log10(Math.max(floor, power));
      }
    }
  }
  return { [input.port]: { dtype: "float32", shape: [windows.length, 1, frames, mels], data } };
}

/** A place before the first or behind the last sample, as in a mirror. */
function reflected(at: number, count: number): number {
  const inside = at < 0 ? -at : at;
  return inside < count ? inside : 2 * count - 2 - inside;
}

/** Triangles between frequencies that are as far apart as they sound, each of area 1: the bins under each. */
function slaneyFilters({ fft, mels, low, high, rate }: LogMelInput): { first: number; weights: number[] }[] {
  const [from, to] = [melOf(low), melOf(high)];
  const corners = Array.from({ length: mels + 2 }, (_, i) =>
    frequencyOf(from + ((to - from) * i) / (mels + 1)),
  );
  const bins = Array.from({ length: fft / 2 + 1 }, (_, i) => (i * rate) / fft);
  return Array.from({ length: mels }, (_, i) => {
    const [left, peak, right] = [corners[i]!, corners[i + 1]!, corners[i + 2]!];
    const all = bins.map(
      (bin) =>
        (2 / (right - left)) *
        Math.max(0, Math.min((bin - left) / (peak - left), (right - bin) / (right - peak))),
    );
    const first = all.findIndex((weight) => weight > 0);
    if (first < 0) return { first: 0, weights: [] };
    return { first, weights: all.slice(first, all.findLastIndex((weight) => weight > 0) + 1) };
  });
}

/** Slaney's scale: linear up to 1000 Hz, which are 15 mel, then logarithmic. */
function melOf(frequency: number): number {
  return frequency < 1000 ? (3 * frequency) / 200 : 15 + (Math.log(frequency / 1000) * 27) / Math.log(6.4);
}

function frequencyOf(mel: number): number {
  return mel < 15 ? (200 * mel) / 3 : 1000 * Math.exp(((mel - 15) * Math.log(6.4)) / 27);
}

/** The Fourier transform of a power of two, in place (Cooley and Tukey). */
function fourier(size: number): (real: Float64Array, imaginary: Float64Array) => void {
  const bits = Math.log2(size);
  const cosines = Float64Array.from({ length: size / 2 }, (_, i) => Math.cos((2 * Math.PI * i) / size));
  const sines = Float64Array.from({ length: size / 2 }, (_, i) => Math.sin((2 * Math.PI * i) / size));
  const mirrored = Uint32Array.from({ length: size }, (_, i) => {
    let result = 0;
    for (let bit = 0; bit < bits; bit++) result |= ((i >> bit) & 1) << (bits - 1 - bit);
    return result;
  });
  return (real, imaginary) => {
    for (let i = 0; i < size; i++) {
      const j = mirrored[i]!;
      if (j <= i) continue;
      [real[i], real[j]] = [real[j]!, real[i]!];
      [imaginary[i], imaginary[j]] = [imaginary[j]!, imaginary[i]!];
    }
    for (let half = 1; half < size; half *= 2) {
      const step = size / (2 * half);
      for (let start = 0; start < size; start += 2 * half) {
        for (let i = 0; i < half; i++) {
          const [a, b] = [start + i, start + i + half];
          const [cosine, sine] = [cosines[i * step]!, sines[i * step]!];
          const re = real[b]! * cosine + imaginary[b]! * sine;
          const im = imaginary[b]! * cosine - real[b]! * sine;
          [real[b], imaginary[b]] = [real[a]! - re, imaginary[a]! - im];
          real[a]! += re;
          imaginary[a]! += im;
        }
      }
    }
  };
}
