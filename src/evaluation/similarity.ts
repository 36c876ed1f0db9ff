/**
 * Cosine similarities `[queryCount, references]` (row-major) of the queries `queryStart` to
 * `queryStart + queryCount - 1` against all references.
 *
 * The whole matrix never exists: a caller asks for {@link blockRows} rows at a time, and is done with a block
 * before it asks for the next, so an implementation may reuse the array. A row of zeros has similarity 0 to everything.
 */
export type SimilarityBlocks = (queryStart: number, queryCount: number) => Promise<Float32Array>;

/**
 * Larger arrays than this are given back to the system after each block and fetched anew, page by page: at 64 MiB an
 * evaluation of MNIST took 38 s, against 24 s, and smaller ones gain nothing.
 */
const BLOCK_BYTES = 8 * 2 ** 20;

/** More rows than this gain no speed, and make progress and cancelling coarse. */
const MOST_ROWS = 1024;

/** How many queries a block of similarities holds: as many rows of `references` float32 as fit in 8 MiB, 1 to 1024. */
export function blockRows(references: number): number {
  return Math.max(1, Math.min(MOST_ROWS, Math.floor(BLOCK_BYTES / (4 * references))));
}
