import { classesOf, type Labels } from "../labels.ts";
import type { SimilarityBlocks } from "../similarity.ts";
import { eachSimilarityRow, type RowOptions } from "../similarityRows.ts";
import { TopRanked } from "../topRanked.ts";

/** Neighbours that k-occurrence counts, as in the paper on hubs. */
const OCCURRENCE_K = 10;

/** Places that nDCG looks at. */
const NDCG_K = 10;

/** What the ranking of a pool says of each query. Queries with no (other) reference of their label are left out. */
export interface QueryRanks {
  /** Which queries are ranked, `[ranked]`. */
  readonly queries: Uint32Array;
  /** The rank of the best reference of the query's label, from 1, `[ranked]`. */
  readonly firstRank: Uint32Array;
  /** Average precision at R, `[ranked]`. */
  readonly averagePrecision: Float64Array;
  /** nDCG@10 with binary gains, `[ranked]`. */
  readonly ndcg: Float64Array;
  /** How many references are of the query's label, `[ranked]`. */
  readonly relevant: Uint32Array;
  /** References that a query is compared with, itself left out. */
  readonly pool: number;
  /** Queries left out. */
  readonly withoutReferences: number;
  /** How often each reference is among the 10 nearest of a query, `[references]`. */
  readonly occurrences: Uint32Array;
}

/**
 * Ranks a pool for each query. A reference is right when it has the query's label; several may be.
 *
 * - `firstRank`: recall@k is the share of queries with `firstRank <= k`.
 * - average precision at R: `1/R * sum over i = 1..R of precision(i) * right(i)`, R being the right references.
 * - nDCG@10: `sum over right ranks r <= 10 of 1/log2(r + 1)`, over the same sum when the right ones come first.
 *
 * **Ties are counted against the query**: of equal similarities the wrong references come first, so that a space in which
 * all is one point finds nothing. `occurrences` takes equals by lower index.
 *
 * @param similarities `[queries, references]` in blocks
 * @throws InputError when a label is not an integer.
 * @see Musgrave, Belongie and Lim, "A Metric Learning Reality Check" (2020), https://arxiv.org/abs/2003.08505
 */
export async function queryRanks(
  similarities: SimilarityBlocks,
  queryLabels: Labels,
  referenceLabels: Labels,
  { selfIndex, ...options }: RowOptions = {},
): Promise<QueryRanks> {
  const classes = classesOf({ queryLabels, referenceLabels });
  const [queryClasses, referenceClasses] = [classes.of[0]!, classes.of[1]!];
  const { starts, members, largest } = membersByClass(referenceClasses, classes.count);
  const total = queryClasses.length;
  const poolSize = referenceClasses.length;
  const queries = new Uint32Array(total);
  const firstRank = new Uint32Array(total);
  const averagePrecision = new Float64Array(total);
  const ndcg = new Float64Array(total);
  const relevant = new Uint32Array(total);
  const occurrences = new Uint32Array(poolSize);
  const top = new TopRanked(poolSize);
  const rights = new Float32Array(largest);
  const ahead = new Uint32Array(largest + 1);
  let ranked = 0;

  await eachSimilarityRow(similarities, total, poolSize, options, (query, row) => {
    const self = selfIndex?.(query) ?? -1;
    countOccurrences(top, row, self, occurrences);
    const own = queryClasses[query]!;
    let r = 0;
    for (let at = starts[own]!; at < starts[own + 1]!; at++) {
      if (members[at] !== self) rights[r++] = row[members[at]!]!;
    }
    if (r === 0) return;
    // Ascending.
    const right = rights.subarray(0, r).sort();
    countAhead(row, referenceClasses, own, right, ahead);
    const depth = Math.max(r, NDCG_K);
    let [before, precision, gain] = [0, 0, 0];
    for (let found = 1; found <= r; found++) {
      before += ahead[r - found + 1]!;
      const rank = found + before;
      if (found === 1) firstRank[ranked] = rank;
      if (rank > depth) break;
      if (rank <= r) precision += found / rank;
      if (rank <= NDCG_K) gain += 1 / Math.log2(rank + 1);
    }
    queries[ranked] = query;
    averagePrecision[ranked] = precision / r;
    ndcg[ranked] = gain / idealGain[Math.min(r, NDCG_K)]!;
    relevant[ranked] = r;
    ranked++;
  });
  return {
    queries: queries.slice(0, ranked),
    firstRank: firstRank.slice(0, ranked),
    averagePrecision: averagePrecision.slice(0, ranked),
    ndcg: ndcg.slice(0, ranked),
    relevant: relevant.slice(0, ranked),
    pool: selfIndex ? poolSize - 1 : poolSize,
    withoutReferences: total - ranked,
    occurrences,
  };
}

/** The gain when so many right references come first, `[0..10]`. */
const idealGain = Array.from({ length: NDCG_K + 1 }, (_, count) =>
  Array.from({ length: count }, (_, at) => 1 / Math.log2(at + 2)).reduce((sum, gain) => sum + gain, 0),
);

function membersByClass(classOf: Int32Array, count: number) {
  const starts = new Uint32Array(count + 1);
  for (const one of classOf) starts[one + 1]!++;
  const largest = starts.reduce((most, size) => Math.max(most, size), 0);
  for (let one = 0; one < count; one++) starts[one + 1]! += starts[one]!;
  const next = starts.slice();
  const members = new Uint32Array(classOf.length);
  for (const [row, one] of classOf.entries()) members[next[one]!++] = row;
  return { starts, members, largest };
}

/** `ahead[p]`: wrong references that are as near as the p-th farthest right one, or nearer, but not as near as the next. */
function countAhead(
  row: Float32Array,
  classOf: Int32Array,
  own: number,
  right: Float32Array,
  ahead: Uint32Array,
): void {
  const r = right.length;
  ahead.fill(0, 0, r + 1);
  const [farthest, nearest] = [right[0]!, right[r - 1]!];
  for (let reference = 0; reference < row.length; reference++) {
    const value = row[reference]!;
    if (value < farthest || classOf[reference] === own) continue;
    if (value >= nearest) {
      ahead[r]!++;
      continue;
    }
    let [low, high] = [1, r - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (right[middle]! <= value) low = middle + 1;
      else high = middle;
    }
    ahead[low]!++;
  }
}

function countOccurrences(top: TopRanked, row: Float32Array, self: number, occurrences: Uint32Array): void {
  const depth = Math.min(row.length, OCCURRENCE_K + (self >= 0 ? 1 : 0));
  top.select(row, depth);
  let left = OCCURRENCE_K;
  for (let rank = 0; rank < depth && left > 0; rank++) {
    if (top.indices[rank] === self) continue;
    occurrences[top.indices[rank]!]!++;
    left--;
  }
}
