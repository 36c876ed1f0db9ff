import { parentPort, workerData } from "node:worker_threads";
import { Rng } from "../../base/index.ts";
import { Layout } from "../../projection/index.ts";
import type { LayoutPart } from "./umapProtocol.ts";

/**
 * A thread that lays out its part of the edges on positions that others move at the same time, without locks: the few
 * moves that are lost to another thread's matter no more than the noise of the sampling.
 *
 * @see Niu et al., "Hogwild!: A Lock-Free Approach to Parallelizing Stochastic Gradient Descent" (2011),
 * https://arxiv.org/abs/1106.5730
 */
const { seed, part, parts, barrier, ...plan } = workerData as LayoutPart;
const layout = new Layout({ ...plan, rng: Rng.of(seed, "umap", "layout", part) });
while (!layout.done) {
  layout.step();
  awaitOthers(layout.epoch);
  if (part === 0) parentPort!.postMessage(layout.epoch);
}

/** All threads finish an epoch before the next, or one could run at a learning rate that the others have left behind. */
function awaitOthers(epoch: number): void {
  if (Atomics.add(barrier, 0, 1) === parts - 1) {
    Atomics.store(barrier, 0, 0);
    Atomics.store(barrier, 1, epoch);
    Atomics.notify(barrier, 1);
  }
  for (let reached = Atomics.load(barrier, 1); reached < epoch; reached = Atomics.load(barrier, 1)) {
    Atomics.wait(barrier, 1, reached);
  }
}
