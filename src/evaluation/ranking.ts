import { classesOf, type Labels } from "./labels.ts";
import type { SimilarityBlocks } from "./similarity.ts";
import { eachSimilarityRow, type RowOptions, referenceAt } from "./similarityRows.ts";
import { TopRanked } from "./topRanked.ts";

/** What rankings of the references say about the queries: each a mean, 0 to 1, over the queries that can be right. */
export interface RankingMetrics {
  /** Accuracy of the label of the nearest reference. */
  readonly knn1: number;
  /** Accuracy of the label most frequent among the 10 nearest references. */
  readonly knn10: number;
  /** Share of queries with their label among the k nearest references. */
  readonly recallAt: { readonly "1": number; readonly "5": number; readonly "10": number };
  /** Mean average precision at R. All means are NaN when no query has a reference of its label. */
  readonly mapAtR: number;
  /** Queries whose label no (other) reference has, which are left out of all means, as pytorch-metric-learning leaves them out. */
  readonly withoutReferences: number;
}

/** Neighbours that vote and that recall looks at. */
const MOST_NEIGHBOURS = 10;

/**
 * k-NN accuracy, recall@k and MAP@R in one pass over blocks of similarities.
 *
 * - k-NN: a plain majority of the k nearest; among classes with equally many votes, the one whose nearest member is
 *   nearest. (scikit-learn's `KNeighborsClassifier` takes the smallest label instead; k = 1 is the same.)
 * - recall@k: 1 if any of the k nearest has the query's label.
 * - MAP@R = 1/R * sum over i = 1..R of precision(i) * relevant(i), R being the references with the query's label.
 *
 * Neighbours are in exact float32 order, equals by lower index. With fewer than k references, all of them count.
 *
 * @param similarities `[queries, references]` in blocks
 * @param queryLabels `[queries]`
 * @param referenceLabels `[references]`
 * @throws InputError when a label is not an integer.
 * @see Musgrave, Belongie and Lim, "A Metric Learning Reality Check" (2020), https://arxiv.org/abs/2003.08505
 */
export async function rankingMetrics(
  similarities: SimilarityBlocks,
  queryLabels: Labels,
  referenceLabels: Labels,
  options: RowOptions = {},
): Promise<RankingMetrics> {
  const classes = classesOf({ queryLabels, referenceLabels });
  const queryClasses = classes.of[0]!;
  const referenceClasses = classes.of[1]!;
  const classSizes = new Uint32Array(classes.count);
  for (const referenceClass of referenceClasses) classSizes[referenceClass]!++;

  const top = new TopRanked(referenceClasses.length);
  const ranked = new Int32Array(referenceClasses.length);
  const votes = new Uint32Array(classes.count);
  const right = { knn1: 0, knn10: 0, recall5: 0, recall10: 0 };
  let precisionSum = 0;
  let withoutReferences = 0;

  await eachSimilarityRow(
    similarities,
    queryClasses.length,
    referenceClasses.length,
    options,
    (query, row, self) => {
      const own = queryClasses[query]!;
      const isOwn = self >= 0 && referenceClasses[self] === own;
      const relevant = classSizes[own]! - (isOwn ? 1 : 0);
      const neighbours = Math.min(MOST_NEIGHBOURS, row.length);
      const depth = Math.max(neighbours, relevant);
      top.select(row, depth);
      for (let rank = 0; rank < depth; rank++) {
        ranked[rank] = referenceClasses[referenceAt(top.indices[rank]!, self)]!;
      }
      if (relevant === 0) {
        withoutReferences++;
        return;
      }
      if (ranked[0] === own) right.knn1++;
      if (majority(ranked, neighbours, votes) === own) right.knn10++;
      const firstHit = ranked.subarray(0, neighbours).indexOf(own);
      if (firstHit >= 0 && firstHit < 5) right.recall5++;
      if (firstHit >= 0) right.recall10++;
      precisionSum += averagePrecisionAtR(ranked, relevant, own);
    },
  );
  const queries = queryClasses.length - withoutReferences;
  return {
    knn1: right.knn1 / queries,
    knn10: right.knn10 / queries,
    // Any of one neighbour is that neighbour: recall@1 and 1-NN accuracy are one number.
    recallAt: { "1": right.knn1 / queries, "5": right.recall5 / queries, "10": right.recall10 / queries },
    mapAtR: precisionSum / queries,
    withoutReferences,
  };
}

/** The class most frequent in the first `count` of a ranking; of equals, the one that comes first in it. */
function majority(ranked: Int32Array, count: number, votes: Uint32Array): number {
  for (let rank = 0; rank < count; rank++) votes[ranked[rank]!]!++;
  let winner = ranked[0]!;
  for (let rank = 1; rank < count; rank++) {
    if (votes[ranked[rank]!]! > votes[winner]!) winner = ranked[rank]!;
  }
  for (let rank = 0; rank < count; rank++) votes[ranked[rank]!] = 0;
  return winner;
}

/** 1/R * sum over i = 1..R of (relevant among the first i) / i, where the i-th is relevant. */
function averagePrecisionAtR(ranked: Int32Array, r: number, own: number): number {
  let hits = 0;
  let sum = 0;
  for (let rank = 0; rank < r; rank++) {
    if (ranked[rank] === own) sum += ++hits / (rank + 1);
  }
  return sum / r;
}
