import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { errorsAbovePixels, measureSmall } from "../../bench/smallData.ts";
import { smallSets } from "../../bench/smallSets.ts";
import { nodeRuntime } from "../../src/platform/node/ort/devices.ts";
import { RunFolder } from "../../src/platform/node/run/runFolder.ts";
import type { Runtime } from "../../src/runtime/index.ts";
import { kindredOk } from "../cli/kindred.fixture.ts";

const set = smallSets.find(({ name }) => name === "glyphs")!;

describe("the default on a small set of pictures", () => {
  let runtime: Runtime;
  let folder = "";

  beforeAll(async () => {
    runtime = await nodeRuntime({ device: "cpu" });
    folder = await mkdtemp(join(tmpdir(), "kindred-small-data-"));
  });
  afterAll(async () => {
    await runtime.dispose();
    await rm(folder, { recursive: true });
  });

  it.each([1, 2])(
    "is no worse than pixels, and nearly as good as all epochs: seed %i",
    async (seed) => {
      const run = await measureSmall(runtime, set, seed);
      expect(errorsAbovePixels(run)).toBeGreaterThanOrEqual(-2);
      expect(run.byDefault.mapAtR).toBeGreaterThanOrEqual(0.9 * run.full.mapAtR);
      expect(run.byDefault.mapAtR).toBeGreaterThan(run.pixels.mapAtR);
      if (seed > 1) return;
      // What the command does is what was worked out from the metrics of all epochs.
      const [data, out] = [join(folder, "glyphs"), join(folder, "run")];
      await set.write(data, seed);
      await kindredOk(["train", "--data", data, "--seed", String(seed), "--no-record", "--out", out]);
      const made = new RunFolder(out);
      expect((await made.readMetrics()).length).toBe(run.stopped);
      const verdict = await made.readVerdict();
      expect(verdict).toMatchObject({ level: "learned", epoch: run.kept });
      expect(verdict!.encoder.mapAtR).toBeCloseTo(run.byDefault.mapAtR, 6);
    },
    900_000,
  );
});
