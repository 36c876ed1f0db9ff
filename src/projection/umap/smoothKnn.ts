import type { Neighbours } from "./neighbours.ts";

/** How near a row's sum of memberships comes to `log2(k)`; from umap-learn (`SMOOTH_K_TOLERANCE`). */
const TOLERANCE = 1e-5;
/** The least bandwidth as a part of the mean distance; from umap-learn (`MIN_K_DIST_SCALE`). */
const LEAST_SCALE = 1e-3;
const ITERATIONS = 64;

/** The local metric of each point. */
export interface SmoothDistances {
  /** Bandwidth, `[count]`. */
  readonly sigmas: Float32Array;
  /** Distance to the nearest other point, below which membership is 1, `[count]`. */
  readonly rhos: Float32Array;
}

/**
 * The bandwidth sigma of each point, by 64 steps of bisection: `sum_j exp(-max(0, d_j - rho) / sigma) = log2(k)`, the
 * sum over ranks 1 to k - 1.
 *
 * @param localConnectivity 1: rho is the least distance above 0. 0: rho is 0, as `transform` wants it, where a point is
 * not its own neighbour.
 * @see McInnes, Healy and Melville, "UMAP" (2018), algorithm 3, https://arxiv.org/abs/1802.03426
 */
export function smoothKnn(neighbours: Neighbours, localConnectivity: 0 | 1 = 1): SmoothDistances {
  const { count, k, distances } = neighbours;
  const sigmas = new Float32Array(count);
  const rhos = new Float32Array(count);
  const overall = mean(distances);
  for (let row = 0; row < count; row++) {
    const own = distances.subarray(row * k, (row + 1) * k);
    const rho = localConnectivity === 1 ? (own.find((distance) => distance > 0) ?? 0) : 0;
    rhos[row] = rho;
    // Points that all coincide would get a bandwidth of 0, and a membership that jumps from 1 to 0.
    const least = LEAST_SCALE * (rho > 0 ? mean(own) : overall);
    sigmas[row] = Math.max(bandwidth(own, rho, Math.log2(k)), least);
  }
  return { sigmas, rhos };
}

function bandwidth(distances: Float32Array, rho: number, target: number): number {
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  let sigma = 1;
  for (let step = 0; step < ITERATIONS; step++) {
    let sum = 0;
    for (let rank = 1; rank < distances.length; rank++) {
      const beyond = distances[rank]! - rho;
      sum += beyond > 0 ? Math.exp(-beyond / sigma) : 1;
    }
    if (Math.abs(sum - target) < TOLERANCE) break;
    if (sum > target) high = sigma;
    else low = sigma;
    sigma = high === Number.POSITIVE_INFINITY ? sigma * 2 : (low + high) / 2;
  }
  return sigma;
}

function mean(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return values.length === 0 ? 0 : sum / values.length;
}
