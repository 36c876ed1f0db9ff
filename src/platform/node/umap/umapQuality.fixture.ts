import { expect } from "vitest";
import golden from "../../../../test/golden/umapClusters.json" with { type: "json" };
import { trustworthiness } from "../../../projection/index.ts";
import { type FitUmapOptions, fitUmap } from "./umap.ts";
import { clusters } from "./umapClusters.fixture.ts";

const { dim, count } = golden.clusters;

/** The part of points whose nearest other point of the map is of their class. */
function accuracy(placed: Float32Array, own: Uint32Array, map: Float32Array, labels: Uint32Array): number {
  let hits = 0;
  for (let i = 0; i < own.length; i++) {
    let nearest = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let j = 0; j < labels.length; j++) {
      const distance = (placed[i * 2]! - map[j * 2]!) ** 2 + (placed[i * 2 + 1]! - map[j * 2 + 1]!) ** 2;
      if ((placed !== map || j !== i) && distance < least) [nearest, least] = [j, distance];
    }
    if (labels[nearest] === own[i]) hits++;
  }
  return hits / own.length;
}

/** Expects maps of the golden points, and places of new points in them, to be as good as umap-learn's by its options. */
export async function mapsAsGoodAs(theirs: typeof golden.euclidean, options: FitUmapOptions): Promise<void> {
  const { points, labels } = clusters(golden.clusters);
  const more = clusters({ ...golden.clusters, count: count + 1000 });
  const fresh = { points: more.points.subarray(count * dim), labels: more.labels.subarray(count) };
  const sums = { trustworthiness: 0, accuracy: 0, placedAccuracy: 0 };
  // A thousand points differ by a hundredth from seed to seed, so of both sides the mean of three is compared.
  for (const seed of [0, 1, 2]) {
    const map = await fitUmap(points, dim, { ...options, seed });
    const { positions } = map;
    const before = positions.slice();
    const placed = await map.transform(fresh.points);
    expect(positions).toEqual(before);
    sums.trustworthiness += trustworthiness(points, dim, positions, { k: golden.k });
    sums.accuracy += accuracy(positions, labels, positions, labels);
    sums.placedAccuracy += accuracy(placed, fresh.labels, positions, labels);
  }
  expect(sums.trustworthiness / 3).toBeGreaterThanOrEqual(theirs.trustworthiness - 0.005);
  expect(sums.accuracy / 3).toBeGreaterThanOrEqual(theirs.accuracy - 0.01);
  expect(sums.placedAccuracy / 3).toBeGreaterThanOrEqual(theirs.placedAccuracy - 0.01);
}
