import { AbortedError } from "../../../base/index.ts";
import type { RuntimeNeighbours } from "../../../neighbours/index.ts";
import {
  fitPca,
  type Neighbours,
  transformPca,
  umapPlan,
  umapSettings,
  umapTransform,
} from "../../../projection/index.ts";
import { serveThread } from "../threads/serveThread.ts";
import { nodeNeighbours } from "./neighbours.ts";
import {
  controlSlots,
  type FitTask,
  type FittedSpace,
  shared,
  type TransformTask,
  type UmapProgress,
  type UmapTask,
} from "./umapProtocol.ts";
import { layoutOnThreads } from "./umapThreads.ts";

/** The thread in which a map is made; it is ended from outside, also in the middle of its work, unless that is ONNX Runtime's. */

/** Progress is told at most once in so many milliseconds, and at the end of each stage. */
const PROGRESS_MS = 50;

/** What every part of a task is given besides. */
interface Run {
  readonly progress: (stage: UmapProgress["stage"], done: number, total: number) => void;
  readonly signal: AbortSignal;
}

async function fitMap(task: FitTask, run: Run): Promise<FittedSpace> {
  const { options, positions, threads } = task;
  const { progress } = run;
  const count = positions.length / 2;
  const settings = umapSettings(count, options);
  const space = await fittedSpace(task, count);
  const start = await firstComponents(space, count);
  const others = await neighboursOf(
    task,
    run,
    space.vectors,
    space,
    settings.nNeighbors - 1,
    settings.metric,
    true,
  );
  const neighbours = withSelf(others);
  progress("graph", 0, 1);
  const plan = umapPlan(neighbours, start, options);
  progress("graph", 1, 1);
  await layoutOnThreads(plan, threads, (done) => progress("layout", done, plan.epochs));
  positions.set(plan.positions);
  return space;
}

async function transformVectors(task: TransformTask, run: Run): Promise<undefined> {
  const { fitted, map, options, positions, vectors } = task;
  const { progress } = run;
  const count = positions.length / 2;
  const { nNeighbors, metric } = umapSettings(map.length / 2, options);
  const queries = fitted.pca ? await transformPca(fitted.pca, vectors, count) : vectors;
  const neighbours = await neighboursOf(task, run, queries, fitted, nNeighbors, metric, false);
  progress("graph", 0, 1);
  const layout = umapTransform(map, neighbours, options);
  progress("graph", 1, 1);
  while (!layout.done) {
    layout.step();
    progress("layout", layout.epoch, layout.epochs);
  }
  positions.set(layout.positions);
}

async function fittedSpace({ vectors, dim, pcaDims }: FitTask, count: number): Promise<FittedSpace> {
  if (pcaDims === undefined) return { vectors, dim, pca: undefined };
  const pca = await fitPca(vectors, count, dim, pcaDims);
  return { vectors: shared(await transformPca(pca, vectors, count)), dim: pcaDims, pca };
}

/** The first two principal components, the second 0 where the space is a line. */
async function firstComponents({ vectors, dim }: FittedSpace, count: number): Promise<Float32Array> {
  if (dim === 1) return Float32Array.from({ length: count * 2 }, (_, i) => (i % 2 ? 0 : vectors[i / 2]!));
  return transformPca(await fitPca(vectors, count, dim, 2), vectors, count);
}

async function neighboursOf(
  task: UmapTask,
  { progress, signal }: Run,
  queries: Float32Array,
  { vectors, dim }: FittedSpace,
  k: number,
  metric: "euclidean" | "cosine",
  leaveSelfOut: boolean,
): Promise<Neighbours> {
  Atomics.store(task.control, controlSlots.computing, 1);
  if (Atomics.load(task.control, controlSlots.stop) === 1) throw new AbortedError("stopped");
  let found: RuntimeNeighbours;
  try {
    found = await nodeNeighbours(task.device, queries, vectors, dim, k, {
      metric,
      ...(leaveSelfOut ? { selfIndex: (query: number) => query } : {}),
      onProgress: (done, total) => progress("neighbours", done, total),
      signal,
    });
  } finally {
    Atomics.store(task.control, controlSlots.computing, 0);
  }
  // Asked for when nothing was left to abort: whoever asked waits for this thread.
  if (Atomics.load(task.control, controlSlots.stop) === 1) throw new AbortedError("stopped");
  const { indices, distances } = found;
  return { count: queries.length / dim, k, indices, distances };
}

/** Each point its own first neighbour, at distance 0. */
function withSelf({ count, k, indices, distances }: Neighbours): Neighbours {
  const all = new Uint32Array(count * (k + 1));
  const far = new Float32Array(all.length);
  for (let row = 0; row < count; row++) {
    all[row * (k + 1)] = row;
    all.set(indices.subarray(row * k, (row + 1) * k), row * (k + 1) + 1);
    far.set(distances.subarray(row * k, (row + 1) * k), row * (k + 1) + 1);
  }
  return { count, k: k + 1, indices: all, distances: far };
}

serveThread<UmapTask, FittedSpace | undefined, UmapProgress>(async (task, tell, signal) => {
  let last = 0;
  const progress: Run["progress"] = (stage, done, total) => {
    const now = performance.now();
    if (done < total && now - last < PROGRESS_MS) return;
    last = now;
    tell({ stage, done, total });
  };
  return task.type === "fit"
    ? fitMap(task, { progress, signal })
    : transformVectors(task, { progress, signal });
});
