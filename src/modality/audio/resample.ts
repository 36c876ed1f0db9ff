import { KindredError } from "../../base/index.ts";

/** Zero crossings of the sinc on each side: the longer, the narrower the band between what passes and what is stopped. */
const crossings = 48;
/** Shape of Kaiser's window for 80 dB of attenuation: `0.1102 (80 - 8.7)`. */
const beta = 7.857;
/** Cutoff as a share of the lower Nyquist frequency, so that the stop band begins there: half the transition lies above it. */
const rolloff = 0.9475;
/** Phases up to which their weights are kept; unusual rates have more and compute them each time. */
const keptPhases = 4096;

/**
 * Changes the rate of sound that comes in parts: a polyphase filter by a sinc under Kaiser's window, which stops all above
 * the lower of the two Nyquist frequencies by 80 dB and passes nine tenths of what is below.
 *
 * Of n samples it makes `ceil(n to / from)`; sample k is at the time `k / to`, without a delay, and beyond both ends there is silence.
 *
 * @see Smith, "Digital Audio Resampling", https://ccrma.stanford.edu/~jos/resample/
 */
export class Resampler {
  readonly #up: number;
  readonly #down: number;
  readonly #half: number;
  readonly #cutoff: number;
  readonly #phases = new Map<number, Float64Array>();
  /** Samples still needed, from {@link #start} on. */
  #held: Float32Array;
  #start: number;
  #received = 0;
  #made = 0;

  /** @throws KindredError unless both rates are positive integers. */
  constructor(from: number, to: number) {
    for (const rate of [from, to]) {
      if (!(Number.isSafeInteger(rate) && rate > 0))
        throw new KindredError(`a rate of ${rate} cannot be used, expected a positive integer`);
    }
    const divisor = greatestCommonDivisor(from, to);
    this.#up = to / divisor;
    this.#down = from / divisor;
    this.#cutoff = Math.min(1, this.#up / this.#down) * rolloff;
    this.#half = Math.ceil(crossings / this.#cutoff);
    this.#held = new Float32Array(this.#half - 1);
    this.#start = 1 - this.#half;
  }

  /** What the samples so far give, as far as it depends on none to come. */
  push(samples: Float32Array): Float32Array {
    if (this.#up === this.#down) return samples;
    const kept = this.#held.subarray(this.#needed - this.#start);
    const held = new Float32Array(kept.length + samples.length);
    held.set(kept);
    held.set(samples, kept.length);
    this.#held = held;
    this.#start = this.#needed;
    this.#received += samples.length;
    // Sample k needs all up to floor(k down / up) + half.
    const until = Math.ceil(((this.#received - this.#half) * this.#up) / this.#down);
    return this.#make(until);
  }

  /** The rest, once all samples have been given. */
  end(): Float32Array {
    if (this.#up === this.#down) return new Float32Array(0);
    const total = Math.ceil((this.#received * this.#up) / this.#down);
    const held = new Float32Array(this.#held.length + this.#half + 1);
    held.set(this.#held);
    this.#held = held;
    return this.#make(total);
  }

  /** The first sample that the next result needs. */
  get #needed(): number {
    return Math.floor((this.#made * this.#down) / this.#up) + 1 - this.#half;
  }

  #make(until: number): Float32Array {
    const made = new Float32Array(Math.max(0, until - this.#made));
    const held = this.#held;
    for (let i = 0; i < made.length; i++) {
      const weights = this.#weightsOf((this.#made * this.#down) % this.#up);
      const start = this.#needed - this.#start;
      let sum = 0;
      for (let tap = 0; tap < weights.length; tap++) sum += weights[tap]! * held[start + tap]!;
      made[i] = sum;
      this.#made++;
    }
    return made;
  }

  /** Weights of the `2 half` samples about a result that is `phase / up` behind the middle one. They sum to 1. */
  #weightsOf(phase: number): Float64Array {
    const kept = this.#phases.get(phase);
    if (kept) return kept;
    const half = this.#half;
    const weights = new Float64Array(2 * half);
    let sum = 0;
    for (let tap = 0; tap < weights.length; tap++) {
      const distance = tap + 1 - half - phase / this.#up;
      weights[tap] = kernel(distance, half, this.#cutoff);
      sum += weights[tap]!;
    }
    for (let tap = 0; tap < weights.length; tap++) weights[tap]! /= sum;
    if (this.#up <= keptPhases) this.#phases.set(phase, weights);
    return weights;
  }
}

/** The same sound at another rate, see {@link Resampler}. */
export function resample(samples: Float32Array, from: number, to: number): Float32Array {
  const resampler = new Resampler(from, to);
  const parts = [resampler.push(samples), resampler.end()];
  return joined(parts);
}

/** Parts one after the other. */
export function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A sinc of the cutoff under Kaiser's window, which ends at `half`. */
function kernel(distance: number, half: number, cutoff: number): number {
  const place = distance / half;
  if (Math.abs(place) >= 1) return 0;
  const angle = Math.PI * cutoff * distance;
  const sinc = angle === 0 ? 1 : Math.sin(angle) / angle;
  return sinc * besselI0(beta * Math.sqrt(1 - place * place));
}

/** The modified Bessel function of order 0, by its series. */
function besselI0(x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; term > 1e-12 * sum; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
