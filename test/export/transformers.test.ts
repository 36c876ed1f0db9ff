import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env, pipeline } from "@huggingface/transformers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Encoder } from "../../src/index.node.ts";
import { type Fit, fits } from "../../src/modality/image/index.ts";
import { exportRun } from "../../src/platform/node/export/exportRun.ts";
import { RunFolder } from "../../src/platform/node/run/runFolder.ts";
import { drawnFile, madeRun } from "./madeRun.fixture.ts";

const size = 32;
const dim = 16;

/** Pictures of these sizes; `near` is the least cosine similarity where Transformers.js cuts and rounds differently. */
const larger: readonly {
  readonly width: number;
  readonly height: number;
  readonly ending: string;
  readonly near: Readonly<Record<Fit, number>>;
}[] = [
  // Its sizes are rounded down where ours are of parts of a pixel: nearly the same here...
  { width: 96, height: 64, ending: "png", near: { cover: 0.9999, contain: 0.999, stretch: 0.9999 } },
  // ...and here 42 x 32 beside 43 x 32.
  { width: 320, height: 240, ending: "png", near: { cover: 0.995, contain: 0.9999, stretch: 0.9999 } },
  // sharp makes a JPEG smaller while it decodes it.
  { width: 640, height: 480, ending: "jpg", near: { cover: 0.995, contain: 0.9995, stretch: 0.9995 } },
  // 32 x 10 beside 32 x 11.
  { width: 97, height: 33, ending: "png", near: { cover: 0.999, contain: 0.97, stretch: 0.9999 } },
];

describe("kindred export --format transformersjs, loaded by @huggingface/transformers from disk", () => {
  let folder: string;
  const at = (...parts: string[]) => join(folder, ...parts);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kindred-transformers-"));
    env.allowRemoteModels = false;
    env.localModelPath = folder;
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** What both make of pictures: greatest difference of a number, and least similarity of a picture's two vectors. */
  async function compared(run: string, files: readonly string[]): Promise<{ most: number; least: number }> {
    const extract = await pipeline("image-feature-extraction", `${run}.js`, { local_files_only: true });
    const encoder = await Encoder.load(at(run), { device: "cpu" });
    try {
      const { dims, data } = await extract([...files]);
      expect(dims).toEqual([files.length, dim]);
      const theirs = data as Float32Array;
      const ours = await encoder.embed(files);
      const rows = ours.map((_, row) => theirs.subarray(row * dim, (row + 1) * dim));
      const pooled = await extract(files[0]!, { pool: true });
      expect([...(pooled.data as Float32Array)]).toEqual([...rows[0]!]);
      return {
        most: Math.max(
          ...ours.map((vector, row) =>
            vector.reduce((most, value, i) => Math.max(most, Math.abs(value - rows[row]![i]!)), 0),
          ),
        ),
        least: Math.min(...ours.map((vector, row) => encoder.similarity(vector, rows[row]!))),
      };
    } finally {
      await encoder.dispose();
      await extract.dispose();
    }
  }

  for (const channels of [1, 3] as const) {
    for (const fit of fits) {
      const run = `${fit}${channels}`;
      const what = `${fit}, ${channels === 1 ? "grey" : "colour"}`;

      it(`gives our embeddings of pictures of the run's size: ${what}`, async () => {
        await madeRun(at(run), { preprocessing: { size, channels, fit }, classes: ["a", "b"] });
        await exportRun(new RunFolder(at(run)), { format: "transformersjs", out: at(`${run}.js`) });
        expect((await readdir(at(`${run}.js`))).sort()).toEqual([
          "README.md",
          "config.json",
          "onnx",
          "preprocessor_config.json",
        ]);
        const files: string[] = [];
        for (let seed = 0; seed < 4; seed++) {
          files.push(await drawnFile(at(`${run}-${seed}.png`), size, size, seed, seed % 2 === 1));
        }
        const { most } = await compared(run, files);
        expect(most).toBeLessThan(1e-5);
      });

      it.each(larger)(
        `gives nearly ours of larger ones, ${what}: $width x $height, $ending`,
        async ({ width, height, ending, near }) => {
          const files: string[] = [];
          for (let seed = 0; seed < 3; seed++) {
            files.push(await drawnFile(at(`${run}-${width}-${seed}.${ending}`), width, height, seed));
          }
          const { least } = await compared(run, files);
          expect(least).toBeGreaterThan(near[fit]);
        },
      );
    }
  }
});
