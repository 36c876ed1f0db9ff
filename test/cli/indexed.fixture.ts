import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { Rng } from "../../src/base/index.ts";
import type { ImageDataset } from "../../src/modality/image/index.ts";

/** Shapes as SVG, in colours and places drawn by seed: pictures that a folder of files can be made of. */
function shape(kind: "circle" | "square", rng: Rng): string {
  const colour = (least: number): string => `rgb(${[0, 1, 2].map(() => least + rng.int(100)).join(",")})`;
  const [x, y, r] = [rng.uniform(18, 30), rng.uniform(18, 30), rng.uniform(8, 14)];
  const form =
    kind === "circle"
      ? `<circle cx="${x}" cy="${y}" r="${r}" fill="${colour(150)}"/>`
      : `<rect x="${x - r}" y="${y - r}" width="${2 * r}" height="${2 * r}" fill="${colour(150)}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="48" height="48"><rect width="48" height="48" fill="${colour(0)}"/>${form}</svg>`;
}

/** Writes `each` drawn pictures of a class, numbered from `first` on. */
export async function writeShapes(
  folder: string,
  kind: "circle" | "square",
  each: number,
  first = 0,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (let i = first; i < first + each; i++) {
    const svg = Buffer.from(shape(kind, Rng.of(7, kind, i)));
    await writeFile(join(folder, `${kind} ${i}.png`), await sharp(svg).png().toBuffer());
  }
}

/** A picture of a data set as a PNG file of just its pixels. */
export function pngOf({ pixels, height, width }: ImageDataset, image: number): Promise<Buffer> {
  const each = height * width;
  return sharp(pixels.slice(image * each, (image + 1) * each), { raw: { width, height, channels: 1 } })
    .png()
    .toBuffer();
}
