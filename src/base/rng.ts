import { KindredError } from "./errors.ts";

/**
 * A seeded random number generator: xoshiro128** whose four words of state are drawn by SplitMix32 from a
 * seed and a list of stream names.
 *
 * Whatever is random in Kindred takes one of these. Naming a stream (`Rng.of(1, "pairs", epoch)`) instead of
 * carrying one generator through the program makes each draw a function of its place in the run, so that a
 * resumed run needs no saved generator state: the same seed, epoch and step give the same numbers.
 *
 * @see Blackman and Vigna, "Scrambled linear pseudorandom number generators" (2021), https://prng.di.unimi.it
 */
export class Rng {
  #s0: number;
  #s1: number;
  #s2: number;
  #s3: number;
  #spareNormal: number | undefined;

  private constructor(s0: number, s1: number, s2: number, s3: number) {
    this.#s0 = s0;
    this.#s1 = s1;
    this.#s2 = s2;
    this.#s3 = s3;
  }

  /** The generator of a stream: the same seed and keys always give the same numbers, other keys unrelated ones. */
  static of(seed: number, ...keys: readonly (string | number)[]): Rng {
    if (!Number.isSafeInteger(seed) || seed < 0) {
      throw new KindredError(`seed ${seed} cannot be used, expected an integer from 0 to 2^53 - 1`);
    }
    let hash = mix32((seed >>> 0) ^ 0x9e3779b9);
    hash = mix32(hash ^ Math.floor(seed / 2 ** 32));
    for (const key of keys) {
      // A type tag first, so that the stream 1 and the stream "1" differ.
      hash = mix32(hash ^ (typeof key === "number" ? 0x6e756d62 : 0x73747269));
      const text = String(key);
      for (let i = 0; i < text.length; i++) hash = mix32(hash ^ text.charCodeAt(i));
    }
    const word = (): number => {
      hash = (hash + 0x9e3779b9) | 0;
      return mix32(hash);
    };
    return new Rng(word(), word(), word(), word() | 1);
  }

  /** Uniform in the integers [0, 2^32). */
  uint32(): number {
    const product = Math.imul(this.#s1, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = this.#s1 << 9;
    this.#s2 ^= this.#s0;
    this.#s3 ^= this.#s1;
    this.#s1 ^= this.#s2;
    this.#s0 ^= this.#s3;
    this.#s2 ^= shifted;
    this.#s3 = (this.#s3 << 11) | (this.#s3 >>> 21);
    return result >>> 0;
  }

  /** Uniform in [0, 1), 53 bits. */
  float(): number {
    return ((this.uint32() >>> 5) * 0x4000000 + (this.uint32() >>> 6)) / 0x20000000000000;
  }

  /** Uniform in [low, high). */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.float();
  }

  /** Uniform in the integers [0, n), without modulo bias (rejection). `n` is from 1 to 2^32. */
  int(n: number): number {
    if (!(Number.isInteger(n) && n >= 1 && n <= 2 ** 32)) {
      throw new KindredError(`int(${n}) cannot be drawn, expected an integer from 1 to 2^32`);
    }
    const limit = 2 ** 32 - (2 ** 32 % n);
    for (;;) {
      const value = this.uint32();
      if (value < limit) return value % n;
    }
  }

  /** Standard normal, by the polar method (Marsaglia and Bray 1964). */
  normal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    for (;;) {
      const u = 2 * this.float() - 1;
      const v = 2 * this.float() - 1;
      const s = u * u + v * v;
      if (s >= 1 || s === 0) continue;
      const factor = Math.sqrt((-2 * Math.log(s)) / s);
      this.#spareNormal = v * factor;
      return u * factor;
    }
  }

  /** The integers 0 to n-1 in a uniformly random order (Fisher and Yates). */
  permutation(n: number): Uint32Array {
    const order = new Uint32Array(n);
    for (let i = 0; i < n; i++) order[i] = i;
    for (let i = n - 1; i > 0; i--) {
      const j = this.int(i + 1);
      const swapped = order[i]!;
      order[i] = order[j]!;
      order[j] = swapped;
    }
    return order;
  }

  /** Fills `target` with uniform values in [low, high). */
  fillUniform(target: Float32Array, low: number, high: number): Float32Array {
    for (let i = 0; i < target.length; i++) target[i] = this.uniform(low, high);
    return target;
  }

  /**
   * Fills `target` with an inverted-dropout mask: 0 with probability `drop`, else `1 / (1 - drop)`.
   *
   * Each 32-bit draw gives two elements, so the probability is exact to 2^-17.
   */
  fillDropoutMask(target: Float32Array, drop: number): Float32Array {
    if (!(drop >= 0 && drop < 1)) {
      throw new KindredError(`dropout probability ${drop} cannot be used, expected 0 <= p < 1`);
    }
    const threshold = Math.round(drop * 65536);
    const kept = 1 / (1 - drop);
    const even = target.length & ~1;
    // Written as bits, by a copy of `uint32` on local state: a training step draws a million, several times as fast so.
    const bits = new Int32Array(target.buffer, target.byteOffset, target.length);
    const keptBits = new Int32Array(new Float32Array([kept]).buffer)[0]!;
    let s0 = this.#s0;
    let s1 = this.#s1;
    let s2 = this.#s2;
    let s3 = this.#s3;
    for (let i = 0; i < even; i += 2) {
      const product = Math.imul(s1, 5);
      const word = Math.imul((product << 7) | (product >>> 25), 9);
      const shifted = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= shifted;
      s3 = (s3 << 11) | (s3 >>> 21);
      // All ones where the element is kept, else zero.
      bits[i] = keptBits & ~(((word & 0xffff) - threshold) >> 31);
      bits[i + 1] = keptBits & ~(((word >>> 16) - threshold) >> 31);
    }
    this.#s0 = s0;
    this.#s1 = s1;
    this.#s2 = s2;
    this.#s3 = s3;
    if (even < target.length) target[even] = (this.uint32() & 0xffff) < threshold ? 0 : kept;
    return target;
  }
}

/** The finaliser of SplitMix32 / MurmurHash3: a bijection of 32-bit words in which each input bit reaches each output bit. */
function mix32(word: number): number {
  let mixed = word | 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) | 0;
}
