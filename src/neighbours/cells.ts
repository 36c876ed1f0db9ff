import type { CentredRows, CentreScores } from "./centres.ts";

/** Rows by the cell of the centre that they are nearest to. */
export interface CellOrder {
  /** Which rows, by cell, and within one by the cell that is the second nearest, `[count]`. */
  readonly rows: Uint32Array;
  /** Where each cell's rows start, and the end, `[cells + 1]`. */
  readonly starts: Uint32Array;
}

/** What is known of where cells lie to each other; indices are `[cell of the query, cell of the references]`. */
export interface CellBounds {
  /** Distance of the centres, `[cells, cells]`. */
  readonly apart: Float64Array;
  /** By how much the references of a cell score higher with its centre than with another, at least, `[cells, cells]`. */
  readonly gaps: Float32Array;
}

/** Puts rows in order of their cells; `onRow` is told of each row's cell and scores. */
export async function orderByCell(
  scores: CentreScores,
  rows: CentredRows,
  onRow?: (cell: number, scores: Float32Array, from: number) => void,
): Promise<CellOrder> {
  const { cells } = scores;
  const count = rows.values.length / rows.columns;
  const keys = new Float64Array(count);
  const starts = new Uint32Array(cells + 1);
  await scores.visit(rows, (row, found, from) => {
    let [first, second] = [0, 0];
    let [most, next] = [found[from]!, Number.NEGATIVE_INFINITY];
    for (let cell = 1; cell < cells; cell++) {
      const score = found[from + cell]!;
      if (score <= next) continue;
      if (score > most) {
        [next, second] = [most, first];
        [most, first] = [score, cell];
      } else [next, second] = [score, cell];
    }
    starts[first + 1]!++;
    keys[row] = (first * cells + second) * count + row;
    onRow?.(first, found, from);
  });
  for (let cell = 0; cell < cells; cell++) starts[cell + 1]! += starts[cell]!;
  keys.sort();
  return { rows: Uint32Array.from(keys, (key) => key % count), starts };
}

/** The order of the references, and what it tells of their cells. */
export async function boundCells(
  scores: CentreScores,
  references: CentredRows,
  centres: Float32Array,
): Promise<{ order: CellOrder; bounds: CellBounds }> {
  const { cells } = scores;
  // By the references' cell first, as they are found.
  const least = new Float32Array(cells * cells).fill(Number.POSITIVE_INFINITY);
  const order = await orderByCell(scores, references, (cell, found, from) => {
    const own = found[from + cell]!;
    for (let other = 0, at = cell * cells; other < cells; other++, at++) {
      const gap = own - found[from + other]!;
      if (gap < least[at]!) least[at] = gap;
    }
  });
  const gaps = new Float32Array(cells * cells);
  for (let cell = 0; cell < cells; cell++) {
    for (let other = 0; other < cells; other++) gaps[other * cells + cell] = least[cell * cells + other]!;
  }
  return { order, bounds: { gaps, apart: distancesBetween(centres, references.columns, cells) } };
}

function distancesBetween(centres: Float32Array, columns: number, cells: number): Float64Array {
  const apart = new Float64Array(cells * cells);
  for (let a = 0; a < cells; a++) {
    for (let b = 0; b < a; b++) {
      let squares = 0;
      for (let i = 0; i < columns - 1; i++) {
        squares += (centres[a * columns + i]! - centres[b * columns + i]!) ** 2;
      }
      apart[a * cells + b] = apart[b * cells + a] = Math.sqrt(squares);
    }
  }
  return apart;
}

/**
 * Marks the cells that may hold a reference as near to a query as `reach`.
 *
 * Score differences are lengths along the line from one centre to the other: `s_i(q) - s_j(q)` is how far q lies on the
 * side of i of the plane halfway between them, times `|c_i - c_j|`, and all references of cell j lie on the other side,
 * further than the gap. So nothing in cell j is nearer to q than `(s_i(q) - s_j(q) + gap) / |c_i - c_j|`.
 *
 * @param own the query's cell i
 * @param scores of the query with all centres, from `from`
 * @param rounding what the four scores in the bound may be wrong by together
 */
export function markCells(
  { apart, gaps }: CellBounds,
  own: number,
  scores: Float32Array,
  from: number,
  reach: number,
  rounding: number,
  marked: Uint8Array,
): void {
  const cells = marked.length;
  const base = scores[from + own]! - rounding;
  for (let cell = 0, at = own * cells; cell < cells; cell++, at++) {
    if (base - scores[from + cell]! + gaps[at]! <= reach * apart[at]!) marked[cell] = 1;
  }
}
