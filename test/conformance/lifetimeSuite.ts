import { describe, expect, it } from "vitest";
import { RuntimeError } from "../../src/base/index.ts";
import type { Runtime } from "../../src/runtime/index.ts";
import { accumulateGraph, floats, plain } from "./programs.ts";

/** What is disposed can be disposed again, and nothing else. */
export function lifetimeSuite(makeRuntime: () => Promise<Runtime>): void {
  const x = floats([1, 1]);

  async function expectRefused(promise: Promise<unknown>): Promise<void> {
    await expect(promise).rejects.toThrow(RuntimeError);
    await expect(promise).rejects.toThrow(/disposed/);
  }

  describe("dispose", () => {
    it("ends a program and leaves the others and the store", async () => {
      const runtime = await makeRuntime();
      const [program, other] = [
        await runtime.compile(accumulateGraph()),
        await runtime.compile(accumulateGraph()),
      ];
      const store = await runtime.createStore(new Map([["total", floats([0, 1])]]));
      await program.dispose();
      await program.dispose();
      await expectRefused(program.run({ x }, { store }));
      await other.run({ x }, { store });
      expect(plain(await store.read())).toEqual({ total: [1, 3] });
      await runtime.dispose();
    });

    it("ends a store and leaves the others", async () => {
      const runtime = await makeRuntime();
      const program = await runtime.compile(accumulateGraph());
      const store = await runtime.createStore(new Map([["total", floats([0, 1])]]));
      const other = await runtime.createStore(new Map([["total", floats([2, 3])]]));
      await store.dispose();
      await store.dispose();
      await expectRefused(store.read());
      await expectRefused(store.write(new Map([["total", floats([0, 1])]])));
      await expectRefused(program.run({ x }, { store }));
      expect(plain(await program.run({ x }, { store: other }))).toEqual({ before: [2, 3] });
      await runtime.dispose();
    });

    it("ends a runtime with all that it made", async () => {
      const runtime = await makeRuntime();
      const program = await runtime.compile(accumulateGraph());
      const store = await runtime.createStore(new Map([["total", floats([0, 1])]]));
      await runtime.dispose();
      await runtime.dispose();
      await expectRefused(runtime.compile(accumulateGraph()));
      await expectRefused(runtime.createStore(new Map()));
      await expectRefused(program.run({ x }, { store }));
      await expectRefused(store.read());
    });
  });

  it("names its device", async () => {
    const runtime = await makeRuntime();
    expect(runtime.device.name).toMatch(/^(reference|cpu|webgpu|cuda|coreml|dml|wasm)$/);
    expect(runtime.device.description).not.toBe("");
    await runtime.dispose();
  });
}
