import { InputError, Rng } from "../../base/index.ts";
import { fitCurve } from "./curve.ts";
import { fuzzyGraph, memberships, type SparseMatrix } from "./fuzzyGraph.ts";
import { initialise } from "./initialise.ts";
import { Layout, type LayoutPlan } from "./layout.ts";
import { checkNeighbours, type Neighbours } from "./neighbours.ts";
import { type UmapOptions, type UmapSettings, umapSettings } from "./options.ts";
import { smoothKnn } from "./smoothKnn.ts";

/** Below so many points, an epoch is too short for threads to share. */
const fewPoints = 4096;

/**
 * The layout of `count` points in the plane from their nearest neighbours; run it by its `step` until it is `done`.
 *
 * @param neighbours `[count, nNeighbors]` in `options.metric`, each point its own first neighbour
 * @param start coordinates to start from, `[count, 2]`: the first two principal components keep the whole in order
 * @throws InputError when there are fewer points than neighbours, the arrays do not fit or hold NaN (the row is
 * named), or an option is out of range.
 * @see McInnes, Healy and Melville, "UMAP" (2018), https://arxiv.org/abs/1802.03426
 */
export function umapLayout(neighbours: Neighbours, start: Float32Array, options: UmapOptions = {}): Layout {
  return new Layout(umapPlan(neighbours, start, options));
}

/**
 * What `umapLayout` runs: for those who lay it out elsewhere, in other threads say.
 *
 * @throws InputError as `umapLayout` does.
 */
export function umapPlan(neighbours: Neighbours, start: Float32Array, options: UmapOptions = {}): LayoutPlan {
  const settings = umapSettings(neighbours.count, options);
  checkFit(neighbours, neighbours.count, settings);
  const graph = fuzzyGraph(neighbours);
  return {
    positions: initialise(start, neighbours.count, Rng.of(settings.seed, "umap", "start")),
    edges: { heads: headsOf(graph), tails: graph.columns, weights: graph.weights },
    curve: fitCurve(settings.minDist, settings.spread),
    epochs: settings.nEpochs,
    learningRate: 1,
    inRounds: neighbours.count >= fewPoints,
    rng: Rng.of(settings.seed, "umap", "layout"),
  };
}

/**
 * The layout of new points in a finished map, whose own points stay: each new one starts at the mean of its neighbours,
 * weighted by membership, and is then laid out for a third of the epochs (default 100 up to 10,000 new points, else 30)
 * at a quarter of the learning rate, as in umap-learn.
 *
 * @param map the finished map, `[fitted, 2]`
 * @param neighbours the nearest fitted points of each new one, `[count, nNeighbors]`
 * @param options those that the map was made by
 * @throws InputError as `umapLayout` does.
 */
export function umapTransform(map: Float32Array, neighbours: Neighbours, options: UmapOptions = {}): Layout {
  const fitted = map.length / 2;
  const settings = umapSettings(fitted, options);
  checkFit(neighbours, fitted, settings);
  const { count, k, indices } = neighbours;
  const weights = memberships(neighbours, smoothKnn(neighbours, 0), false);
  const few = count <= 10_000;
  return new Layout({
    positions: weightedMeans(map, neighbours, weights),
    fixed: map,
    edges: {
      heads: Uint32Array.from({ length: count * k }, (_, at) => Math.floor(at / k)),
      tails: indices,
      weights,
    },
    curve: fitCurve(settings.minDist, settings.spread),
    epochs: options.nEpochs === undefined ? (few ? 100 : 30) : Math.floor(settings.nEpochs / 3),
    learningRate: 0.25,
    rng: Rng.of(settings.seed, "umap", "transform"),
  });
}

function checkFit(neighbours: Neighbours, references: number, { nNeighbors }: UmapSettings): void {
  if (neighbours.k !== nNeighbors) {
    throw new InputError(
      `the neighbours are ${neighbours.k} of each point, expected nNeighbors ${nNeighbors}`,
    );
  }
  checkNeighbours(neighbours, references);
}

/** The row of each entry. */
function headsOf({ rows, offsets }: SparseMatrix): Uint32Array {
  const heads = new Uint32Array(offsets[rows]!);
  for (let row = 0; row < rows; row++) heads.fill(row, offsets[row]!, offsets[row + 1]!);
  return heads;
}

function weightedMeans(
  map: Float32Array,
  { count, k, indices }: Neighbours,
  weights: Float32Array,
): Float32Array {
  const means = new Float32Array(count * 2);
  for (let row = 0; row < count; row++) {
    let [x, y, total] = [0, 0, 0];
    for (let at = row * k; at < (row + 1) * k; at++) {
      const weight = weights[at]!;
      x += weight * map[indices[at]! * 2]!;
      y += weight * map[indices[at]! * 2 + 1]!;
      total += weight;
    }
    means[row * 2] = x / total;
    means[row * 2 + 1] = y / total;
  }
  return means;
}
