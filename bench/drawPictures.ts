import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import { Rng } from "../src/index.ts";

const width = 400;
const height = 300;
const classes = ["discs", "bars", "rings", "checks"] as const;

/** Whether a point, from the middle of the shape in units of its size, is inside. */
const inside: Readonly<Record<(typeof classes)[number], (x: number, y: number) => boolean>> = {
  discs: (x, y) => x * x + y * y < 1,
  bars: (x, y) => Math.abs(x) < 0.3 && Math.abs(y) < 1.2,
  rings: (x, y) => Math.abs(Math.hypot(x, y) - 0.8) < 0.2,
  checks: (x, y) =>
    Math.max(Math.abs(x), Math.abs(y)) < 1 && Math.floor(3 * x + 9) % 2 === Math.floor(3 * y + 9) % 2,
};

/**
 * Writes a folder for each of four classes with drawn JPEG pictures of 400 x 300: a shape on a coloured slope with the noise
 * of a camera, so that they are as large as photos are (some 30 KB).
 */
export async function drawPictures(folder: string, count: number, seed = 1): Promise<void> {
  for (const name of classes) await mkdir(join(folder, name), { recursive: true });
  for (let i = 0; i < count; i++) {
    const name = classes[i % classes.length]!;
    await sharp(draw(name, Rng.of(seed, "picture", i)), { raw: { width, height, channels: 3 } })
      .jpeg({ quality: 90 })
      .toFile(join(folder, name, `${String(i).padStart(5, "0")}.jpg`));
  }
}

function draw(name: (typeof classes)[number], rng: Rng): Uint8Array {
  const pixels = new Uint8Array(width * height * 3);
  const colour = (): number[] => [rng.int(256), rng.int(256), rng.int(256)];
  const [ground, shade, fill] = [colour(), colour(), colour()];
  const [atX, atY, size] = [rng.uniform(120, 280), rng.uniform(100, 200), rng.uniform(40, 90)];
  const [cos, sin] = [Math.cos(rng.uniform(0, 3)), Math.sin(rng.uniform(0, 3))];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [dx, dy] = [(x - atX) / size, (y - atY) / size];
      const within = inside[name](dx * cos + dy * sin, dy * cos - dx * sin);
      const noise = rng.int(25) - 12;
      for (let channel = 0; channel < 3; channel++) {
        const slope = ground[channel]! + ((shade[channel]! - ground[channel]!) * x) / width;
        const level = (within ? fill[channel]! : slope) + noise;
        pixels[(y * width + x) * 3 + channel] = Math.max(0, Math.min(255, level));
      }
    }
  }
  return pixels;
}
