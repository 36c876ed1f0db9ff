import { defineConfig } from "vitest/config";

/** For the process that `webgpu.test.ts` starts. */
export default defineConfig({
  test: { include: ["test/conformance/webgpuSuite.ts"], testTimeout: 120_000, hookTimeout: 120_000 },
});
