import { Pacer } from "../../base/pacer.ts";
import { type ImageDataset, pixelsPerImage } from "./imageDataset.ts";

/** Numbers that a set's pixels may become: a gigabyte of float32, which comparing them holds two or three times. */
const mostNumbers = 2 ** 28;

/**
 * The side of the squares whose mean stands for their pixels, so that all pictures fit into memory as float32: 1, which
 * leaves them as they are, up to 340,000 pictures of 28 x 28 or 21,000 of 3 x 64 x 64.
 *
 * @param most numbers that they may become
 */
export function pixelSquare(dataset: ImageDataset, most = mostNumbers): number {
  const { channels, height, width, count } = dataset;
  let side = 1;
  while (count * channels * Math.ceil(height / side) * Math.ceil(width / side) > most) side++;
  return side;
}

/** `[count, channels * rows * columns]`: each picture's pixels, 0 to 255, by the means of squares of `side` pixels. */
export async function pixelRows(
  dataset: ImageDataset,
  side: number,
  signal?: AbortSignal,
): Promise<{ readonly rows: Float32Array; readonly dim: number }> {
  const { count, channels, height, width, pixels } = dataset;
  const each = pixelsPerImage(dataset);
  const [down, across] = [Math.ceil(height / side), Math.ceil(width / side)];
  const dim = channels * down * across;
  const rows = new Float32Array(count * dim);
  const pacer = new Pacer(signal);
  for (let image = 0; image < count; image++) {
    if (pacer.due()) await pacer.pause();
    if (side === 1) {
      rows.set(pixels.subarray(image * each, (image + 1) * each), image * dim);
      continue;
    }
    for (let at = 0; at < each; at++) {
      const [channel, y] = [Math.floor(at / (height * width)), Math.floor(at / width) % height];
      const [row, column] = [Math.floor(y / side), Math.floor((at % width) / side)];
      // Squares at the edge may be cut.
      const area = Math.min(side, height - row * side) * Math.min(side, width - column * side);
      rows[image * dim + (channel * down + row) * across + column]! += pixels[image * each + at]! / area;
    }
  }
  return { rows, dim };
}
