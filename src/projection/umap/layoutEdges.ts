import { KindredError } from "../../base/index.ts";

/** The edges along which points are pulled together. */
export interface Edges {
  /** The point that moves, ascending, `[edges]`. */
  readonly heads: Uint32Array;
  /** What it is pulled to, `[edges]`. */
  readonly tails: Uint32Array;
  /** `[edges]`. */
  readonly weights: Float32Array;
}

/** Edges with when they are due. */
export interface ScheduledEdges {
  readonly heads: Uint32Array;
  readonly tails: Uint32Array;
  /** Epochs from one pull of an edge to the next, from 1, `[edges]`. */
  readonly interval: Float32Array;
  /** The epoch of each edge's next pull, `[edges]`. */
  readonly nextPull: Float32Array;
}

/** The heaviest edge is pulled in each epoch, others in proportion; those due less than once in the layout are left out. */
export function scheduleEdges({ heads, tails, weights }: Edges, epochs: number): ScheduledEdges {
  if (!(Number.isInteger(epochs) && epochs >= 0)) {
    throw new KindredError(`a layout of ${epochs} epochs cannot be run, expected an integer from 0`);
  }
  let heaviest = 0;
  for (let edge = 0; edge < weights.length; edge++) heaviest = Math.max(heaviest, weights[edge]!);
  const least = heaviest / epochs;
  const kept = new Uint32Array(weights.length);
  let count = 0;
  for (let edge = 0; edge < weights.length; edge++) {
    if (weights[edge]! > 0 && weights[edge]! >= least) kept[count++] = edge;
  }
  const scheduled = kept.subarray(0, count);
  const interval = new Float32Array(count).map((_, at) => heaviest / weights[scheduled[at]!]!);
  return {
    heads: scheduled.map((edge) => heads[edge]!),
    tails: scheduled.map((edge) => tails[edge]!),
    interval,
    nextPull: interval.slice(),
  };
}
