import { AbortedError, InputError } from "../base/index.ts";
import { Pacer } from "../base/pacer.ts";
import type { Runtime } from "../runtime/index.ts";
import { type BestGroups, GroupSearch, groupSize, searchRows } from "./runtimeNeighboursGraph.ts";
import { NeighbourMeasure, type RuntimeNeighbours } from "./runtimeNeighboursMeasure.ts";
import {
  cosineRows,
  euclideanRows,
  inverseNorms,
  type NeighbourMetric,
  requireComparableRows,
  scoreRounding,
} from "./runtimeNeighboursRows.ts";

export type { RuntimeNeighbours } from "./runtimeNeighboursMeasure.ts";
export type { NeighbourMetric } from "./runtimeNeighboursRows.ts";

/** Groups looked into beyond those that must hold the nearest, in case float32 ranks the last of them wrongly. */
const spareGroups = 8;
/** Blocks on their way to the device, so that it computes one while this thread reads another. */
const blocksAhead = 2;

export interface RuntimeNeighboursOptions {
  readonly metric: NeighbourMetric;
  /** The reference that *is* query i, which is left out of its neighbours, or -1. Default: none is. */
  readonly selfIndex?: ((query: number) => number) | undefined;
  /** Called after each block of queries. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Stops the work with AbortedError. */
  readonly signal?: AbortSignal | undefined;
}

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
  const { metric, selfIndex, onProgress, signal } = options;
  const same = queries === references;
  const referenceName = same ? "embeddings" : "references";
  requireComparableRows(references, dim, referenceName, metric);
  if (!same) requireComparableRows(queries, dim, "queries", metric);
  const queryCount = queries.length / dim;
  const count = references.length / dim;
  const available = selfIndex ? count - 1 : count;
  if (!(Number.isInteger(k) && k >= 1 && k <= available)) {
    throw new InputError(
      `k is ${k}, expected an integer from 1 to the ${available} references that each query can be compared with`,
    );
  }
  const pacer = new Pacer(signal);
  pacer.throwIfAborted();
  const found = { indices: new Uint32Array(queryCount * k), distances: new Float32Array(queryCount * k) };
  if (queryCount === 0) return found;

  const referenceScales = metric === "cosine" ? inverseNorms(references, dim) : undefined;
  const scales = referenceScales && {
    references: referenceScales,
    queries: same ? referenceScales : inverseNorms(queries, dim),
  };
  const rows = scales
    ? cosineRows(queries, references, dim, scales)
    : euclideanRows(queries, references, dim);
  const groups = Math.min(Math.ceil(count / groupSize), k + (selfIndex ? 1 : 0) + spareGroups);
  const measure = new NeighbourMeasure(
    { queries, references, dim, scales },
    k,
    groups,
    2 * scoreRounding(rows.columns),
  );
  const block = searchRows(queryCount, count);
  const search = await GroupSearch.create(runtime, rows.references, rows.columns, block, groups);
  try {
    const coming: Promise<BestGroups>[] = [];
    const send = (start: number): void => {
      const best = search.find(rows.queries, start);
      // It is awaited below, unless an earlier block fails: then nobody is left to hear of this one.
      best.catch(() => undefined);
      coming.push(best);
    };
    for (let i = 0; i < blocksAhead && i * block < queryCount; i++) send(i * block);
    for (let start = 0; start < queryCount; start += block) {
      const best = await untilAborted(coming.shift()!, signal);
      const next = start + blocksAhead * block;
      if (next < queryCount) send(next);
      const end = Math.min(start + block, queryCount);
      for (let query = start; query < end; query++) {
        measure.select(query, selfIndex?.(query) ?? -1, best, query - start, found);
        if (pacer.due()) await pacer.pause();
      }
      onProgress?.(end, queryCount);
    }
  } finally {
    await search.dispose();
  }
  return found;
}

/** A block's result, or AbortedError as soon as the signal asks for it. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise<T>((resolve, reject) => {
    const stop = (): void => reject(new AbortedError("stopped: its signal was aborted"));
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
