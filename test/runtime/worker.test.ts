import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildGraph, input, state } from "../../src/graph/index.ts";
import { add, conv2d, matMul, mul, reduceMean } from "../../src/ops/index.ts";
import { nodeRuntime } from "../../src/platform/node/ort/devices.ts";
import type { Runtime } from "../../src/runtime/index.ts";

let runtime: Runtime;
beforeAll(async () => {
  runtime = await nodeRuntime({ device: "cpu" });
});
afterAll(() => runtime.dispose());

const zeros = (shape: readonly number[]) => ({
  dtype: "float32" as const,
  shape,
  data: new Float32Array(shape.reduce((size, extent) => size * extent, 1)),
});

describe("the thread of the session", () => {
  it("leaves the event loop free while a program computes", async () => {
    const x = input("x", [64, 32, 48, 48]);
    const weight = input("weight", [32, 32, 5, 5]);
    const program = await runtime.compile(
      buildGraph({
        name: "heavy",
        outputs: { y: reduceMean(conv2d(conv2d(x, weight, null), weight, null)) },
      }),
    );
    const order: string[] = [];
    const run = program
      .run({ x: zeros(x.shape), weight: zeros(weight.shape) })
      .then(() => order.push("result"));
    // Many turns of the loop come round before the result: on the main thread none could.
    for (let turn = 0; turn < 20; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      order.push("turn");
    }
    await run;
    expect(order.indexOf("result")).toBe(20);
    await program.dispose();
  });

  it("keeps memory flat over 2,000 steps of one program with state", async () => {
    const x = input("x", [256, 256]);
    const weight = state("weight", [256, 256]);
    const next = mul(add(weight, matMul(x, weight)), 0.5);
    const program = await runtime.compile(
      buildGraph({
        name: "stepping",
        outputs: { mean: reduceMean(next) },
        updates: new Map([[weight, next]]),
      }),
    );
    const store = await runtime.createStore(new Map([["weight", zeros([256, 256])]]));
    const step = (): Promise<unknown> => program.run({ x: zeros([256, 256]) }, { store, transfer: true });
    for (let i = 0; i < 500; i++) await step();
    const before = process.memoryUsage.rss();
    for (let i = 0; i < 2000; i++) await step();
    // Each step feeds 256 KiB: kept, that would be 500 MiB.
    expect((process.memoryUsage.rss() - before) / 2 ** 20).toBeLessThan(100);
    await program.dispose();
    await store.dispose();
  });
});
