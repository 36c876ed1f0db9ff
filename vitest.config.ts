import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { defineConfig } from "vitest/config";

const source = (file: string): string => resolve(import.meta.dirname, "src", file);

export default defineConfig({
  // As the page's own build has them; the longer names first.
  resolve: {
    alias: {
      "kindred/explorer": source("explorer/index.ts"),
      "kindred/node": source("node.ts"),
      "kindred/web": source("web.ts"),
      kindred: source("index.node.ts"),
    },
  },
  test: {
    include: ["src/**/*.test.ts", "web/src/**/*.test.ts", "test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Two cores: an engine test already uses both, so files run two at a time at most.
    maxWorkers: 2,
    pool: "forks",
    // What tests decode is no business of the cache of who runs them.
    env: { KINDRED_CACHE: join(tmpdir(), "kindred-test-cache") },
  },
});
