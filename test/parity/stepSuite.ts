import { afterAll, describe, expect, it } from "vitest";
import type { TensorData } from "../../src/base/index.ts";
import type { Runtime } from "../../src/runtime/index.ts";
import { lessonBatch } from "./lessonInputs.ts";
import { lessonScalars, lessonStart, lessonStepGraph } from "./lessonTraining.ts";

const learningRate = 0.005;

/** One training step on a runtime against the same on another, which is trusted. */
export function stepSuite(
  makeTrusted: () => Promise<Runtime>,
  makeRuntime: () => Promise<Runtime>,
  batch: number,
): void {
  describe("one training step of the lesson's encoder", () => {
    const runtimes: Runtime[] = [];
    afterAll(async () => {
      for (const runtime of runtimes) await runtime.dispose();
    });

    async function step(
      make: () => Promise<Runtime>,
    ): Promise<{ loss: number; state: Map<string, TensorData> }> {
      const runtime = await make();
      runtimes.push(runtime);
      const program = await runtime.compile(lessonStepGraph(batch, 0));
      const store = await runtime.createStore(lessonStart());
      const feeds = { ...lessonBatch(0, batch), ...lessonScalars(1, learningRate) };
      const { loss } = await program.run(feeds, { store });
      return { loss: Number(loss!.data[0]), state: await store.read() };
    }

    it("has on WebGPU the CPU's loss, gradients, weights and running statistics", async () => {
      const cpu = await step(makeTrusted);
      const webgpu = await step(makeRuntime);
      expect(Math.abs(webgpu.loss / cpu.loss - 1)).toBeLessThan(1e-5);
      const start = lessonStart();
      let moved = 0;
      for (const [name, expected] of cpu.state) {
        const values = numbers(expected);
        const received = numbers(webgpu.state.get(name)!);
        const moment = cpu.state.get(`adam.m.${name}`);
        const gradient = moment && numbers(moment);
        const isBias = /conv\d\.0\.bias$/.test(name);
        // Batch norm takes these biases off again, so their gradients are rounding errors alone, and Adam divides each
        // gradient by its own size.
        if (isBias && !name.startsWith("adam.m.")) continue;
        // For the same reason the sign of a gradient much smaller than the others is chance in its first step.
        const floor = gradient ? 1e-4 * greatest(gradient) : 0;
        const errors = values.map((value, i) =>
          gradient && Math.abs(gradient[i]!) < floor ? 0 : value - received[i]!,
        );
        const scale = isBias ? 1e-2 : greatest(values);
        expect(greatest(errors) / scale, name).toBeLessThanOrEqual(1e-4);
        if (gradient && values.some((value, i) => value !== start.get(name)!.data[i])) moved++;
      }
      // The twelve parameters but those two biases.
      expect(moved).toBe(10);
    });
  });
}

function numbers({ data }: TensorData): number[] {
  return Array.from(data, Number);
}

function greatest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
