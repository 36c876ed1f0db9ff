import type { Labels } from "../labels.ts";
import { type BootstrapOptions, bootstrapped, type Drawn, drawnOf, type Measured } from "./bootstrap.ts";
import type { QueryRanks } from "./queryRanks.ts";

/** Recall at 1, 5 and 10. */
export interface RecallAt<T> {
  readonly "1": T;
  readonly "5": T;
  readonly "10": T;
}

/** How well queries of one modality find what belongs to them in a pool of another, or of their own. */
export interface DirectionMetrics {
  /** Queries that can be right. */
  readonly queries: number;
  /** Queries left out, as no (other) reference is of their label. */
  readonly withoutReferences: number;
  /** References that each query is compared with. */
  readonly pool: number;
  /** Share of queries with a reference of their label among the first k. Recall@1 is precision@1. */
  readonly recallAt: RecallAt<Measured>;
  /** What a random order would reach. */
  readonly chanceAt: RecallAt<number>;
  /** Median of the rank of the first right reference, from 1. */
  readonly medianRank: Measured;
  /** Mean reciprocal rank of the first right reference. */
  readonly mrr: Measured;
  /** Mean average precision at R. */
  readonly mapAtR: Measured;
  /** Mean nDCG@10 with binary gains. */
  readonly ndcgAt10: Measured;
  /** What the intervals draw. */
  readonly drawn: Drawn;
}

/**
 * Means over queries, each with its 95 % interval by bootstrap; null where no query can be right.
 *
 * @param queryLabels `[all queries]`, as given to `queryRanks`
 */
export async function directionMetrics(
  ranks: QueryRanks,
  queryLabels: Labels,
  options: BootstrapOptions,
): Promise<DirectionMetrics | null> {
  const { queries, firstRank, averagePrecision, ndcg, relevant, pool, withoutReferences } = ranks;
  if (queries.length === 0) return null;
  const labels = Array.from(queries, (query) => queryLabels[query]!);
  const within = (k: number): Float64Array => Float64Array.from(firstRank, (rank) => Number(rank <= k));
  const columns = [
    Float64Array.from(firstRank),
    within(1),
    within(5),
    within(10),
    Float64Array.from(firstRank, (rank) => 1 / rank),
    averagePrecision,
    ndcg,
  ];
  const { means, median } = await bootstrapped(columns, labels, options);
  const chance = (k: number): number =>
    relevant.reduce((sum, right) => sum + chanceOf(k, right, pool), 0) / queries.length;
  return {
    queries: queries.length,
    withoutReferences,
    pool,
    recallAt: { "1": means[1]!, "5": means[2]!, "10": means[3]! },
    chanceAt: { "1": chance(1), "5": chance(5), "10": chance(10) },
    medianRank: median,
    mrr: means[4]!,
    mapAtR: means[5]!,
    ndcgAt10: means[6]!,
    drawn: drawnOf(labels),
  };
}

/** The chance that k of a pool, drawn without replacement, hold a right one: `1 - C(pool - right, k) / C(pool, k)`. */
function chanceOf(k: number, right: number, pool: number): number {
  let none = 1;
  for (let draw = 0; draw < Math.min(k, pool); draw++) {
    none *= Math.max(0, pool - right - draw) / (pool - draw);
  }
  return 1 - none;
}

/** What share of the figures of directly trained pairs pairs reach that were never trained; null where the divisor is 0. */
export interface EmergentRatio {
  readonly recallAt: RecallAt<number | null>;
  readonly mrr: number | null;
  readonly mapAtR: number | null;
}

/** Emergent ÷ direct: figures of a direction that was not trained over those of one that was, on the same queries and pool. */
export function emergentRatio(emergent: DirectionMetrics, direct: DirectionMetrics): EmergentRatio {
  const ratio = (a: Measured, b: Measured): number | null => (b.value === 0 ? null : a.value / b.value);
  return {
    recallAt: {
      "1": ratio(emergent.recallAt["1"], direct.recallAt["1"]),
      "5": ratio(emergent.recallAt["5"], direct.recallAt["5"]),
      "10": ratio(emergent.recallAt["10"], direct.recallAt["10"]),
    },
    mrr: ratio(emergent.mrr, direct.mrr),
    mapAtR: ratio(emergent.mapAtR, direct.mapAtR),
  };
}
