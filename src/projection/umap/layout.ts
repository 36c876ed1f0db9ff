import type { Rng } from "../../base/index.ts";
import type { Curve } from "./curve.ts";
import { type Edges, scheduleEdges } from "./layoutEdges.ts";
import { type LiveLayout, liveLayout, runEpoch } from "./layoutEpoch.ts";
import { epochRate, type LayoutField, layoutField } from "./layoutField.ts";
import {
  endRound,
  type RoundLayout,
  readPositions,
  roundLayout,
  roundsPerEpoch,
  runRoundTask,
  tasksPerRound,
} from "./layoutRounds.ts";

/** What a layout is made of. */
export interface LayoutPlan {
  /** Where the points start, `[count, 2]`; moved in place. */
  readonly positions: Float32Array;
  /** The points that tails and negative samples are of, `[anchors, 2]`, which stay; default the moving points themselves. */
  readonly fixed?: Float32Array | undefined;
  /** Where points pull each other, each edge both ways round. */
  readonly edges: Edges;
  readonly curve: Curve;
  readonly epochs: number;
  /** The first epoch's, from which it falls linearly to 0. */
  readonly learningRate: number;
  /** Whether pushes are summed up apart from pulls, so that threads can share the work; default false. Not with `fixed`. */
  readonly inRounds?: boolean | undefined;
  readonly rng: Rng;
}

/** A plan in rounds, to be run elsewhere: it has its own positions, which `readPositions` brings back. */
export function roundsOfPlan({ positions, edges, epochs, rng }: LayoutPlan): RoundLayout {
  return roundLayout(scheduleEdges(edges, epochs), positions, rng);
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
  readonly #field: LayoutField;
  readonly #live: LiveLayout | undefined;
  readonly #rounds: RoundLayout | undefined;
  #epoch = 0;

  constructor(plan: LayoutPlan) {
    const { positions, fixed, edges, curve, epochs, learningRate, inRounds = false, rng } = plan;
    this.positions = positions;
    this.epochs = epochs;
    this.#learningRate = learningRate;
    this.#field = layoutField(curve);
    if (inRounds && !fixed) this.#rounds = roundsOfPlan(plan);
    else this.#live = liveLayout(scheduleEdges(edges, epochs), positions, fixed ?? positions, rng);
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
      const rate = epochRate(this.#learningRate, this.#epoch, this.epochs);
      if (this.#live) runEpoch(this.#live, this.#field, this.#epoch, rate);
      if (this.#rounds) this.#runRounds(this.#rounds, rate);
    }
    if (this.#rounds) readPositions(this.#rounds, this.positions);
  }

  #runRounds(layout: RoundLayout, rate: number): void {
    const first = this.#epoch * roundsPerEpoch;
    for (let round = first; round < first + roundsPerEpoch; round++) {
      for (let task = 0; task < tasksPerRound; task++) runRoundTask(layout, this.#field, round, task, rate);
      endRound(layout, round);
    }
  }
}
