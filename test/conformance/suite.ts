import { afterAll, beforeAll, describe } from "vitest";
import type { Runtime } from "../../src/runtime/index.ts";
import { kernelSuite, type Skips } from "./kernelSuite.ts";
import { lifetimeSuite } from "./lifetimeSuite.ts";
import { runSuite } from "./runSuite.ts";
import { storeSuite } from "./storeSuite.ts";

/**
 * What every {@link Runtime} promises, as tests: call it in a test file of the runtime's own.
 *
 * @param makeRuntime A fresh runtime; called once for the suite and once for each test that disposes its runtime.
 * @param skips Operators that the runtime cannot compute, each with the reason.
 */
export function conformanceSuite(name: string, makeRuntime: () => Promise<Runtime>, skips: Skips = {}): void {
  describe(`${name} runtime`, () => {
    let runtime: Runtime | undefined;
    beforeAll(async () => {
      runtime = await makeRuntime();
    });
    afterAll(async () => {
      await runtime?.dispose();
    });
    const current = (): Runtime => {
      if (!runtime) throw new Error("the runtime was not made");
      return runtime;
    };
    kernelSuite(current, skips);
    runSuite(current);
    storeSuite(current, makeRuntime);
    lifetimeSuite(makeRuntime);
  });
}
