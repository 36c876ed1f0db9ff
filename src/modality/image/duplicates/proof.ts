/** Pictures as their files have them, by row, as proof of what thumbnails suggest. */
export interface Originals {
  /** Height and width up to which a picture has detail of its own; null where it cannot be looked at. */
  side(row: number): Promise<number | null>;
  /** Its grey levels at a size, `[side, side]`; null where it cannot be looked at. */
  plane(row: number, side: number): Promise<Uint8Array | null>;
}

/** How alike two pictures are where they are looked at closely, in what they do not share with the others. */
export interface Likeness {
  /** Correlation of all pixels. */
  readonly whole: number;
  /** Of the part that is least alike, of those that are not plain. */
  readonly worstPart: number;
}

/**
 * From this correlation on one picture is a copy of another: recompressed (JPEG of quality 20 comes down to 0.987), resized,
 * brighter or paler. Of 31 pairs of different solar cells whose thumbnails correlate by 0.99, none reaches it.
 */
const copyWhole = 0.988;
/** The same where pictures are alike by nature, as such cells are; JPEG of quality 50 stays above. */
const strictWhole = 0.995;
/** A part of a copy correlates by this; one with a scratch does not. */
const copyPart = 0.6;

/** Side of a part, in pixels, at least, and parts across a picture at most. */
const leastPart = 8;
const mostParts = 8;
/** A spread of levels below this is noise, which no copy keeps. */
const noise = 3;

/** Pictures whose mean tells what all have in common. */
const typicalRows = 32;

/**
 * Compares pictures at the smaller size of both, less what is common to the pictures of the set, such as the frame of a part or
 * the ground that all are on: it would make any two of them alike.
 */
export class Proofs {
  readonly #originals: Originals;
  readonly #sample: ReadonlySet<number>;
  readonly #sums = new Map<number, { readonly sum: Float64Array; readonly count: number }>();

  /** @param rows of the set, some of which tell what is common */
  constructor(originals: Originals, rows: readonly number[]) {
    this.#originals = originals;
    const step = Math.max(1, rows.length / typicalRows);
    const count = Math.min(rows.length, typicalRows);
    this.#sample = new Set(Array.from({ length: count }, (_, i) => rows[Math.floor(i * step)]!));
  }

  /** Null where one of the two cannot be looked at. */
  async of(first: number, second: number): Promise<Likeness | null> {
    const sides = [await this.#originals.side(first), await this.#originals.side(second)];
    const side = Math.min(sides[0] ?? 0, sides[1] ?? 0);
    if (side === 0) return null;
    const a = await this.#originals.plane(first, side);
    const b = await this.#originals.plane(second, side);
    if (!a || !b) return null;
    return likenessOf(
      a,
      b,
      side,
      await this.#common(
        side,
        new Map([
          [first, a],
          [second, b],
        ]),
      ),
    );
  }

  /** The mean of the sample without the pictures that are compared; null where there are no others. */
  async #common(side: number, without: ReadonlyMap<number, Uint8Array>): Promise<Float64Array | null> {
    let known = this.#sums.get(side);
    if (!known) {
      const sum = new Float64Array(side * side);
      let count = 0;
      for (const row of this.#sample) {
        const plane = await this.#originals.plane(row, side);
        if (!plane) continue;
        count++;
        for (const [i, level] of plane.entries()) sum[i]! += level;
      }
      known = { sum, count };
      this.#sums.set(side, known);
    }
    const mean = known.sum.slice();
    let { count } = known;
    for (const [row, plane] of without) {
      if (!this.#sample.has(row)) continue;
      count--;
      for (const [i, level] of plane.entries()) mean[i]! -= level;
    }
    return count > 0 ? mean.map((sum) => sum / count) : null;
  }
}

/**
 * {@link Likeness} of grey levels, `[side, side]` each.
 *
 * @param common what the pictures of the set have in common; null for nothing
 */
export function likenessOf(
  a: Uint8Array,
  b: Uint8Array,
  side: number,
  common: Float64Array | null = null,
): Likeness {
  const typical = common && smoothed(common, side);
  const [x, y] = [a, b].map((plane) => without(smoothed(plane, side), typical)) as [
    Float32Array,
    Float32Array,
  ];
  const parts = Math.max(1, Math.min(mostParts, Math.floor(side / leastPart)));
  const edge = (part: number): number => Math.floor((part * side) / parts);
  const all = correlationIn(x, y, side, 0, side, 0, side);
  // A change of contrast leaves less to see in one of the two.
  const least = Math.min(noise, 0.25 * all.spread);
  let worstPart = 1;
  for (let row = 0; row < parts; row++) {
    for (let column = 0; column < parts; column++) {
      const part = correlationIn(x, y, side, edge(row), edge(row + 1), edge(column), edge(column + 1));
      if (part.spread >= least) worstPart = Math.min(worstPart, part.correlation);
    }
  }
  return { whole: all.correlation, worstPart };
}

/**
 * Which of some pairs that look alike are copies.
 *
 * Where more pairs are merely alike than are copies, the pictures are alike by nature, and more is asked for.
 */
export function copiesAmong(pairs: readonly (Likeness | null)[]): boolean[] {
  const isCopy = (least: number) => (pair: Likeness | null) =>
    pair !== null && pair.whole >= least && pair.worstPart >= copyPart;
  const copies = pairs.filter(isCopy(copyWhole)).length;
  return pairs.map(isCopy(pairs.length - copies > copies ? strictWhole : copyWhole));
}

/** A plane less as much of another as it holds (least squares); their means do not count. */
function without(plane: Float32Array, other: Float32Array | null): Float32Array {
  if (!other) return plane;
  const mean = other.reduce((sum, level) => sum + level, 0) / other.length;
  let [product, square] = [0, 0];
  for (const [i, level] of other.entries()) {
    product += plane[i]! * (level - mean);
    square += (level - mean) ** 2;
  }
  const share = square > 0 ? product / square : 0;
  return plane.map((level, i) => level - share * (other[i]! - mean));
}

/** Each pixel with a quarter of its neighbours, as the noise of compression lies in single pixels. */
function smoothed(plane: Uint8Array | Float64Array, side: number): Float32Array {
  const across = new Float32Array(plane.length);
  const result = new Float32Array(plane.length);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const at = y * side + x;
      const [left, right] = [plane[x > 0 ? at - 1 : at]!, plane[x < side - 1 ? at + 1 : at]!];
      across[at] = (left + 2 * plane[at]! + right) / 4;
    }
  }
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const at = y * side + x;
      const [above, below] = [across[y > 0 ? at - side : at]!, across[y < side - 1 ? at + side : at]!];
      result[at] = (above + 2 * across[at]! + below) / 4;
    }
  }
  return result;
}

/** Correlation in a part, and the greater spread of both in it, in levels. */
function correlationIn(
  a: Float32Array,
  b: Float32Array,
  side: number,
  top: number,
  bottom: number,
  left: number,
  right: number,
): { readonly correlation: number; readonly spread: number } {
  let [sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0];
  for (let y = top; y < bottom; y++) {
    for (let at = y * side + left; at < y * side + right; at++) {
      const [one, other] = [a[at]!, b[at]!];
      sumA += one;
      sumB += other;
      squaresA += one * one;
      squaresB += other * other;
      products += one * other;
    }
  }
  const count = (bottom - top) * (right - left);
  const varianceA = Math.max(0, squaresA / count - (sumA / count) ** 2);
  const varianceB = Math.max(0, squaresB / count - (sumB / count) ** 2);
  const covariance = products / count - (sumA / count) * (sumB / count);
  const scale = Math.sqrt(varianceA * varianceB);
  return {
    correlation: scale > 0 ? covariance / scale : varianceA === varianceB ? 1 : 0,
    spread: Math.sqrt(Math.max(varianceA, varianceB)),
  };
}
