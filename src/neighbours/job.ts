import { AbortedError, InputError } from "../base/index.ts";
import { Pacer } from "../base/pacer.ts";
import { unitRows } from "../base/unitRows.ts";
import type { MeasuredRows, RuntimeNeighbours } from "./measure.ts";
import {
  euclideanRows,
  inverseNorms,
  type NeighbourMetric,
  requireComparableRows,
  type ScoredRows,
  scoreRounding,
  withSquares,
} from "./rows.ts";

/** Groups looked into beyond those that must hold the nearest, in case float32 ranks the last of them wrongly. */
export const spareGroups = 8;
/** Blocks on their way to the device, so that it computes one while this thread reads another. */
const blocksAhead = 4;

export interface RuntimeNeighboursOptions {
  readonly metric: NeighbourMetric;
  /** The reference that *is* query i, which is left out of its neighbours, or -1. Default: none is. */
  readonly selfIndex?: ((query: number) => number) | undefined;
  /** Called after each block of queries. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Stops the work with AbortedError. */
  readonly signal?: AbortSignal | undefined;
}

/** What a search works on, checked. */
export interface SearchJob {
  readonly rows: ScoredRows;
  /** Whether the queries are the references. */
  readonly same: boolean;
  readonly queryCount: number;
  /** References. */
  readonly count: number;
  /** How many of the nearest hold the k wanted, the query itself among them where it is to be left out. */
  readonly nearest: number;
  /** By how much two scores may differ that should be equal. */
  readonly rounding: number;
  readonly measured: MeasuredRows;
  readonly k: number;
  readonly pacer: Pacer;
  readonly options: RuntimeNeighboursOptions;
  readonly found: Pick<RuntimeNeighbours, "indices" | "distances">;
}

/**
 * Checks what is to be searched.
 *
 * @param lengths whether scores must tell distances under cosine too, not only their order
 * @throws InputError as `runtimeNeighbours` does.
 * @throws AbortedError when the signal was aborted.
 */
export function searchJob(
  queries: Float32Array,
  references: Float32Array,
  dim: number,
  k: number,
  options: RuntimeNeighboursOptions,
  lengths: boolean,
): SearchJob {
  const { metric, selfIndex, signal } = options;
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
  const referenceScales = metric === "cosine" ? inverseNorms(references, dim, referenceName) : undefined;
  const scales = referenceScales && {
    references: referenceScales,
    queries: same ? referenceScales : inverseNorms(queries, dim, "queries"),
  };
  // Of rows of length 1, the dot product is the cosine.
  const units = scales && {
    queries: unitRows(queries, dim, "queries"),
    references: unitRows(references, dim, referenceName),
    columns: dim,
  };
  const rows = !units ? euclideanRows(queries, references, dim) : lengths ? withSquares(units) : units;
  const nearest = k + (selfIndex ? 1 : 0);
  return {
    rows,
    same,
    queryCount,
    count,
    nearest,
    rounding: 2 * scoreRounding(rows.columns),
    measured: { queries, references, dim, scales },
    k,
    pacer,
    options,
    found,
  };
}

/** Starts pieces of work a few ahead, and takes their results in order. */
export async function inTurn<T>(
  pieces: number,
  start: (at: number) => Promise<T>,
  signal: AbortSignal | undefined,
  take: (result: T, at: number) => Promise<void>,
): Promise<void> {
  const coming: Promise<T>[] = [];
  for (let at = 0, sent = 0; at < pieces; at++) {
    for (; sent < pieces && coming.length < blocksAhead; sent++) {
      const work = start(sent);
      // It is awaited below, unless an earlier piece fails: then nobody is left to hear of this one.
      work.catch(() => undefined);
      coming.push(work);
    }
    await take(await untilAborted(coming.shift()!, signal), at);
  }
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
