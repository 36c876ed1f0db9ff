import { createCanvas, loadImage } from "@napi-rs/canvas";
import type { Locator } from "playwright-core";

/** The pixels of an element as it is painted, at one pixel for each of CSS. */
export interface Painted {
  readonly width: number;
  readonly height: number;
  /** Red, green and blue. */
  at(x: number, y: number): readonly [number, number, number];
}

export async function painted(element: Locator): Promise<Painted> {
  return decoded(await element.screenshot());
}

/** A picture file decoded. */
export async function decoded(file: Uint8Array): Promise<Painted> {
  const image = await loadImage(file);
  const context = createCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const { data, width, height } = context.getImageData(0, 0, image.width, image.height);
  return {
    width,
    height,
    at: (x, y) => {
      const place = 4 * (y * width + x);
      return [data[place]!, data[place + 1]!, data[place + 2]!];
    },
  };
}

/** Greys have less, and the palest class more. */
export const inkSaturation = 30;

/** Pixels that have a colour: points, not paper, text or pictures. Numbered row by row. */
export function ink({ width, height, at }: Painted): Set<number> {
  const found = new Set<number>();
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) if (saturation(at(x, y)) > inkSaturation) found.add(y * width + x);
  }
  return found;
}

/** Pixels darker than anything that the light theme paints a map with: digits on black. */
export function blackPixels({ width, height, at }: Painted): number {
  let count = 0;
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) if (Math.max(...at(x, y)) < 24) count++;
  return count;
}

export function saturation(colour: readonly number[]): number {
  return Math.max(...colour) - Math.min(...colour);
}

/** How far two colours are apart in the channel in which they differ most. */
export function apart(first: readonly number[], second: readonly number[]): number {
  return Math.max(...first.map((value, i) => Math.abs(value - second[i]!)));
}

/** The part of the pixels of either that both have. */
export function overlap(first: ReadonlySet<number>, second: ReadonlySet<number>): number {
  let both = 0;
  for (const pixel of first) if (second.has(pixel)) both++;
  return both / Math.max(1, first.size + second.size - both);
}
