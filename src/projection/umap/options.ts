import { InputError } from "../../base/index.ts";

/** How near neighbours are measured, in the space that is projected. */
export type UmapMetric = "euclidean" | "cosine";

/** What a map is made by; defaults are umap-learn's. */
export interface UmapOptions {
  /** Points in a neighbourhood, the point itself among them; default 15, or all points where there are fewer. More show more of the whole, less of the detail. */
  readonly nNeighbors?: number | undefined;
  /** How near points may lie in the map; default 0.1. */
  readonly minDist?: number | undefined;
  /** The scale of the map, at least `minDist`; default 1. */
  readonly spread?: number | undefined;
  /** Rounds of the layout; default 500 up to 10,000 points, else 200. */
  readonly nEpochs?: number | undefined;
  /** Default 0. */
  readonly seed?: number | undefined;
  /** Default euclidean. */
  readonly metric?: UmapMetric | undefined;
}

/** The options with every default filled in. */
export interface UmapSettings {
  readonly nNeighbors: number;
  readonly minDist: number;
  readonly spread: number;
  readonly nEpochs: number;
  readonly seed: number;
  readonly metric: UmapMetric;
}

/** Neighbours by default, where there are as many points. */
const USUAL_NEIGHBOURS = 15;

/** Up to so many points, a layout runs longer by default. */
const FEW_POINTS = 10_000;

/**
 * The settings for `count` points.
 *
 * @throws InputError when an option is out of range, or there are fewer points than the neighbours that were asked for.
 */
export function umapSettings(count: number, options: UmapOptions = {}): UmapSettings {
  const { nNeighbors = Math.max(2, Math.min(USUAL_NEIGHBOURS, count)) } = options;
  const { minDist = 0.1, spread = 1, seed = 0, metric = "euclidean" } = options;
  const { nEpochs = count <= FEW_POINTS ? 500 : 200 } = options;
  if (!(Number.isInteger(nNeighbors) && nNeighbors >= 2)) {
    throw new InputError(`nNeighbors is ${nNeighbors}, expected an integer from 2`);
  }
  if (count < nNeighbors) {
    throw new InputError(
      `${count} points are fewer than nNeighbors ${nNeighbors}: add points, or set nNeighbors to at most ${count}`,
    );
  }
  if (!(spread > 0 && spread < Number.POSITIVE_INFINITY)) {
    throw new InputError(`spread is ${spread}, expected a number above 0`);
  }
  if (!(minDist >= 0 && minDist <= spread)) {
    throw new InputError(`minDist is ${minDist}, expected a number from 0 to spread ${spread}`);
  }
  if (!(Number.isInteger(nEpochs) && nEpochs >= 1)) {
    throw new InputError(`nEpochs is ${nEpochs}, expected an integer from 1`);
  }
  if (!(Number.isSafeInteger(seed) && seed >= 0)) {
    throw new InputError(`seed is ${seed}, expected an integer from 0 to 2^53 - 1`);
  }
  if (metric !== "euclidean" && metric !== "cosine") {
    throw new InputError(`metric is "${metric}", expected "euclidean" or "cosine"`);
  }
  return { nNeighbors, minDist, spread, nEpochs, seed, metric };
}
