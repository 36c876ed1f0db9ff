/** What the plots of similarity show. */
export interface SimilarityData {
  /** Cosine similarities of a sample of pairs of one label, -1 to 1. */
  readonly alike: Float32Array;
  /** Of pairs of two labels. */
  readonly unalike: Float32Array;
  /** What each class is called, `[classes]`; a single one where pictures have no labels. */
  readonly names: readonly string[];
  /** Mean cosine similarity between classes, `[classes, classes]`. */
  readonly means: Float64Array;
}

/** What the plots of similarity are called: without labels, all pairs are of one kind. */
export function similarityTitles({ names }: Pick<SimilarityData, "names">): {
  readonly title: string;
  readonly alike: string;
} {
  if (names.length > 1) {
    return { title: "Cosine similarity of alike and unalike pairs", alike: "alike pairs" };
  }
  return { title: "Cosine similarity of pairs", alike: "pairs" };
}

/** A histogram of similarities from -1 to 1. */
export interface Histogram {
  /** The share of all values in each bin, `[bins]`. */
  readonly shares: readonly number[];
  /** NaN where there are no values. */
  readonly median: number;
}

/** A similarity with two digits, `0.00` where rounding would leave `-0.00`. */
export function similarityText(similarity: number): string {
  return (Math.round(100 * similarity) / 100 + 0).toFixed(2);
}

/** Bins from -1 to 1, a fortieth wide each. */
export const histogramBins = 80;

/** The place of each bin's left edge, with the last one's right edge, `[bins + 1]`. */
export const histogramEdges: readonly number[] = Array.from(
  { length: histogramBins + 1 },
  (_, bin) => -1 + (2 * bin) / histogramBins,
);

/** Shares of `values` in equal bins from -1 to 1; values a rounding outside count in the outermost. */
export function histogramOf(values: Float32Array): Histogram {
  const shares = new Array<number>(histogramBins).fill(0);
  for (const value of values) {
    const bin = Math.floor(((value + 1) / 2) * histogramBins);
    shares[Math.min(histogramBins - 1, Math.max(0, bin))]! += 1 / values.length;
  }
  const sorted = values.toSorted();
  const middle = sorted.length >> 1;
  const median =
    sorted.length === 0
      ? Number.NaN
      : sorted.length % 2 === 1
        ? sorted[middle]!
        : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { shares, median };
}
