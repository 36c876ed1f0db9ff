import { frameOf } from "../map/frame.ts";
import type { Neighbour } from "./neighbourList.ts";

/** The most and the least that a map is magnified to show neighbours. */
const most = 10;
const least = 1.5;
/** Neighbours lie within this part of the view, from its middle to its edge. */
const part = 0.6;

/**
 * How many times nearer than the whole a plane is to be shown for a row's neighbours to fill the view, going by three
 * quarters of them: a few may lie on another island.
 *
 * @param plane `[count, 2]`
 */
export function nearness(plane: Float32Array, row: number, neighbours: readonly Neighbour[]): number {
  const { radius } = frameOf(plane, 2, plane.length / 2);
  const distances = neighbours
    .map(({ row: other }) =>
      Math.hypot(plane[2 * other]! - plane[2 * row]!, plane[2 * other + 1]! - plane[2 * row + 1]!),
    )
    .sort((a, b) => a - b);
  const reach = distances[Math.floor((distances.length - 1) * 0.75)] ?? 0;
  return Math.min(most, Math.max(least, reach > 0 ? (part * radius) / reach : most));
}
