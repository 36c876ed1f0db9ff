import { Rng, sizeOf, type TensorData } from "../base/index.ts";
import type { Graph } from "../graph/index.ts";
import { type Optimizer, scalarName } from "../optim/index.ts";

/**
 * Fills the graph's random inputs. Each is drawn from a stream of the seed, the step and its own name, so that a
 * step's masks do not depend on what was drawn before: a resumed run draws the same.
 */
export function randomFeeds(graph: Graph, seed: number, step: number): Record<string, TensorData> {
  const feeds: Record<string, TensorData> = {};
  for (const { source, shape } of graph.inputs) {
    if (source.role !== "random") continue;
    const rng = Rng.of(seed, source.fill.distribution, step, source.name);
    const data = rng.fillDropoutMask(new Float32Array(sizeOf(shape)), source.fill.drop);
    feeds[source.name] = { dtype: "float32", shape, data };
  }
  return feeds;
}

/** The optimizer's scalars at a step, counted from 1, that the graph takes: where no parameter decays, there is one less. */
export function scalarFeeds(
  graph: Graph,
  optimizer: Optimizer,
  step: number,
  learningRate: number,
): Record<string, TensorData> {
  const values = optimizer.scalarsAt(step, learningRate);
  const taken = new Set(graph.inputs.map(({ source }) => source.name));
  return Object.fromEntries(
    Object.entries(values).flatMap(([of, value]) => {
      const name = scalarName(optimizer, of);
      if (!taken.has(name)) return [];
      return [[name, { dtype: "float32", shape: [], data: new Float32Array([value]) }]];
    }),
  );
}
