import { describe, expect, it } from "vitest";
import { InputError, Rng } from "../../../base/index.ts";
import type { ImageDataset } from "../../../modality/image/index.ts";
import { guidanceFor, lookAtPictures } from "../../../runs/index.ts";
import { CanvasError } from "../figures/canvas.ts";
import { drawnOrNoted, runFigures } from "./runFigures.ts";

function pictures(count: number, seed: number): ImageDataset {
  const rng = Rng.of(seed, "noise");
  const pixels = Uint8Array.from({ length: 64 * count }, () => rng.int(256));
  const labels = Int32Array.from({ length: count }, (_, i) => i % 2);
  return { name: "made up", count, channels: 1, height: 8, width: 8, pixels, labels };
}

describe("the figures of a run", () => {
  it("show copies where they are warned of, and only there", async () => {
    for (const copied of [false, true]) {
      const [training, validation] = [pictures(40, 1), pictures(4, 2)];
      if (copied) training.pixels.copyWithin(64 * 7, 0, 64);
      const data = { source: "made up", training, validation };
      const guidance = guidanceFor(await lookAtPictures(data, data), "fast", null);
      expect(guidance.data.duplicates.pairs.map(({ rows }) => rows)).toEqual(copied ? [[0, 7]] : []);
      const config = { seed: 1, augmentation: null };
      const notes: string[] = [];
      const options = {
        config,
        training,
        guidance,
        pictures: data,
        onNote: (text: string) => notes.push(text),
      };
      const figures = await runFigures(options);
      const warned = guidance.warnings.some(({ advice }) => advice.includes("figures/duplicates.png"));
      expect(warned).toBe(copied);
      expect([...figures.keys()]).toEqual(["pairs.png", ...(copied ? ["duplicates.png"] : [])]);
      expect([...(await runFigures({ ...options, guidance: undefined })).keys()]).toEqual(["pairs.png"]);
      expect(notes).toEqual([]);
    }
  });

  it("are left out in one line where there is no canvas, and fail for any other reason", async () => {
    const notes: string[] = [];
    const missing = () => Promise.reject(new CanvasError("cannot draw: there is no canvas"));
    expect(await drawnOrNoted("pairs.png", missing, (text) => notes.push(text))).toBeNull();
    expect(notes).toEqual(["figures/pairs.png is left out: cannot draw: there is no canvas"]);
    const wrong = () => Promise.reject(new InputError("one picture"));
    await expect(drawnOrNoted("pairs.png", wrong, (text) => notes.push(text))).rejects.toThrow("one picture");
    expect(notes).toHaveLength(1);
  });
});
