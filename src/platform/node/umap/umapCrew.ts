import {
  endRound,
  epochRate,
  type LayoutPlan,
  layoutField,
  type RoundLayout,
  roundsPerEpoch,
  runRoundTask,
  tasksPerRound,
} from "../../../projection/index.ts";

/** A layout that several threads run; all arrays are on shared memory. */
export interface SharedLayout extends RoundLayout, Pick<LayoutPlan, "curve" | "epochs" | "learningRate"> {
  /** See {@link slots}; zeros at first. */
  readonly control: Int32Array;
}

/**
 * The next task to be taken by a thread, counted through all rounds; the tasks of this round that are finished; the
 * rounds finished by all, which threads wait on; and whether a thread failed.
 */
const slots = { next: 0, finished: 1, round: 2, failed: 3 } as const;

/**
 * One thread's share of a layout. Tasks are taken by whoever is free, which changes nothing but the time: what a task
 * does depends on no other's work in the same round. A thread that starts late joins in when it can.
 */
export class LayoutCrew {
  readonly #layout: SharedLayout;

  constructor(layout: SharedLayout) {
    this.#layout = layout;
  }

  /** Works until the last epoch is done, and says whether it is: not where a thread failed. */
  run(onEpoch?: (done: number) => void): boolean {
    const { curve, epochs, learningRate, control } = this.#layout;
    const field = layoutField(curve);
    const rounds = epochs * roundsPerEpoch;
    for (let round = Atomics.load(control, slots.round); round < rounds; ) {
      const rate = epochRate(learningRate, Math.floor(round / roundsPerEpoch), epochs);
      for (let task = this.#take(round); task !== undefined; task = this.#take(round)) {
        runRoundTask(this.#layout, field, round, task, rate);
        if (Atomics.add(control, slots.finished, 1) === tasksPerRound - 1) this.#endRound(round);
      }
      Atomics.wait(control, slots.round, round);
      if (Atomics.load(control, slots.failed) === 1) return false;
      round = Atomics.load(control, slots.round);
      if (round % roundsPerEpoch === 0) onEpoch?.(round / roundsPerEpoch);
    }
    return true;
  }

  /** Ends the waiting of the others, which would have no end where a task is left unfinished. */
  fail(): void {
    const { control } = this.#layout;
    Atomics.store(control, slots.failed, 1);
    Atomics.add(control, slots.round, 1);
    Atomics.notify(control, slots.round);
  }

  /** A task of this round that nobody has taken. */
  #take(round: number): number | undefined {
    const { control } = this.#layout;
    const first = round * tasksPerRound;
    for (;;) {
      const next = Atomics.load(control, slots.next);
      if (next >= first + tasksPerRound) return undefined;
      if (Atomics.compareExchange(control, slots.next, next, next + 1) === next) return next - first;
    }
  }

  #endRound(round: number): void {
    const { control } = this.#layout;
    endRound(this.#layout, round);
    Atomics.store(control, slots.finished, 0);
    Atomics.store(control, slots.round, round + 1);
    Atomics.notify(control, slots.round);
  }
}
