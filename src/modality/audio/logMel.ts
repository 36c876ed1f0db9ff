import { InputError } from "../../base/index.ts";
import { constant, type Tensor } from "../../graph/index.ts";
import {
  add,
  conv2d,
  div,
  log,
  maximum,
  reduceMax,
  reduceMean,
  reshape,
  sqrt,
  square,
  sub,
} from "../../ops/index.ts";

/** What a spectrogram is made by. */
export interface LogMelOptions {
  /** Samples a second. */
  readonly sampleRate: number;
  /** Number of mel bands. Default 40. */
  readonly melBins?: number;
  /** Seconds of a frame. Default 0.025, as is usual for speech. */
  readonly frame?: number;
  /** Seconds from one frame to the next. Default 0.01. */
  readonly hop?: number;
  /** Lowest and highest frequency, in Hz. Default 20 and half the rate. */
  readonly lowest?: number;
  readonly highest?: number;
}

/** A spectrogram's measures in samples and bins. */
export interface LogMelShape {
  readonly melBins: number;
  readonly frame: number;
  readonly hop: number;
  /** Length of the Fourier transform: the next power of two. */
  readonly fft: number;
  readonly lowest: number;
  readonly highest: number;
}

/** What lies further than this below the loudest point of a clip is raised to it: 80 dB, as in Whisper. */
const range = 8 * Math.LN10;
/** Added to a band's energy, so that silence has a logarithm. */
const floor = 1e-10;

/** @throws InputError for options out of range. */
export function logMelShape(options: LogMelOptions): LogMelShape {
  const { sampleRate, melBins = 40, lowest = 20, highest = sampleRate / 2 } = options;
  const frame = Math.round((options.frame ?? 0.025) * sampleRate);
  const hop = Math.round((options.hop ?? 0.01) * sampleRate);
  const inRange = lowest >= 0 && lowest < highest && highest <= sampleRate / 2;
  if (!(frame >= 16 && hop >= 1 && melBins >= 1 && inRange)) {
    throw new InputError(
      `a spectrogram of ${melBins} bands from ${lowest} to ${highest} Hz with frames of ${frame} samples each ${hop} cannot be made at ${sampleRate} Hz, expected frames of 16 samples or more and frequencies from 0 to ${sampleRate / 2} Hz`,
    );
  }
  return { melBins, frame, hop, fft: 2 ** Math.ceil(Math.log2(frame)), lowest, highest };
}

/** Frames that fit into sound without padding. */
export function frameCount(samples: number, { frame, hop }: Pick<LogMelShape, "frame" | "hop">): number {
  return samples < frame ? 0 : 1 + Math.floor((samples - frame) / hop);
}

/**
 * Log-mel spectrogram inside the graph: `[n, samples] -> [n, 1, melBins, frames]`, each clip with mean 0 and variance 1.
 *
 * `power[k, t] = |sum_i hann[i] x[t hop + i] e^(-2 pi i k / fft)|^2`, `energy = mel power`,
 * `y = max(log(energy + 1e-10), max over the clip - 80 dB)`, and last the clip's mean is taken away and its standard deviation divided
 * by. Hann's window is periodic and the mel bands are Slaney's with unit area, as librosa has both. So a clip's loudness changes nothing.
 *
 * The windowed Fourier transform is one convolution with a constant kernel, and so are the bands: the same numbers wherever ONNX runs.
 */
export function logMel(waveform: Tensor, options: LogMelOptions): Tensor {
  const shape = logMelShape(options);
  const { frame, hop, melBins } = shape;
  const [n, samples] = waveform.shape as [number, number];
  const { kernel, first, bins } = fourierKernel(shape, options.sampleRate);
  const bands = melBands(shape, options.sampleRate);
  // The squares of real and imaginary parts go into a band with the same weight.
  const used = new Float32Array(melBins * 2 * bins);
  for (let i = 0; i < used.length; i++) {
    used[i] = bands[Math.floor(i / (2 * bins)) * (shape.fft / 2 + 1) + first + (i % bins)]!;
  }
  const sound = reshape(waveform, [n, 1, 1, samples]);
  const spectrum = conv2d(sound, constant("float32", [2 * bins, 1, 1, frame], kernel), null, {
    stride: [1, hop],
  });
  const energy = conv2d(square(spectrum), constant("float32", [melBins, 2 * bins, 1, 1], used), null);
  const levels = log(add(reshape(energy, [n, 1, melBins, frameCount(samples, shape)]), floor));
  const limited = maximum(levels, sub(reduceMax(levels, [1, 2, 3], { keepdims: true }), range));
  const centred = sub(limited, reduceMean(limited, [1, 2, 3], { keepdims: true }));
  const variance = reduceMean(square(centred), [1, 2, 3], { keepdims: true });
  return div(centred, sqrt(add(variance, 1e-5)));
}

/** Rows of the Fourier transform under Hann's window, real parts first, of the bins that any band is made of. */
function fourierKernel({ frame, fft, lowest, highest }: LogMelShape, sampleRate: number) {
  const first = Math.max(0, Math.floor((lowest * fft) / sampleRate));
  const bins = Math.min(fft / 2, Math.ceil((highest * fft) / sampleRate)) - first + 1;
  const kernel = new Float32Array(2 * bins * frame);
  for (let bin = 0; bin < bins; bin++) {
    for (let i = 0; i < frame; i++) {
      const window = 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / frame);
      const angle = (2 * Math.PI * (((first + bin) * i) % fft)) / fft;
      kernel[bin * frame + i] = window * Math.cos(angle);
      kernel[(bins + bin) * frame + i] = -window * Math.sin(angle);
    }
  }
  return { kernel, first, bins };
}

/**
 * Slaney's mel filterbank `[melBins, fft / 2 + 1]`: triangles whose corners are equally far from each other in mel, linear below 1 kHz and
 * logarithmic above, each of unit area over frequency.
 *
 * @see Slaney, "Auditory Toolbox" (1998), https://engineering.purdue.edu/~malcolm/interval/1998-010
 */
export function melBands(
  { melBins, fft, lowest, highest }: LogMelShape,
  sampleRate: number,
): Float32Array<ArrayBuffer> {
  const [low, high] = [melOf(lowest), melOf(highest)];
  const corners = Array.from({ length: melBins + 2 }, (_, i) =>
    hertzOf(low + ((high - low) * i) / (melBins + 1)),
  );
  const bins = fft / 2 + 1;
  const bands = new Float32Array(melBins * bins);
  for (let band = 0; band < melBins; band++) {
    const [from, peak, to] = corners.slice(band, band + 3) as [number, number, number];
    for (let bin = 0; bin < bins; bin++) {
      const frequency = (bin * sampleRate) / fft;
      const height = Math.min((frequency - from) / (peak - from), (to - frequency) / (to - peak));
      bands[band * bins + bin] = (Math.max(0, height) * 2) / (to - from);
    }
  }
  return bands;
}

const linearStep = 200 / 3;
const knee = 1000;
const logStep = Math.log(6.4) / 27;

function melOf(hertz: number): number {
  return hertz < knee ? hertz / linearStep : knee / linearStep + Math.log(hertz / knee) / logStep;
}

function hertzOf(mel: number): number {
  const kneeMel = knee / linearStep;
  return mel < kneeMel ? mel * linearStep : knee * Math.exp((mel - kneeMel) * logStep);
}
