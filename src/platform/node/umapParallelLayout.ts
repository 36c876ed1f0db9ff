import { Worker } from "node:worker_threads";
import { KindredError } from "../../base/index.ts";
import { type Edges, greatest, type LayoutPlan } from "../../projection/index.ts";
import { type LayoutPart, shared } from "./umapProtocol.ts";

const workerUrl = new URL(
  import.meta.url.endsWith(".ts") ? "./umapLayoutWorker.ts" : "./umapLayoutWorker.js",
  import.meta.url,
);

/**
 * Runs a layout on several threads at once, which share the positions; which of two moves of a point comes first is up
 * to the processor, so that the map differs from run to run.
 *
 * @param plan its `positions` on shared memory
 * @throws KindredError when a thread fails; the others are stopped.
 */
export async function layoutInParallel(
  plan: LayoutPlan,
  seed: number,
  parts: number,
  onEpoch: (done: number) => void,
): Promise<void> {
  const barrier = new Int32Array(new SharedArrayBuffer(8));
  const { positions, curve, epochs, learningRate } = plan;
  const workers = partition(plan.edges, parts).map((edges, part) => {
    const own: LayoutPart = { positions, curve, epochs, learningRate, edges, seed, part, parts, barrier };
    return new Worker(workerUrl, { workerData: own, name: "umap-layout" });
  });
  workers[0]!.on("message", onEpoch);
  try {
    await Promise.all(workers.map(finished));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function finished(worker: Worker): Promise<void> {
  return new Promise((resolve, reject) => {
    worker.on("error", (error) =>
      reject(
        new KindredError(`a thread of the layout failed: ${error instanceof Error ? error.message : error}`),
      ),
    );
    worker.on("exit", (code) => {
      if (code === 0) resolve();
      else reject(new KindredError(`a thread of the layout ended with code ${code}`));
    });
  });
}

/** The edges in runs of about the same weight, that is of the same work, each with all edges of its heads. */
function partition({ heads, tails, weights }: Edges, parts: number): Edges[] {
  let total = 0;
  for (let edge = 0; edge < weights.length; edge++) total += weights[edge]!;
  const heaviest = greatest(weights);
  const ends: number[] = [];
  let sum = 0;
  for (let edge = 0; edge < weights.length; edge++) {
    const full = sum >= (total * (ends.length + 1)) / parts;
    if (full && ends.length < parts - 1 && heads[edge] !== heads[edge - 1]) ends.push(edge);
    sum += weights[edge]!;
  }
  while (ends.length < parts) ends.push(weights.length);
  return ends.map((end, part) => {
    const start = part === 0 ? 0 : ends[part - 1]!;
    return {
      // A view of unshared memory would be sent as a copy of the whole.
      heads: heads.slice(start, end),
      tails: tails.slice(start, end),
      weights: shared(weights.subarray(start, end)),
      heaviest,
    };
  });
}
