import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { Rng, type TensorData } from "../../src/base/index.ts";
import type { Preprocessing } from "../../src/modality/image/index.ts";
import { initialState } from "../../src/nn/index.ts";
import { configuredParts, fastConfig, type RunConfig, writePt } from "../../src/runs/index.ts";

/** What a made run is of. */
export interface MadeRunOptions {
  readonly preprocessing: Preprocessing;
  readonly classes?: readonly string[];
}

/** A run of the compact encoder as if it had been trained for an epoch: random weights, drawn for its preprocessing. */
export async function madeRun(
  folder: string,
  { preprocessing, classes }: MadeRunOptions,
): Promise<{ readonly config: RunConfig; readonly weights: Map<string, TensorData> }> {
  const { size, channels } = preprocessing;
  const made = fastConfig({
    ...{ source: "drawn", limit: null, validation: 8, seed: 1, init: null, record: false },
    ...{ channels, size, dim: 16, width: 8 },
  });
  const config: RunConfig = {
    ...made,
    data: {
      ...made.data,
      classes: classes ? [...classes] : null,
      fingerprint: `40x${channels}x${size}x${size}-0badcafe`,
    },
    towers: { image: { ...made.towers.image, preprocessing } },
  };
  const { encoder } = configuredParts(config);
  const weights = initialState(encoder, (name) => Rng.of(1, "made", name));
  await mkdir(join(folder, "checkpoints"), { recursive: true });
  await writeFile(join(folder, "config.json"), JSON.stringify(config));
  await writeFile(join(folder, "checkpoints", "model_epoch_0.pt"), writePt(weights));
  return { config, weights };
}

/** Red, green, blue of a drawn picture, `[height, width, 3]`: colours that turn smoothly, and a disc with an edge. */
export function drawnPixels(width: number, height: number, seed: number): Uint8Array {
  const rng = Rng.of(seed, "drawn");
  const [a, b, c, x0, y0, hue] = Array.from({ length: 6 }, () => rng.float()) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [(x + 0.5) / width, (y + 0.5) / height];
      const inside = Math.hypot(u - 0.3 - 0.4 * x0, v - 0.3 - 0.4 * y0) < 0.25;
      pixels.set(
        [
          128 + 120 * Math.sin(5 * u + 6 * a),
          inside ? 255 * hue : 128 + 120 * Math.cos(4 * v + 6 * b),
          inside ? 30 : 128 + 100 * Math.sin(3 * (u + v) + 6 * c),
        ],
        (y * width + x) * 3,
      );
    }
  }
  return pixels;
}

/** A drawn picture as a file. */
export async function drawnFile(
  path: string,
  width: number,
  height: number,
  seed: number,
  grey = false,
): Promise<string> {
  const image = sharp(drawnPixels(width, height, seed), { raw: { width, height, channels: 3 } });
  await (grey ? image.toColourspace("b-w") : image).toFile(path);
  return path;
}
