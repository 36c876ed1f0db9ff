import type { TensorData } from "../base/index.ts";
import type { CellOrder } from "./cells.ts";
import type { CentredRows } from "./centres.ts";
import { groupSize, noReference } from "./exactGraph.ts";

/** Groups of a tile: what a search takes or leaves. */
export const groupsPerTile = 4;
export const tileSize = groupSize * groupsPerTile;
/** The score of a place that no reference fills: below that of any in the unit ball. */
const emptyScore = -1e30;

/** References by cell, each cell on tiles of its own; the last tile is empty. */
export interface Tiles {
  /** Which reference is in each place, or `noReference`, `[tiles, tileSize]`. */
  readonly ids: Uint32Array;
  /** The first tile of each cell, and the end, `[cells + 1]`. */
  readonly starts: Uint32Array;
  /** How many, the empty one not counted, which has this number. */
  readonly count: number;
}

export function tilesOf(order: CellOrder): Tiles {
  const cells = order.starts.length - 1;
  const starts = new Uint32Array(cells + 1);
  for (let cell = 0; cell < cells; cell++) {
    starts[cell + 1] = starts[cell]! + Math.ceil((order.starts[cell + 1]! - order.starts[cell]!) / tileSize);
  }
  const count = starts[cells]!;
  const ids = new Uint32Array((count + 1) * tileSize).fill(noReference);
  for (let cell = 0; cell < cells; cell++) {
    ids.set(order.rows.subarray(order.starts[cell]!, order.starts[cell + 1]!), starts[cell]! * tileSize);
  }
  return { ids, starts, count };
}

/** The rows of the tiles, `[tiles + 1, tileSize * columns]`. */
export function tileRows({ ids, count }: Tiles, { values, columns }: CentredRows): TensorData {
  const data = new Float32Array(ids.length * columns);
  for (let place = 0; place < ids.length; place++) {
    const id = ids[place]!;
    if (id === noReference) data[(place + 1) * columns - 1] = emptyScore;
    else data.set(values.subarray(id * columns, (id + 1) * columns), place * columns);
  }
  return { dtype: "float32", shape: [count + 1, tileSize * columns], data };
}
