import { KindredError } from "../base/index.ts";

/** Up to this many, keeping a sorted list while reading the row once beats selecting and then sorting. */
const INSERTION_LIMIT = 32;

/** Buckets of the first selection, spread evenly between the lowest and the highest value of a row. */
const BUCKETS = 4096;

/** Digits of the sort that follows: 11, 11 and 10 bits of a 32-bit key. */
const DIGIT_BITS = [0, 11, 22] as const;
const DIGIT_SIZE = 2048;

/**
 * The best `k` of a row of similarities, best first, in exact float32 order; equal values by lower index.
 *
 * Small `k`: one reading with a sorted list. Larger `k`: a histogram tells which values can be among the first `k`,
 * and only those are sorted, by radix on their bits. All scratch space is made once and reused, row after row.
 */
export class TopRanked {
  /** Indices into the row of the last `select`, best first; the first `k` are valid. */
  readonly indices: Uint32Array;
  /** Their similarities. */
  readonly values: Float32Array;

  readonly #bucketCounts = new Uint32Array(BUCKETS);
  readonly #digitCounts = new Uint32Array(DIGIT_SIZE);
  #keys: Uint32Array;
  #sortedKeys: Uint32Array;
  #candidates: Uint32Array;
  #sortedCandidates: Uint32Array;
  readonly #float = new Float32Array(1);
  readonly #bits = new Int32Array(this.#float.buffer);

  /** For rows of at most `length` values. */
  constructor(length: number) {
    this.indices = new Uint32Array(length);
    this.values = new Float32Array(length);
    this.#keys = new Uint32Array(length);
    this.#sortedKeys = new Uint32Array(length);
    this.#candidates = new Uint32Array(length);
    this.#sortedCandidates = new Uint32Array(length);
  }

  /**
   * Ranks the best `k` of `row` into `indices` and `values`.
   *
   * @throws KindredError when a similarity that would rank is NaN, or `k` is more than the row holds.
   */
  select(row: Float32Array, k: number): void {
    if (k > row.length || row.length > this.indices.length) {
      throw new KindredError(
        `the best ${k} of ${row.length} similarities were asked of a selector of ${this.indices.length}, expected no more than there are`,
      );
    }
    if (k === 0) return;
    if (k <= INSERTION_LIMIT) this.#insert(row, k);
    else this.#selectThenSort(row, k);
  }

  #insert(row: Float32Array, k: number): void {
    const { indices, values } = this;
    let filled = 0;
    let worst = Number.NEGATIVE_INFINITY;
    for (let index = 0; index < row.length; index++) {
      const value = row[index]!;
      // Written so that NaN comes in, where it is met. Equal to the worst is no better: the earlier index stays.
      if (value <= worst && filled === k) continue;
      if (Number.isNaN(value)) throw nanSimilarity(index);
      let place = filled < k ? filled++ : k - 1;
      while (place > 0 && values[place - 1]! < value) {
        values[place] = values[place - 1]!;
        indices[place] = indices[place - 1]!;
        place--;
      }
      values[place] = value;
      indices[place] = index;
      worst = values[filled - 1]!;
    }
  }

  #selectThenSort(row: Float32Array, k: number): void {
    const count = this.#gatherCandidates(row, k);
    this.#sortCandidates(count);
    const { indices, values } = this;
    const candidates = this.#candidates;
    for (let rank = 0; rank < k; rank++) {
      indices[rank] = candidates[rank]!;
      values[rank] = row[candidates[rank]!]!;
    }
  }

  /** Collects every value in the buckets that hold the first `k`, in index order; returns how many. */
  #gatherCandidates(row: Float32Array, k: number): number {
    let lowest = Number.POSITIVE_INFINITY;
    let highest = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < row.length; i++) {
      const value = row[i]!;
      if (value < lowest) lowest = value;
      if (value > highest) highest = value;
    }
    const scale = highest > lowest ? (BUCKETS - 1) / (highest - lowest) : 0;
    const counts = this.#bucketCounts.fill(0);
    // Bucket 0 holds the highest. NaN falls there too, so a row with NaN cannot pass unnoticed.
    for (let i = 0; i < row.length; i++) counts[((highest - row[i]!) * scale) | 0]!++;
    let limit = 0;
    for (let reached = 0; reached < k; limit++) reached += counts[limit]!;

    const keys = this.#keys;
    const candidates = this.#candidates;
    const float = this.#float;
    const bits = this.#bits;
    let count = 0;
    for (let i = 0; i < row.length; i++) {
      const value = row[i]!;
      if ((highest - value) * scale >= limit) continue;
      if (Number.isNaN(value)) throw nanSimilarity(i);
      // + 0 makes -0 equal 0. Then: bits of a float as an integer that falls as the float rises.
      float[0] = value + 0;
      const word = bits[0]!;
      keys[count] = ~(word ^ ((word >> 31) | 0x80000000));
      candidates[count++] = i;
    }
    return count;
  }

  /** Least-significant-digit radix sort of the candidates by key: stable, so equal keys stay in index order. */
  #sortCandidates(count: number): void {
    const counts = this.#digitCounts;
    for (const shift of DIGIT_BITS) {
      const keys = this.#keys;
      const candidates = this.#candidates;
      counts.fill(0);
      for (let i = 0; i < count; i++) counts[(keys[i]! >>> shift) & (DIGIT_SIZE - 1)]!++;
      if (counts[(keys[0]! >>> shift) & (DIGIT_SIZE - 1)] === count) continue;
      for (let digit = 0, place = 0; digit < DIGIT_SIZE; digit++) {
        const size = counts[digit]!;
        counts[digit] = place;
        place += size;
      }
      const sortedKeys = this.#sortedKeys;
      const sortedCandidates = this.#sortedCandidates;
      for (let i = 0; i < count; i++) {
        const key = keys[i]!;
        const place = counts[(key >>> shift) & (DIGIT_SIZE - 1)]!++;
        sortedKeys[place] = key;
        sortedCandidates[place] = candidates[i]!;
      }
      this.#keys = sortedKeys;
      this.#sortedKeys = keys;
      this.#candidates = sortedCandidates;
      this.#sortedCandidates = candidates;
    }
  }
}

function nanSimilarity(index: number): KindredError {
  return new KindredError(
    `a similarity to reference ${index} is NaN, expected -1 to 1: whoever computes the similarities must give 0 to rows of zeros`,
  );
}
