import { Rng } from "../../../base/index.ts";
import type { Pacer } from "../../../base/pacer.ts";

/** How often all points are dealt to buckets anew. */
const tables = 8;

/** Points of which every pair is compared. */
const fewPoints = 512;

/** Keys have so many bits more than are needed to give each point a bucket of its own. */
const moreBits = 5;
const mostBits = 24;

export interface ClosePairsOptions {
  /** Rows of `dim` numbers, each at most 1 in size. */
  readonly points: Float32Array;
  readonly dim: number;
  /** Pairs farther apart than this are none. */
  readonly distance: number;
  /** Pairs compared before the search gives up. */
  readonly mostComparisons: number;
  readonly pacer: Pacer;
  /** Called now and then with the part that is done, 0 to 1. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/**
 * Finds pairs of points that are close to each other, in no particular order, and shows each to `visit` once.
 *
 * Points are dealt to buckets by the sides of random planes through their mean on which they lie, and only those of one
 * bucket are compared; eight times, with other planes. Two points at an angle of 8 degrees, as seen from the mean, are
 * then missed once in a thousand times, closer ones not at all; and of 512 points or fewer every pair is compared.
 *
 * @returns whether all buckets were gone through
 * @see Charikar, "Similarity estimation techniques from rounding algorithms" (2002), https://doi.org/10.1145/509907.509965
 */
export async function closePairs(
  options: ClosePairsOptions,
  visit: (first: number, second: number) => void,
): Promise<boolean> {
  const { points, dim, distance, mostComparisons, pacer, onProgress } = options;
  const count = points.length / dim;
  const bits = count <= fewPoints ? 0 : Math.min(mostBits, Math.ceil(Math.log2(count)) + moreBits);
  const mean = meanOf(points, dim);
  const most = distance * distance;
  const earlier: Uint32Array[] = [];
  let comparisons = 0;
  for (let table = 0; table < (bits === 0 ? 1 : tables); table++) {
    const keys = await keysOf(options, mean, bits, Rng.of(0, "duplicates", table));
    const order = byKey(keys);
    for (let start = 0, end = 0; start < count; start = end) {
      const key = keys[order[start]!]!;
      while (end < count && keys[order[end]!] === key) end++;
      for (let i = start; i < end; i++) {
        const row = order[i]!;
        for (let j = i + 1; j < end; j++) {
          const other = order[j]!;
          if (distance2(points, dim, row, other, most) > most) continue;
          if (!earlier.some((known) => known[row] === known[other])) visit(row, other);
        }
        comparisons += end - i - 1;
        if (pacer.due()) {
          onProgress?.((table + i / count) / tables);
          await pacer.pause();
        }
        if (comparisons > mostComparisons) return false;
      }
    }
    earlier.push(keys);
  }
  return true;
}

/** The square of the distance of two points, or some number above `most` where it is above it. */
function distance2(points: Float32Array, dim: number, first: number, second: number, most: number): number {
  const a = first * dim;
  const b = second * dim;
  let sum = 0;
  for (let k = 0; k < dim && sum <= most; k++) {
    const difference = points[a + k]! - points[b + k]!;
    sum += difference * difference;
  }
  return sum;
}

/** The bucket of each point: a bit for each plane. */
async function keysOf(
  { points, dim, pacer }: ClosePairsOptions,
  mean: Float64Array,
  bits: number,
  rng: Rng,
): Promise<Uint32Array> {
  const planes = Float64Array.from({ length: bits * dim }, () => rng.normal());
  const offsets = Float64Array.from({ length: bits }, (_, bit) =>
    mean.reduce((sum, value, k) => sum + value * planes[bit * dim + k]!, 0),
  );
  const keys = new Uint32Array(points.length / dim);
  for (let row = 0; row < keys.length; row++) {
    let key = 0;
    for (let bit = 0; bit < bits; bit++) {
      let sum = -offsets[bit]!;
      for (let k = 0; k < dim; k++) sum += points[row * dim + k]! * planes[bit * dim + k]!;
      key = key * 2 + (sum > 0 ? 1 : 0);
    }
    keys[row] = key;
    if (pacer.due()) await pacer.pause();
  }
  return keys;
}

/** Rows in ascending order of their key. */
function byKey(keys: Uint32Array): Uint32Array {
  const places = Float64Array.from(keys, (key, row) => key * 2 ** 28 + row).sort();
  return Uint32Array.from(places, (place) => place % 2 ** 28);
}

/** Parts that coordinates are counted in for their mean, so that it does not depend on the order of the points. */
const parts = 2 ** 20;

function meanOf(points: Float32Array, dim: number): Float64Array {
  const sums = new Float64Array(dim);
  for (let i = 0; i < points.length; i++) sums[i % dim]! += Math.round(points[i]! * parts);
  return sums.map((sum) => sum / parts / Math.max(1, points.length / dim));
}
