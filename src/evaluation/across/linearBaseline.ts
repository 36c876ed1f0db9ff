import { InputError } from "../../base/index.ts";
import type { Labels } from "../labels.ts";
import { plainSimilarityBlocks } from "../plainSimilarity.ts";
import type { BootstrapOptions } from "./bootstrap.ts";
import { type DirectionMetrics, directionMetrics } from "./directionMetrics.ts";
import { queryRanks } from "./queryRanks.ts";
import { type LinearMap, mapped, ridgeProblem } from "./ridge.ts";

/** Raw features of items, such as principal components of pixels, tf-idf of captions or means of a mel spectrogram. */
export interface RawFeatures {
  /** `[rows]` */
  readonly labels: Labels;
  /** `[rows, columns]`, row-major. */
  readonly features: Float32Array;
}

/** Row i of `from` belongs to row i of `to`. */
export interface RawPairs {
  readonly from: RawFeatures;
  readonly to: RawFeatures;
}

export interface LinearBaselineInput {
  /** Modalities. */
  readonly from: string;
  readonly to: string;
  readonly training: RawPairs;
  /** Choose the penalty. */
  readonly validation: RawPairs;
  readonly queries: RawFeatures;
  readonly pool: RawFeatures;
}

export interface LinearBaseline {
  readonly metrics: DirectionMetrics | null;
  /** The penalty of the ridge regression that found most on the validation pairs. */
  readonly penalty: number;
}

/** Penalties, of the mean variance of a column times the rows. */
const PENALTIES = [1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100];

/**
 * What a linear map without any learning of representations reaches: a ridge regression from the raw features of one modality to those
 * of another, by which each query is looked for in the pool by cosine (both less the mean of the training). Of seven penalties the
 * one with the highest mean reciprocal rank on the validation pairs is taken, the larger of equals.
 *
 * @throws InputError when sizes do not fit, there are more than 512 columns in `from`, or the features of `from` are all alike.
 */
export async function linearBaseline(
  { training, validation, queries, pool }: LinearBaselineInput,
  options: BootstrapOptions,
): Promise<LinearBaseline> {
  const { signal } = options;
  const rows = training.from.labels.length;
  if (training.to.labels.length !== rows) {
    throw new InputError(
      `${rows} training rows have ${training.to.labels.length} partners, expected one for each row`,
    );
  }
  const problem = await ridgeProblem(training.from.features, training.to.features, rows, signal);
  if (problem.scale === 0) {
    throw new InputError("the raw features of all training rows are alike, expected rows that differ");
  }
  let best: { penalty: number; map: LinearMap; found: number } | undefined;
  for (const share of PENALTIES.toReversed()) {
    const penalty = share * problem.scale;
    const map = problem.solve(penalty);
    const { firstRank } = await ranked(map, validation.from, validation.to, signal);
    const found = firstRank.reduce((sum, rank) => sum + 1 / rank, 0);
    if (!best || found > best.found) best = { penalty, map, found };
  }
  const ranks = await ranked(best!.map, queries, pool, signal);
  return { metrics: await directionMetrics(ranks, queries.labels, options), penalty: best!.penalty };
}

function ranked(map: LinearMap, queries: RawFeatures, pool: RawFeatures, signal: AbortSignal | undefined) {
  const dim = map.yMean.length;
  const directions = pool.features.map((value, at) => value - map.yMean[at % dim]!);
  const similarities = plainSimilarityBlocks(mapped(map, queries.features), directions, dim, { signal });
  return queryRanks(similarities, queries.labels, pool.labels, { signal });
}
