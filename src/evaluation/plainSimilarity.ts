import { InputError } from "../base/index.ts";
import { Pacer } from "../base/pacer.ts";
import { dot, inverseNorm } from "../base/unitRows.ts";
import type { SimilarityBlocks } from "./similarity.ts";

/** References met at a time: 64 rows of 64 to 784 float32 stay in the second-level cache while all queries pass. */
const TILE = 64;

/**
 * Cosine similarities in plain TypeScript: `x . y / (|x| |y|)`, summed in float64 and rounded once to float32.
 *
 * About 2.4e9 multiply-adds a second on one core; ONNX Runtime's `MatMul` is many times faster, so give that to large
 * sets. Every similarity is summed in the same order wherever it falls in a block, so that equal rows get
 * equal similarities and the size of the blocks changes no bit. Pauses for the event loop every 20 ms.
 *
 * @param queries `[queries, dim]`, row-major, of any length of row
 * @param references `[references, dim]`
 * @throws InputError when a matrix is not a whole number of rows, or (from the blocks) a value is not finite.
 */
export function plainSimilarityBlocks(
  queries: Float32Array,
  references: Float32Array,
  dim: number,
  options: { readonly signal?: AbortSignal | undefined } = {},
): SimilarityBlocks {
  const queryTotal = wholeRows("queries", queries, dim);
  const referenceCount = wholeRows("references", references, dim);
  // Filled by the first block, because a constructor cannot pause.
  let referenceScales: Float64Array | undefined;

  return async (queryStart, queryCount) => {
    if (!(queryStart >= 0 && queryCount >= 0 && queryStart + queryCount <= queryTotal)) {
      throw new InputError(
        `queries ${queryStart} to ${queryStart + queryCount - 1} were asked for, expected 0 to ${queryTotal - 1}`,
      );
    }
    const pacer = new Pacer(options.signal);
    referenceScales ??= await inverseNorms(references, 0, referenceCount, dim, "references", pacer);
    const queryScales = await inverseNorms(queries, queryStart, queryCount, dim, "queries", pacer);
    const block = new Float32Array(queryCount * referenceCount);
    const tile: Tile = { block, queries, references, dim, queryStart, queryScales, referenceScales };
    for (let first = 0; first < referenceCount; first += TILE) {
      const last = Math.min(first + TILE, referenceCount);
      for (let query = 0; query < queryCount; query += 2) {
        if (query + 1 < queryCount) twoQueries(tile, query, first, last);
        else oneQuery(tile, query, first, last);
        if (pacer.due()) await pacer.pause();
      }
    }
    return block;
  };
}

interface Tile {
  readonly block: Float32Array;
  readonly queries: Float32Array;
  readonly references: Float32Array;
  readonly dim: number;
  readonly queryStart: number;
  readonly queryScales: Float64Array;
  readonly referenceScales: Float64Array;
}

/** Two queries against the references `first` to `last - 1`, four at a time: eight sums in registers for six loads. */
function twoQueries(tile: Tile, query: number, first: number, last: number): void {
  const { block, queries, references, dim, queryStart, queryScales, referenceScales } = tile;
  const referenceCount = referenceScales.length;
  const queryRow0 = (queryStart + query) * dim;
  const queryRow1 = queryRow0 + dim;
  const scale0 = queryScales[query]!;
  const scale1 = queryScales[query + 1]!;
  const whole = first + ((last - first) & ~3);
  for (let reference = first; reference < whole; reference += 4) {
    const row0 = reference * dim;
    const row1 = row0 + dim;
    const row2 = row1 + dim;
    const row3 = row2 + dim;
    let s00 = 0;
    let s01 = 0;
    let s02 = 0;
    let s03 = 0;
    let s10 = 0;
    let s11 = 0;
    let s12 = 0;
    let s13 = 0;
    for (let k = 0; k < dim; k++) {
      const x0 = queries[queryRow0 + k]!;
      const x1 = queries[queryRow1 + k]!;
      const y0 = references[row0 + k]!;
      const y1 = references[row1 + k]!;
      const y2 = references[row2 + k]!;
      const y3 = references[row3 + k]!;
      s00 += x0 * y0;
      s01 += x0 * y1;
      s02 += x0 * y2;
      s03 += x0 * y3;
      s10 += x1 * y0;
      s11 += x1 * y1;
      s12 += x1 * y2;
      s13 += x1 * y3;
    }
    const r0 = referenceScales[reference]!;
    const r1 = referenceScales[reference + 1]!;
    const r2 = referenceScales[reference + 2]!;
    const r3 = referenceScales[reference + 3]!;
    const at0 = query * referenceCount + reference;
    const at1 = at0 + referenceCount;
    block[at0] = s00 * scale0 * r0;
    block[at0 + 1] = s01 * scale0 * r1;
    block[at0 + 2] = s02 * scale0 * r2;
    block[at0 + 3] = s03 * scale0 * r3;
    block[at1] = s10 * scale1 * r0;
    block[at1 + 1] = s11 * scale1 * r1;
    block[at1 + 2] = s12 * scale1 * r2;
    block[at1 + 3] = s13 * scale1 * r3;
  }
  if (whole < last) {
    oneQuery(tile, query, whole, last);
    oneQuery(tile, query + 1, whole, last);
  }
}

/** What four and two leave over: the same sums in the same order, one at a time. */
function oneQuery(tile: Tile, query: number, first: number, last: number): void {
  const { block, queries, references, dim, queryStart, queryScales, referenceScales } = tile;
  const queryRow = (queryStart + query) * dim;
  for (let reference = first; reference < last; reference++) {
    const row = reference * dim;
    const sum = dot(queries, queryRow, references, row, dim);
    block[query * referenceScales.length + reference] =
      sum * queryScales[query]! * referenceScales[reference]!;
  }
}

async function inverseNorms(
  matrix: Float32Array,
  start: number,
  count: number,
  dim: number,
  name: string,
  pacer: Pacer,
): Promise<Float64Array> {
  const norms = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    norms[row] = inverseNorm(matrix, start + row, dim, name);
    if (pacer.due()) await pacer.pause();
  }
  return norms;
}

function wholeRows(name: string, matrix: Float32Array, dim: number): number {
  if (!(Number.isInteger(dim) && dim >= 1)) {
    throw new InputError(
      `dim is ${dim}, expected the number of columns of the embeddings, an integer from 1`,
    );
  }
  if (matrix.length === 0 || matrix.length % dim !== 0) {
    throw new InputError(
      `${name} hold ${matrix.length} numbers, expected a positive multiple of their dim ${dim}`,
    );
  }
  return matrix.length / dim;
}
