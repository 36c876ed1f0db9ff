import { KindredError, type Rng } from "../../base/index.ts";
import type { Curve } from "./curve.ts";
import {
  fractionBits,
  type GradientTables,
  gradientTables,
  largestBits,
  leastBits,
} from "./gradientTable.ts";

/** Negative samples for each positive one; from the paper and umap-learn. */
const NEGATIVE_SAMPLE_RATE = 5;

/** The edges along which points are pulled together. */
export interface Edges {
  /** The point that moves, ascending for speed, `[edges]`. */
  readonly heads: Uint32Array;
  /** What it is pulled to, `[edges]`. */
  readonly tails: Uint32Array;
  /** `[edges]`. */
  readonly weights: Float32Array;
  /** The weight of an edge that is pulled in every epoch; default the greatest here. Give it where these are a part of the edges. */
  readonly heaviest?: number | undefined;
}

/** What a layout is made of. */
export interface LayoutPlan {
  /** Where the points start, `[count, 2]`; moved in place. */
  readonly positions: Float32Array;
  /** The points that tails and negative samples are of, `[anchors, 2]`, which stay; default the moving points themselves. */
  readonly fixed?: Float32Array | undefined;
  readonly edges: Edges;
  readonly curve: Curve;
  readonly epochs: number;
  /** The first epoch's, from which it falls linearly to 0. */
  readonly learningRate: number;
  readonly rng: Rng;
}

/**
 * Stochastic gradient descent on the map: each epoch pulls the points of an edge together as often as its weight says,
 * and after each pull pushes the point away from 5 drawn at random.
 *
 * Runs in slices: call `step` until `epoch` is `epochs`. The same plan and seed give the same map, however it is sliced.
 *
 * @see McInnes, Healy and Melville, "UMAP" (2018), algorithm 5, https://arxiv.org/abs/1802.03426
 * @see `optimize_layout_euclidean` of umap-learn for the schedule
 */
export class Layout {
  readonly positions: Float32Array;
  readonly epochs: number;
  readonly #learningRate: number;
  readonly #state: SamplingState;
  #epoch = 0;

  constructor(plan: LayoutPlan) {
    const { positions, fixed, edges, curve, epochs, learningRate, rng } = plan;
    if (!(Number.isInteger(epochs) && epochs >= 0)) {
      throw new KindredError(`a layout of ${epochs} epochs cannot be run, expected an integer from 0`);
    }
    this.positions = positions;
    this.epochs = epochs;
    this.#learningRate = learningRate;
    const scheduled = schedule(edges, epochs);
    this.#state = {
      ...scheduled,
      positions,
      others: fixed ?? positions,
      moveOthers: fixed === undefined,
      tables: gradientTables(curve),
      nextPull: scheduled.interval.slice(),
      nextPush: scheduled.interval.map((interval) => interval / NEGATIVE_SAMPLE_RATE),
      // The low bit keeps xorshift from a state of zeros, which it would never leave.
      random: Int32Array.of(rng.uint32(), rng.uint32(), rng.uint32(), rng.uint32() | 1),
    };
  }

  /** Epochs done, 0 to `epochs`. */
  get epoch(): number {
    return this.#epoch;
  }

  get done(): boolean {
    return this.#epoch >= this.epochs;
  }

  /** Runs up to `count` more epochs. */
  step(count = 1): void {
    const end = Math.min(this.epochs, this.#epoch + count);
    for (; this.#epoch < end; this.#epoch++) {
      // umap-learn lowers the rate after an epoch by that epoch's number, so that the first two run at the full rate.
      const rate = this.#learningRate * (1 - Math.max(0, this.#epoch - 1) / this.epochs);
      runEpoch(this.#state, this.#epoch, rate);
    }
  }
}

interface Schedule {
  readonly heads: Uint32Array;
  readonly tails: Uint32Array;
  /** Epochs from one pull of an edge to the next, from 1, `[edges]`. */
  readonly interval: Float32Array;
}

interface SamplingState extends Schedule {
  readonly positions: Float32Array;
  readonly others: Float32Array;
  readonly moveOthers: boolean;
  readonly tables: GradientTables;
  /** The epoch of each edge's next pull, and of its next push. */
  readonly nextPull: Float32Array;
  readonly nextPush: Float32Array;
  /** xorshift128, `[4]`. */
  readonly random: Int32Array;
}

/** The heaviest edge is pulled in each epoch, others in proportion; those due less than once in the layout are left out. */
function schedule(edges: Edges, epochs: number): Schedule {
  const { heads, tails, weights } = edges;
  const heaviest = edges.heaviest ?? greatest(weights);
  const least = heaviest / epochs;
  const kept = new Uint32Array(weights.length);
  let count = 0;
  for (let edge = 0; edge < weights.length; edge++) {
    if (weights[edge]! > 0 && weights[edge]! >= least) kept[count++] = edge;
  }
  const scheduled = kept.subarray(0, count);
  return {
    heads: scheduled.map((edge) => heads[edge]!),
    tails: scheduled.map((edge) => tails[edge]!),
    interval: new Float32Array(count).map((_, at) => heaviest / weights[scheduled[at]!]!),
  };
}

/** The greatest of weights, 0 where there are none. */
export function greatest(weights: Float32Array): number {
  let most = 0;
  for (let i = 0; i < weights.length; i++) most = Math.max(most, weights[i]!);
  return most;
}

/**
 * One epoch. All in one function on typed arrays, with its generator's state in local variables, because calls and
 * fields in the inner loop would be most of the time.
 */
function runEpoch(state: SamplingState, epoch: number, rate: number): void {
  const { heads, tails, interval, positions, others, moveOthers, nextPull, nextPush, random } = state;
  const { pull, push } = state.tables;
  const float = new Float32Array(1);
  const bits = new Int32Array(float.buffer);
  const fraction = 1 / (1 << fractionBits);
  const mask = (1 << fractionBits) - 1;
  const candidates = others.length / 2 / 2 ** 32;
  let s0 = random[0]! | 0;
  let s1 = random[1]! | 0;
  let s2 = random[2]! | 0;
  let s3 = random[3]! | 0;
  for (let edge = 0; edge < interval.length; edge++) {
    if (nextPull[edge]! > epoch) continue;
    const every = interval[edge]!;
    nextPull[edge] = nextPull[edge]! + every;
    const head = heads[edge]! * 2;
    const tail = tails[edge]! * 2;
    let x = positions[head]!;
    let y = positions[head + 1]!;
    let dx = x - others[tail]!;
    let dy = y - others[tail + 1]!;
    float[0] = dx * dx + dy * dy;
    let offset = Math.min(Math.max(bits[0]!, leastBits), largestBits) - leastBits;
    let at = offset >> fractionBits;
    let low = pull[at]!;
    let strength = low + (pull[at + 1]! - low) * ((offset & mask) * fraction);
    // Each coordinate's gradient is clipped to 4, as in umap-learn, so that no point is thrown out of the map.
    let gx = Math.min(Math.max(strength * dx, -4), 4) * rate;
    let gy = Math.min(Math.max(strength * dy, -4), 4) * rate;
    x += gx;
    y += gy;
    if (moveOthers) {
      others[tail] = others[tail]! - gx;
      others[tail + 1] = others[tail + 1]! - gy;
    }
    const pushEvery = every / NEGATIVE_SAMPLE_RATE;
    const pushes = ((epoch - nextPush[edge]!) / pushEvery) | 0;
    for (let sample = 0; sample < pushes; sample++) {
      const mixed = s0 ^ (s0 << 11);
      s0 = s1;
      s1 = s2;
      s2 = s3;
      s3 = s3 ^ (s3 >>> 19) ^ mixed ^ (mixed >>> 8);
      const other = (((s3 >>> 0) * candidates) | 0) * 2;
      // Of the point itself, and of one at the very same place, the difference is 0, and so is the push.
      dx = x - others[other]!;
      dy = y - others[other + 1]!;
      if (moveOthers && other === head) continue;
      float[0] = dx * dx + dy * dy;
      offset = Math.min(Math.max(bits[0]!, leastBits), largestBits) - leastBits;
      at = offset >> fractionBits;
      low = push[at]!;
      strength = low + (push[at + 1]! - low) * ((offset & mask) * fraction);
      gx = Math.min(Math.max(strength * dx, -4), 4) * rate;
      gy = Math.min(Math.max(strength * dy, -4), 4) * rate;
      x += gx;
      y += gy;
    }
    nextPush[edge] = nextPush[edge]! + pushes * pushEvery;
    positions[head] = x;
    positions[head + 1] = y;
  }
  random[0] = s0;
  random[1] = s1;
  random[2] = s2;
  random[3] = s3;
}
