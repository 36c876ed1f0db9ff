import type { Runtime } from "../runtime/index.ts";
import { GroupSearch, groupSize, idsInOrder, searchRows } from "./exactGraph.ts";
import { inTurn, type RuntimeNeighboursOptions, searchJob, spareGroups } from "./job.ts";
import { NeighbourMeasure, type RuntimeNeighbours } from "./measure.ts";

export type { RuntimeNeighboursOptions } from "./job.ts";
export type { RuntimeNeighbours } from "./measure.ts";
export type { NeighbourMetric } from "./rows.ts";

/**
 * The exact `k` nearest references of each query: `|q - b|_2`, or `1 - q . b / (|q| |b|)`.
 *
 * The runtime scores a block of queries against all references in float32 and finds the groups of 16 references with
 * the greatest maxima. The k nearest lie in the k first groups, because each of those holds a reference at least as
 * near as any outside them; 8 more make up for rounding. Their members with the k greatest scores, and all that could
 * be as near but for rounding, are then measured in float64 from the vectors as they were given. So a wrong neighbour
 * would need more than 8 groups whose scores tie with the k-th nearest to within float32 rounding.
 *
 * @param queries `[queries, dim]`
 * @param references `[references, dim]`
 * @param k 1 to the number of references (one less where `selfIndex` leaves one out)
 * @throws InputError when `k` is out of range, a value is not finite, or a row is all zeros under cosine (row named).
 * @throws AbortedError when stopped by `signal`.
 */
export async function runtimeNeighbours(
  runtime: Runtime,
  queries: Float32Array,
  references: Float32Array,
  dim: number,
  k: number,
  options: RuntimeNeighboursOptions,
): Promise<RuntimeNeighbours> {
  const job = searchJob(queries, references, dim, k, options, false);
  const { rows, queryCount, count, pacer, found } = job;
  if (queryCount === 0) return { ...found, scored: 0 };
  const { selfIndex, onProgress, signal } = options;
  const groups = Math.min(Math.ceil(count / groupSize), job.nearest + spareGroups);
  const measure = new NeighbourMeasure(job.measured, idsInOrder(count), k, groups, job.rounding);
  const block = searchRows(queryCount, count);
  const search = await GroupSearch.create(runtime, rows.references, rows.columns, block, groups);
  try {
    await inTurn(
      Math.ceil(queryCount / block),
      (at) => search.find(rows.queries, at * block),
      signal,
      async (best, at) => {
        const start = at * block;
        const end = Math.min(start + block, queryCount);
        for (let query = start; query < end; query++) {
          measure.select(query, selfIndex?.(query) ?? -1, best, query - start, found);
          if (pacer.due()) await pacer.pause();
        }
        onProgress?.(end, queryCount);
      },
    );
  } finally {
    await search.dispose();
  }
  return { ...found, scored: 1 };
}
