import { Worker } from "node:worker_threads";
import { KindredError } from "../../../base/index.ts";
import {
  Layout,
  type LayoutPlan,
  readPositions,
  roundsOfPlan,
  tasksPerRound,
} from "../../../projection/index.ts";
import { moduleBeside } from "../threads/thread.ts";
import { LayoutCrew, type SharedLayout } from "./umapCrew.ts";
import { shared } from "./umapProtocol.ts";

/**
 * Runs a layout on this thread, which it blocks, and on others beside it. The map is that of `Layout`, to the bit, for
 * any number of threads.
 *
 * @param threads how many, this one among them
 * @param onEpoch told of each epoch that all have finished
 * @throws KindredError when a thread fails; the others are stopped.
 */
export async function layoutOnThreads(
  plan: LayoutPlan,
  threads: number,
  onEpoch: (done: number) => void,
): Promise<void> {
  const { curve, epochs, learningRate } = plan;
  if (!plan.inRounds) {
    const layout = new Layout(plan);
    while (!layout.done) {
      layout.step();
      onEpoch(layout.epoch);
    }
    return;
  }
  const rounds = roundsOfPlan(plan);
  const layout: SharedLayout = {
    order: sharedWords(rounds.order),
    positions: shared(rounds.positions),
    before: shared(rounds.before),
    pushes: shared(rounds.pushes),
    heads: sharedWords(rounds.heads),
    tails: sharedWords(rounds.tails),
    pulls: shared(rounds.pulls),
    blocks: sharedWords(rounds.blocks),
    seed: rounds.seed,
    curve,
    epochs,
    learningRate,
    control: new Int32Array(new SharedArrayBuffer(16)),
  };
  const helpers: Worker[] = [];
  try {
    for (let i = 1; i < Math.min(threads, tasksPerRound); i++) {
      const url = moduleBeside(import.meta.url, "umapLayoutWorker");
      const helper = new Worker(url, { workerData: layout, name: "umap-layout" });
      // It tells of a failure by shared memory, which is where this thread waits.
      helper.on("error", () => undefined);
      helpers.push(helper);
    }
    if (!new LayoutCrew(layout).run(onEpoch)) throw new KindredError("a thread of the layout failed");
  } finally {
    await Promise.all(helpers.map((helper) => helper.terminate()));
  }
  readPositions(layout, plan.positions);
}

function sharedWords(values: Uint32Array): Uint32Array {
  const copy = new Uint32Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}
