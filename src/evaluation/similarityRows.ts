import { InputError, KindredError } from "../base/index.ts";
import { Pacer } from "../base/pacer.ts";
import { blockRows, type SimilarityBlocks } from "./similarity.ts";

/** How a set of queries is met, row by row. */
export interface RowOptions {
  /** The reference that *is* query i (left out of its ranking), or -1; `(i) => i` when the queries are the references. */
  readonly selfIndex?: ((query: number) => number) | undefined;
  /** Queries in a block of similarities; default {@link blockRows}. Changes no result. */
  readonly rowsPerBlock?: number | undefined;
  /** Called after each block with the queries done and their total. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Stops the work with AbortedError. */
  readonly signal?: AbortSignal | undefined;
}

/** What is told of each query: its similarities, without its own if it has one, and where its own was (else -1). */
export type VisitRow = (query: number, row: Float32Array, self: number) => void;

/**
 * Walks all queries in order, one block of similarities in memory at a time, pausing for the event loop every 20 ms.
 *
 * @throws KindredError when a block is not `[queryCount, references]`.
 * @throws InputError when a query is its own only reference.
 */
export async function eachSimilarityRow(
  similarities: SimilarityBlocks,
  queryCount: number,
  referenceCount: number,
  options: RowOptions,
  visit: VisitRow,
): Promise<void> {
  const { selfIndex, onProgress, rowsPerBlock = blockRows(referenceCount) } = options;
  if (!(Number.isInteger(rowsPerBlock) && rowsPerBlock >= 1)) {
    throw new InputError(`rowsPerBlock is ${rowsPerBlock}, expected an integer from 1`);
  }
  const pacer = new Pacer(options.signal);
  const others = new Float32Array(selfIndex ? referenceCount : 0);
  for (let start = 0; start < queryCount; start += rowsPerBlock) {
    pacer.throwIfAborted();
    const count = Math.min(rowsPerBlock, queryCount - start);
    const block = await similarities(start, count);
    if (block.length !== count * referenceCount) {
      throw new KindredError(
        `a block of ${count} queries holds ${block.length} similarities, expected ${count} x ${referenceCount} references = ${count * referenceCount}`,
      );
    }
    for (let i = 0; i < count; i++) {
      const row = block.subarray(i * referenceCount, (i + 1) * referenceCount);
      const self = selfIndex?.(start + i) ?? -1;
      if (self < 0) visit(start + i, row, -1);
      else visit(start + i, without(row, self, start + i, others), self);
      if (pacer.due()) await pacer.pause();
    }
    onProgress?.(start + count, queryCount);
  }
}

/** Where an index of a row without `self` stands among all references. */
export function referenceAt(index: number, self: number): number {
  return self >= 0 && index >= self ? index + 1 : index;
}

function without(row: Float32Array, self: number, query: number, others: Float32Array): Float32Array {
  if (!(Number.isInteger(self) && self < row.length)) {
    throw new InputError(
      `selfIndex(${query}) is ${self}, expected a reference, 0 to ${row.length - 1}, or -1`,
    );
  }
  if (row.length === 1) {
    throw new InputError(`query ${query} is its own only reference, expected at least 2 references`);
  }
  others.set(row.subarray(0, self));
  others.set(row.subarray(self + 1), self);
  return others.subarray(0, row.length - 1);
}
