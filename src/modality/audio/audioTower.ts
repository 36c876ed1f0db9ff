import { InputError } from "../../base/index.ts";
import type { Tensor } from "../../graph/index.ts";
import {
  convolutionBlock,
  dropoutLayer,
  type ForwardPass,
  linearLayer,
  type Module,
  sequential,
} from "../../nn/index.ts";
import { expand, greater, reduceMean, reshape, slice, where } from "../../ops/index.ts";
import type { Tower } from "../tower.ts";
import { frameCount, type LogMelOptions, logMel, logMelShape } from "./logMel.ts";

/** What an audio tower is made with. */
export interface AudioTowerOptions extends Partial<LogMelOptions> {
  /** Samples a second of what it takes. Default 16,000. */
  readonly sampleRate?: number;
  /** Seconds of sound that it takes. Default 1. */
  readonly seconds?: number;
  /** Length of the embedding. Default 64. */
  readonly dim?: number;
  /** Channels of the first block; each further one has twice as many, up to four times. Multiples of 16 are fast. Default 16. */
  readonly width?: number;
  /** Equal parts of the time whose means are told apart; with 1, the order of sounds counts only within about 0.3 s. Default 4. */
  readonly parts?: number;
  /** Dropout before the last layer. Default 0.3. */
  readonly dropout?: number;
  /** Probability with which training masks each strip of the spectrogram, of 4 bands or of 8 frames. Default 0.1. */
  readonly masked?: number;
}

/** The sound that a tower takes where nothing else is said. */
export const audioDefaults = { sampleRate: 16_000, seconds: 1 } as const;

/** Bands and frames of a strip that is masked as one. */
const bandStrip = 4;
const frameStrip = 8;
const pools = 3;

/**
 * A tower for sound: a log-mel spectrogram ({@link logMel}), three blocks of 3x3 convolution, batch norm, ReLU and max-pool 2, the means over
 * equal parts of the time, and a linear layer. `waveform` `[n, samples]`, mono at its rate, to `[n, dim]`.
 *
 * In training it masks strips of bands and strips of frames, which take the clip's mean, 0. SpecAugment masks one interval of random
 * length on each axis; strips that are drawn one by one come from the graph's own random inputs, so that they cost nothing outside.
 *
 * @throws InputError when the sound is too short for three pools, or for options out of range.
 * @see Park et al., "SpecAugment" (2019), https://arxiv.org/abs/1904.08779
 */
export function audioTower(options: AudioTowerOptions = {}): Tower {
  const { sampleRate, seconds, dim = 64, width = 16, parts = 4 } = { ...audioDefaults, ...options };
  const { dropout = 0.3, masked = 0.1 } = options;
  const shape = logMelShape({ ...options, sampleRate });
  const samples = Math.round(seconds * sampleRate);
  const frames = frameCount(samples, shape);
  const [rows, columns] = [shape.melBins, frames].map((extent) => Math.floor(extent / 2 ** pools)) as [
    number,
    number,
  ];
  if (rows < 1 || columns < parts) {
    throw new InputError(
      `an audio tower cannot be made of ${shape.melBins} mel bands and ${frames} frames (${seconds} s), expected at least ${2 ** pools} bands and ${parts * 2 ** pools} frames`,
    );
  }
  const wide = 4 * width;
  const layers = sequential({
    masks: masks(masked),
    conv1: convolutionBlock(1, width, 3, { padding: 1 }),
    conv2: convolutionBlock(width, 2 * width, 3, { padding: 1 }),
    conv3: convolutionBlock(2 * width, wide, 3, { padding: 1 }),
    means: timeMeans(parts),
    drop: dropoutLayer(dropout),
    linear: linearLayer(wide * rows * parts, dim),
  });
  return {
    ...{ name: "audio", modality: "audio", dim, state: layers.state },
    ports: [{ name: "waveform", dtype: "float32", shape: [samples] }],
    embed: ({ waveform }, pass) => layers.forward(logMel(waveform!, { ...options, sampleRate }), pass),
  };
}

/** Masks strips of bands and of frames in training; else the identity. */
function masks(probability: number): Module {
  return {
    state: [],
    forward: (x, pass) => {
      if (!pass.training || probability === 0) return x;
      return [2, 3].reduce((masked, axis) => maskStrips(masked, axis, probability, pass), x);
    },
  };
}

function maskStrips(x: Tensor, axis: number, probability: number, pass: ForwardPass): Tensor {
  const [n, , bands, frames] = x.shape as [number, number, number, number];
  const [extent, strip] = axis === 2 ? [bands, bandStrip] : [frames, frameStrip];
  const strips = Math.ceil(extent / strip);
  const drawn = reshape(pass.dropoutMask([n, strips], probability), [n, strips, 1]);
  const whole = reshape(expand(drawn, [n, strips, strip]), [n, strips * strip]);
  const kept = slice(whole, { starts: [0], ends: [extent], axes: [1] });
  const shape = [n, 1, 1, 1].with(axis, extent);
  return where(greater(reshape(kept, shape), 0), x, 0);
}

/** Means over equal parts of the last axis, what is left over at its end aside: `[n, c, h, w] -> [n, c h parts]`. */
function timeMeans(parts: number): Module {
  return {
    state: [],
    forward: (x) => {
      const [n, c, h, w] = x.shape as [number, number, number, number];
      const part = Math.floor(w / parts);
      const used = part * parts === w ? x : slice(x, { starts: [0], ends: [part * parts], axes: [3] });
      return reduceMean(reshape(used, [n, c * h * parts, part]), [2]);
    },
  };
}
