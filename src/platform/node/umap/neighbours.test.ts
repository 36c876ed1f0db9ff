import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AbortedError } from "../../../base/index.ts";
import { runtimeNeighbours } from "../../../neighbours/exactNeighbours.ts";
import type { Runtime } from "../../../runtime/index.ts";
import { nodeRuntime } from "../ort/devices.ts";
import { nodeNeighbours } from "./neighbours.ts";
import { fitUmap } from "./umap.ts";
import { clusters } from "./umapClusters.fixture.ts";

const dim = 8;
/** So many that cells may save something. */
const count = 16_000;
const { points } = clusters({ seed: 3, count, dim, classes: 20, apart: 12 });
const options = { metric: "euclidean" as const, selfIndex: (query: number) => query };
let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ device: "cpu" });
});
afterAll(() => runtime.dispose());

describe("the neighbours of many vectors", () => {
  it("in clusters are those of a search among all, by a part of the work", async () => {
    const found = await nodeNeighbours("cpu", points, points, dim, 14, options);
    const all = await runtimeNeighbours(runtime, points, points, dim, 14, options);
    expect(found.indices).toEqual(all.indices);
    expect(found.distances).toEqual(all.distances);
    expect(all.scored).toBe(1);
    expect(found.scored).toBeLessThan(0.3);
  });

  it("without clusters are searched for among all", async () => {
    const noise = clusters({ seed: 4, count, dim: 32, classes: 1, apart: 0 }).points;
    const { scored } = await nodeNeighbours("cpu", noise, noise, 32, 14, options);
    expect(scored).toBe(1);
  });
});

it("stopping a map in the middle of a search by cells ends no call of ONNX Runtime, which would end the process", async () => {
  const stop = new AbortController();
  const run = fitUmap(points, dim, {
    signal: stop.signal,
    onProgress: ({ stage }) => {
      if (stage === "neighbours") stop.abort();
    },
  });
  await expect(run).rejects.toThrow(AbortedError);
  expect(process.getActiveResourcesInfo()).not.toContain("MessagePort");
});
