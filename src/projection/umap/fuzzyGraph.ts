import { InputError } from "../../base/index.ts";
import type { Neighbours } from "./neighbours.ts";
import { type SmoothDistances, smoothKnn } from "./smoothKnn.ts";

/** A sparse matrix in compressed rows: the columns of row i are `columns[offsets[i]]` to `columns[offsets[i + 1] - 1]`. */
export interface SparseMatrix {
  readonly rows: number;
  /** `[rows + 1]`. */
  readonly offsets: Uint32Array;
  /** Ascending within each row, `[offsets[rows]]`. */
  readonly columns: Uint32Array;
  /** Above 0, `[offsets[rows]]`. */
  readonly weights: Float32Array;
}

/**
 * How strongly each point holds each of its neighbours: `exp(-max(0, d - rho) / sigma)`, `[count, k]`.
 *
 * @param leaveSelfOut whether a point that is its own neighbour gets 0
 */
export function memberships(
  neighbours: Neighbours,
  { sigmas, rhos }: SmoothDistances,
  leaveSelfOut: boolean,
): Float32Array {
  const { count, k, indices, distances } = neighbours;
  const strengths = new Float32Array(count * k);
  for (let row = 0; row < count; row++) {
    for (let at = row * k; at < (row + 1) * k; at++) {
      if (leaveSelfOut && indices[at] === row) continue;
      const beyond = distances[at]! - rhos[row]!;
      strengths[at] = beyond <= 0 || sigmas[row] === 0 ? 1 : Math.exp(-beyond / sigmas[row]!);
    }
  }
  return strengths;
}

/**
 * UMAP's symmetric graph: the fuzzy union `w_ij + w_ji - w_ij w_ji` of what points hold of each other.
 *
 * @throws InputError when a row names a point twice.
 * @see McInnes, Healy and Melville, "UMAP" (2018), section 3.1, https://arxiv.org/abs/1802.03426
 */
export function fuzzyGraph(neighbours: Neighbours): SparseMatrix {
  const { count, k, indices } = neighbours;
  const weights = memberships(neighbours, smoothKnn(neighbours), true);
  const offsets = Uint32Array.from({ length: count + 1 }, (_, row) => row * k);
  const holders = transpose({ rows: count, offsets, columns: indices, weights });
  // Transposing twice is a counting sort of the columns in each row.
  const held = transpose(holders);
  checkUnique(held);
  return union(held, holders);
}

/** The transpose, without zeros, its columns ascending whatever the order of the matrix's own. */
function transpose({ rows, offsets, columns, weights }: SparseMatrix): SparseMatrix {
  const starts = new Uint32Array(rows + 1);
  for (let at = 0; at < columns.length; at++) {
    if (weights[at]! > 0) starts[columns[at]! + 1]!++;
  }
  for (let row = 0; row < rows; row++) starts[row + 1]! += starts[row]!;
  const next = starts.slice();
  const total = starts[rows]!;
  const turned = { columns: new Uint32Array(total), weights: new Float32Array(total) };
  for (let row = 0; row < rows; row++) {
    for (let at = offsets[row]!; at < offsets[row + 1]!; at++) {
      if (!(weights[at]! > 0)) continue;
      const to = next[columns[at]!]!++;
      turned.columns[to] = row;
      turned.weights[to] = weights[at]!;
    }
  }
  return { rows, offsets: starts, ...turned };
}

function checkUnique({ rows, offsets, columns }: SparseMatrix): void {
  for (let row = 0; row < rows; row++) {
    for (let at = offsets[row]! + 1; at < offsets[row + 1]!; at++) {
      if (columns[at] === columns[at - 1]) {
        throw new InputError(
          `row ${row} of the neighbours names point ${columns[at]} twice, expected each point once`,
        );
      }
    }
  }
}

/** `a + b - a * b`, elementwise, of two matrices with ascending columns, by merging their rows. */
function union(a: SparseMatrix, b: SparseMatrix): SparseMatrix {
  const offsets = new Uint32Array(a.rows + 1);
  const columns = new Uint32Array(a.columns.length + b.columns.length);
  const weights = new Float32Array(columns.length);
  let to = 0;
  for (let row = 0; row < a.rows; row++) {
    let i = a.offsets[row]!;
    let j = b.offsets[row]!;
    const iEnd = a.offsets[row + 1]!;
    const jEnd = b.offsets[row + 1]!;
    while (i < iEnd || j < jEnd) {
      const inA = i < iEnd ? a.columns[i]! : a.rows;
      const inB = j < jEnd ? b.columns[j]! : a.rows;
      const x = inA <= inB ? a.weights[i++]! : 0;
      const y = inB <= inA ? b.weights[j++]! : 0;
      columns[to] = Math.min(inA, inB);
      weights[to++] = x + y - x * y;
    }
    offsets[row + 1] = to;
  }
  return { rows: a.rows, offsets, columns: columns.slice(0, to), weights: weights.slice(0, to) };
}
