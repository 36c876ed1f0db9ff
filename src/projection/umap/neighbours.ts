import { InputError } from "../../base/index.ts";

/** The k nearest of `references` points to each of `count` points, nearest first: what UMAP is computed from. */
export interface Neighbours {
  readonly count: number;
  readonly k: number;
  /** Which points, `[count, k]`. A fitted point is its own first neighbour, as in umap-learn. */
  readonly indices: Uint32Array;
  /** How far they are, in the metric of the space, `[count, k]`. */
  readonly distances: Float32Array;
}

/**
 * @param references how many points the indices may name
 * @throws InputError when there are fewer points than neighbours, the arrays do not fit, or a row holds NaN, a
 * distance below 0, one below its predecessor, or an index that is no point.
 */
export function checkNeighbours(neighbours: Neighbours, references: number): void {
  const { count, k, indices, distances } = neighbours;
  if (!(Number.isInteger(k) && k >= 2)) {
    throw new InputError(`nNeighbors is ${k}, expected an integer from 2, a point itself among them`);
  }
  if (references < k) {
    throw new InputError(
      `${references} points are fewer than nNeighbors ${k}: add points, or set nNeighbors to at most ${references}`,
    );
  }
  if (indices.length !== count * k || distances.length !== count * k) {
    throw new InputError(
      `the neighbours hold ${indices.length} indices and ${distances.length} distances, expected ${count} points x k ${k} = ${count * k}`,
    );
  }
  for (let row = 0; row < count; row++) {
    let last = 0;
    for (let at = row * k; at < (row + 1) * k; at++) {
      const distance = distances[at]!;
      if (!(distance >= last && distance < Number.POSITIVE_INFINITY)) {
        throw new InputError(
          `row ${row} of the neighbours holds distance ${distance} at rank ${at - row * k}, expected finite distances from 0 in ascending order`,
        );
      }
      last = distance;
      if (indices[at]! >= references) {
        throw new InputError(
          `row ${row} of the neighbours names point ${indices[at]}, expected 0 to ${references - 1}`,
        );
      }
    }
  }
}
