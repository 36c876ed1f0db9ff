import { Rng } from "../../../base/index.ts";

/** Clusters of points, drawn from a seed. */
export interface ClusterPlan {
  readonly seed: number;
  readonly count: number;
  readonly dim: number;
  readonly classes: number;
  /** Standard deviation of the centres; that of the points about theirs is 1. */
  readonly apart: number;
}

/** Point i is of class `i % classes`; coordinates have three decimals, so that they are written exactly. */
export function clusters(plan: ClusterPlan): { points: Float32Array; labels: Uint32Array } {
  const { seed, count, dim, classes, apart } = plan;
  const rng = Rng.of(seed);
  const centres = Float64Array.from({ length: classes * dim }, () => apart * rng.normal());
  const labels = Uint32Array.from({ length: count }, (_, i) => i % classes);
  const points = Float32Array.from({ length: count * dim }, (_, i) => {
    const centre = centres[labels[Math.floor(i / dim)]! * dim + (i % dim)]!;
    return Math.round((centre + rng.normal()) * 1000) / 1000;
  });
  return { points, labels };
}
