import { InputError } from "../base/index.ts";
import type { SimilarityBlocks } from "./similarity.ts";
import { eachSimilarityRow, type RowOptions, referenceAt } from "./similarityRows.ts";
import { TopRanked } from "./topRanked.ts";

/** The k nearest references of each query, nearest first. */
export interface Neighbours {
  /** Which references, `[queries, k]`. */
  readonly indices: Uint32Array;
  /** How similar they are, -1 to 1, `[queries, k]`. */
  readonly similarities: Float32Array;
}

/**
 * The exact `k` references most similar to each query, in float32 order, equals by lower index.
 *
 * @param similarities `[queryCount, referenceCount]` in blocks
 * @throws InputError when `k` is not 1 to the number of references (one less where `selfIndex` leaves one out).
 */
export async function nearestNeighbours(
  similarities: SimilarityBlocks,
  queryCount: number,
  referenceCount: number,
  k: number,
  options: RowOptions = {},
): Promise<Neighbours> {
  const available = options.selfIndex ? referenceCount - 1 : referenceCount;
  if (!(Number.isInteger(k) && k >= 1 && k <= available)) {
    throw new InputError(
      `k is ${k}, expected an integer from 1 to the ${available} references that each query can be compared with`,
    );
  }
  const top = new TopRanked(referenceCount);
  const indices = new Uint32Array(queryCount * k);
  const nearest = new Float32Array(queryCount * k);
  await eachSimilarityRow(similarities, queryCount, referenceCount, options, (query, row, self) => {
    top.select(row, k);
    for (let rank = 0; rank < k; rank++) {
      indices[query * k + rank] = referenceAt(top.indices[rank]!, self);
      nearest[query * k + rank] = top.values[rank]!;
    }
  });
  return { indices, similarities: nearest };
}
