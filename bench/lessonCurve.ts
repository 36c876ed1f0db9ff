import { ImageColumn, type ImageDataset, runtimeNeighbours } from "../src/index.ts";
import { nodeRuntime } from "../src/node.ts";
import type { Point } from "./accuracyFigure.ts";
import { lessonTrainer } from "./lessonTrainer.ts";

/** When to evaluate, and when to stop. */
export interface CurvePlan {
  /** Seconds of training, rising. */
  readonly at: readonly number[];
  /** No more training once this is reached. */
  readonly enough: number;
}

/** Test accuracy of the lesson's training by Kindred, with the clock stopped while it is evaluated. */
export async function lessonCurve(
  test: ImageDataset,
  training: ImageDataset,
  plan: CurvePlan,
): Promise<Point[]> {
  const runtime = await nodeRuntime({ device: "cpu" });
  const trainer = await lessonTrainer(runtime, 64);
  const curve: Point[] = [];
  let spent = 0;
  for (const due of plan.at) {
    const stop = new AbortController();
    const begin = performance.now();
    const now = (): number => spent + (performance.now() - begin) / 1000;
    await trainer.fit({
      signal: stop.signal,
      onStep: () => {
        if (now() >= due) stop.abort();
      },
    });
    spent = now();
    const queries = await trainer.embed(new ImageColumn(test));
    const references = await trainer.embed(new ImageColumn(training));
    const dim = queries.length / test.count;
    const { indices } = await runtimeNeighbours(runtime, queries, references, dim, 1, { metric: "cosine" });
    let hits = 0;
    for (const [query, nearest] of indices.entries()) {
      if (training.labels[nearest] === test.labels[query]) hits++;
    }
    curve.push({ seconds: spent, knn1: hits / test.count });
    if (hits / test.count >= plan.enough) break;
  }
  await trainer.dispose();
  await runtime.dispose();
  return curve;
}
