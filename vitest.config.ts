import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

const source = (file: string): string => resolve(import.meta.dirname, "src", file);

/** What needs more than this process or a minute: a browser, an installed package, a graphics processor, a full disk, whole trainings, many maps. */
const outside = [
  "test/{browser,explorer,site,web}/**/*.test.ts",
  "test/{package,examples}.test.ts",
  "test/conformance/webgpu.test.ts",
  "test/parity/plainSteps.test.ts",
  "test/golden/umapQuality.test.ts",
  "test/{interruptions,ownPictures,smallData}/**/*.test.ts",
];

// Threads and processes that tests begin find their modules compiled: that is most of the time of a short one.
process.env.NODE_COMPILE_CACHE ??= resolve(import.meta.dirname, "node_modules/.cache/compiled");

export default defineConfig({
  // As the page's own build has them; the longer names first.
  resolve: {
    alias: {
      "kindred/workspace": source("workspace/index.ts"),
      "kindred/node": source("node.ts"),
      "kindred/web": source("web.ts"),
      kindred: source("index.node.ts"),
    },
  },
  test: {
    globalSetup: ["test/globalSetup.ts"],
    setupFiles: ["test/setup.ts"],
    // Only what hangs is ended by the clock: beside much else a test may take many times as long as alone.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    // Two cores, and a file has one of them.
    maxWorkers: 2,
    pool: "forks",
    // The files that a process runs share what they import: to import it anew takes longer than most tests.
    isolate: false,
    projects: [
      {
        extends: true,
        test: {
          name: "core",
          setupFiles: ["test/oneThread.ts"],
          include: ["src/**/*.test.ts", "web/src/**/*.test.ts", "test/**/*.test.ts"],
          exclude: outside,
        },
      },
      // A browser and a server of its own are a file's: there is little to share.
      { extends: true, test: { name: "outside", include: outside, isolate: true } },
    ],
  },
});
