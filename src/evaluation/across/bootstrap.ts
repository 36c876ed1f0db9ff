import type { Rng } from "../../base/index.ts";
import { Pacer } from "../../base/pacer.ts";
import type { Labels } from "../labels.ts";

/** A number that was measured on a sample, with the interval that it lies in with 95 % confidence. */
export interface Measured {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  readonly rng: Rng;
  /** Samples drawn with replacement; default 1,000, with which the ends of an interval are steady to about a tenth of its width. */
  readonly samples?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What is drawn: single queries, or groups with all of their queries. */
export type Drawn = "queries" | "groups";

/** With fewer groups than this a bootstrap over groups says little of the spread. */
const LEAST_GROUPS = 50;

/**
 * What a bootstrap draws of queries with these labels.
 *
 * Queries of one group (captions of one picture, pictures of one concept) are right or wrong together, so that intervals over
 * single queries are too narrow: groups are drawn. Where the groups are a few fixed classes (ten digits), other data would have the
 * same classes and other rows: queries are drawn. The border is 50 groups, below which a bootstrap over clusters is unreliable.
 *
 * @see Cameron, Gelbach and Miller, "Bootstrap-Based Improvements for Inference with Clustered Errors" (2008)
 */
export function drawnOf(labels: Labels): Drawn {
  return new Set(Array.from(labels)).size >= LEAST_GROUPS ? "groups" : "queries";
}

/**
 * The means of columns of numbers, one for each query, with percentile intervals by a bootstrap; and the median of the first.
 *
 * @param columns `[queries]` each
 * @param labels `[queries]`, the group of each query
 * @returns the mean of each column, and the median of the first column
 */
export async function bootstrapped(
  columns: readonly Float64Array[],
  labels: Labels,
  { rng, samples = 1000, signal }: BootstrapOptions,
): Promise<{ readonly means: readonly Measured[]; readonly median: Measured }> {
  const pacer = new Pacer(signal);
  const first = columns[0]!;
  // By the first column, so that a weighted median is one walk.
  const order = Uint32Array.from(first.keys()).sort((a, b) => first[a]! - first[b]!);
  const sorted = columns.map((column) => Float64Array.from(order, (at) => column[at]!));
  const clusters = clustersOf(Array.from(order, (at) => labels[at]!));
  const count = order.length;
  const weights = new Uint32Array(count);
  const drawnMeans = columns.map(() => new Float64Array(samples));
  const drawnMedians = new Float64Array(samples);
  for (let sample = 0; sample < samples; sample++) {
    weights.fill(0);
    let total = 0;
    for (let draw = 0; draw < clusters.length; draw++) {
      const cluster = clusters[rng.int(clusters.length)]!;
      for (const at of cluster) weights[at]!++;
      total += cluster.length;
    }
    for (const [index, column] of sorted.entries()) {
      let sum = 0;
      for (let at = 0; at < count; at++) sum += weights[at]! * column[at]!;
      drawnMeans[index]![sample] = sum / total;
    }
    drawnMedians[sample] = weightedMedian(sorted[0]!, weights, total);
    if (pacer.due()) await pacer.pause();
  }
  const value = (column: Float64Array): number => column.reduce((sum, one) => sum + one, 0) / count;
  return {
    means: sorted.map((column, index) => interval(value(column), drawnMeans[index]!)),
    median: interval(weightedMedian(sorted[0]!, weights.fill(1), count), drawnMedians),
  };
}

function clustersOf(labels: readonly number[]): readonly (readonly number[])[] {
  if (drawnOf(labels) === "queries") return labels.map((_, at) => [at]);
  const clusters = new Map<number, number[]>();
  for (const [at, label] of labels.entries()) {
    const cluster = clusters.get(label);
    if (cluster) cluster.push(at);
    else clusters.set(label, [at]);
  }
  return [...clusters.values()];
}

/** The middle value, or the mean of the two middle ones, of ascending values that count so often. */
function weightedMedian(ascending: Float64Array, weights: Uint32Array, total: number): number {
  const valueAt = (place: number): number => {
    let passed = 0;
    for (let at = 0; at < ascending.length; at++) {
      passed += weights[at]!;
      if (passed > place) return ascending[at]!;
    }
    return ascending[ascending.length - 1]!;
  };
  const upper = valueAt(Math.floor(total / 2));
  return total % 2 === 1 ? upper : (valueAt(total / 2 - 1) + upper) / 2;
}

function interval(value: number, drawn: Float64Array): Measured {
  drawn.sort();
  return { value, low: quantile(drawn, 0.025), high: quantile(drawn, 0.975) };
}

/** Between the two nearest values, as numpy does. */
function quantile(ascending: Float64Array, share: number): number {
  const place = share * (ascending.length - 1);
  const below = Math.floor(place);
  const low = ascending[below]!;
  return low + (place - below) * (ascending[Math.min(below + 1, ascending.length - 1)]! - low);
}
