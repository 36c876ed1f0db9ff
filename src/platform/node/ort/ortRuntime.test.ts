import { expect, it } from "vitest";
import { tensorData } from "../../../base/index.ts";
import { buildGraph, input } from "../../../graph/index.ts";
import { gemm } from "../../../ops/index.ts";
import { nodeRuntime } from "./devices.ts";

it("is disposed of during a run without taking the process along", async () => {
  const extent = 1500;
  const x = input("x", [extent, extent]);
  const graph = buildGraph({ name: "square", outputs: { y: gemm(x, x, null) } });
  const feeds = { x: tensorData("float32", x.shape, new Float32Array(extent * extent)) };
  for (let round = 0; round < 3; round++) {
    const runtime = await nodeRuntime({ device: "cpu" });
    const program = await runtime.compile(graph);
    const runs = [program.run(feeds), program.run(feeds), program.run(feeds)];
    const ended = Promise.allSettled(runs);
    // Long enough for the first run to be under way.
    await new Promise((resolve) => setTimeout(resolve, 15));
    await runtime.dispose();
    for (const run of await ended) {
      if (run.status === "rejected") expect(String(run.reason)).toContain("this runtime was disposed");
    }
    await expect(program.run(feeds)).rejects.toThrow("this runtime was disposed");
  }
});
