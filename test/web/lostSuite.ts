import { afterAll, describe, expect, it } from "vitest";
import { DeviceLostError, tensorData } from "../../src/base/index.ts";
import { buildGraph, input, state } from "../../src/graph/index.ts";
import { add } from "../../src/ops/index.ts";
import type { Runtime } from "../../src/runtime/index.ts";

interface Device {
  destroy(): void;
}
interface WebgpuScope {
  readonly GPUAdapter: { readonly prototype: { requestDevice(...options: unknown[]): Promise<Device> } };
}

/** Opens a runtime, and says on which device it computes. */
async function withDevice(make: () => Promise<Runtime>): Promise<{ runtime: Runtime; device: Device }> {
  const { prototype } = (globalThis as typeof globalThis & WebgpuScope).GPUAdapter;
  const { requestDevice } = prototype;
  let device: Device | null = null;
  prototype.requestDevice = async function (...options) {
    device = await requestDevice.apply(this, options);
    return device;
  };
  try {
    const runtime = await make();
    return { runtime, device: device! };
  } finally {
    prototype.requestDevice = requestDevice;
  }
}

/** `total <- total + x`, so that there is state to lose. */
function countingGraph() {
  const total = state("total", [4]);
  const next = add(total, input("x", [4]));
  return buildGraph({ name: "counting", outputs: { next }, updates: new Map([[total, next]]) });
}

const start = new Map([["total", tensorData("float32", [4], [1, 2, 3, 4])]]);
const feeds = { x: tensorData("float32", [4], [1, 1, 1, 1]) };
const message =
  /^the graphics processor was lost \(.+\), as when its driver is reset or memory runs out: .+, so go on with another runtime from what was saved last$/;

/** A device that is lost, on a runtime over WebGPU. */
export function lostSuite(make: () => Promise<Runtime>): void {
  describe("a lost graphics processor", () => {
    const runtimes: Runtime[] = [];
    afterAll(async () => {
      for (const runtime of runtimes) await runtime.dispose();
    });
    const open = async () => {
      const opened = await withDevice(make);
      runtimes.push(opened.runtime);
      return opened;
    };

    it("is told of in one line by all that was under way and all that comes after", async () => {
      const { runtime, device } = await open();
      const program = await runtime.compile(countingGraph());
      const store = await runtime.createStore(start);
      await program.run(feeds, { store });
      const under = program.run(feeds, { store }).catch((error: unknown) => error);
      device.destroy();
      const reasons = [
        // Begun before, it may have ended well.
        await under.then((result) => (result instanceof Error ? result : null)),
        await failure(() => program.run(feeds, { store })),
        await failure(() => store.read()),
        await failure(() => runtime.compile(countingGraph())),
        await failure(() => runtime.createStore(start)),
      ];
      for (const [i, reason] of reasons.entries()) {
        if (i === 0 && reason === null) continue;
        expect(reason, `call ${i}`).toBeInstanceOf(DeviceLostError);
        expect((reason as Error).message).toMatch(message);
      }
      await runtime.dispose();
    });

    it("leaves another to be opened", async () => {
      const { runtime } = await open();
      const program = await runtime.compile(countingGraph());
      const store = await runtime.createStore(start);
      const { next } = await program.run(feeds, { store });
      expect([...next!.data]).toEqual([2, 3, 4, 5]);
    });

    it("is nothing to tell of where the runtime itself let go of it", async () => {
      const { runtime } = await open();
      await runtime.dispose();
      await expect(runtime.compile(countingGraph())).rejects.toThrow("this runtime was disposed");
    });
  });
}

async function failure(call: () => Promise<unknown>): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return null;
}
