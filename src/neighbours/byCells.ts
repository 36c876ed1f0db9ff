import { InputError } from "../base/index.ts";
import type { Runtime } from "../runtime/index.ts";
import { CellSearch } from "./cellSearch.ts";
import { inTurn, type RuntimeNeighboursOptions, searchJob, spareGroups } from "./job.ts";
import { NeighbourMeasure, type RuntimeNeighbours } from "./measure.ts";

/** Of fewer pairs than these all are compared, which takes no longer. */
const fewPairs = 15_000 ** 2;
/** Cells are of no use where the part of the pairs that they leave is greater. */
const mostScored = 0.4;

/** Whether there is so much to compare that cells may save some. */
export function cellsMayHelp(queries: number, references: number): boolean {
  return cellsFor(queries, references) > 0;
}

/** How many cells, 0 for none: the more of them, the closer they bound, and the more there is to do for each query. */
function cellsFor(queries: number, references: number): number {
  const cells = Math.round(1.5 * Math.sqrt(references));
  return queries * references >= fewPairs && queries >= 8 * cells ? cells : 0;
}

export interface NeighboursByCellsOptions extends RuntimeNeighboursOptions {
  /**
   * How many cells, 1 to the number of references, whatever that saves. Default: 1.5 times the root of that number,
   * where so many leave less to be compared.
   */
  readonly cells?: number | undefined;
}

/**
 * As `runtimeNeighbours`, and as exact, by comparing each query only with references that may be near it: those in the
 * cells of k-means centres that the triangle inequality does not prove to be further than the k nearest.
 *
 * Of clustered vectors that is a small part of the arithmetic. It comes in many small matrix products, for which a
 * runtime of one thread is the fastest: more wait for each other longer than they compute.
 *
 * @returns undefined where cells would leave most of the arithmetic, or there is little to begin with
 * @throws InputError and AbortedError as `runtimeNeighbours` does.
 */
export async function neighboursByCells(
  runtime: Runtime,
  queries: Float32Array,
  references: Float32Array,
  dim: number,
  k: number,
  options: NeighboursByCellsOptions,
): Promise<RuntimeNeighbours | undefined> {
  const cells = options.cells ?? cellsFor(queries.length / dim, references.length / dim);
  if (cells === 0) return undefined;
  const job = searchJob(queries, references, dim, k, options, true);
  if (!(Number.isInteger(cells) && cells >= 1 && cells <= job.count)) {
    throw new InputError(`cells is ${cells}, expected an integer from 1 to the ${job.count} references`);
  }
  const { rows, same, queryCount, count, nearest, pacer, found } = job;
  if (queryCount === 0) return { ...found, scored: 0 };
  const { selfIndex, onProgress, signal } = options;
  const groups = nearest + spareGroups;
  const search = await CellSearch.create(runtime, rows, same, { cells, nearest, groups }, pacer);
  try {
    if (options.cells === undefined && (await search.share()) > mostScored) return undefined;
    const measure = new NeighbourMeasure(job.measured, search.ids, k, groups, job.rounding);
    let done = 0;
    let scored = 0;
    await inTurn(
      search.blocks.length,
      async (at) => {
        const block = search.blocks[at]!;
        const tiles = await search.tilesFor(block);
        scored += search.scoredBy(tiles);
        return search.find(block, tiles);
      },
      signal,
      async (best, at) => {
        const { queries } = search.blocks[at]!;
        for (let row = 0; row < queries.length; row++) {
          const query = queries[row]!;
          measure.select(query, selfIndex?.(query) ?? -1, best, row, found);
          if (pacer.due()) await pacer.pause();
        }
        done += queries.length;
        onProgress?.(done, queryCount);
      },
    );
    return { ...found, scored: scored / (queryCount * count) };
  } finally {
    await search.dispose();
  }
}
