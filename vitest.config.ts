import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two cores: an engine test already uses both, so files run two at a time at most.
    maxWorkers: 2,
    pool: "forks",
  },
});
