import { createCanvas, loadImage } from "@napi-rs/canvas";
import type { Page } from "playwright-core";

/** A pixel of a screenshot that has a colour, in pixels of the element. */
export interface Coloured {
  readonly x: number;
  readonly y: number;
  /** In degrees. White or black beneath a translucent point leaves it as it is. */
  readonly hue: number;
}

/** The pixels of an element that are far from grey: points, not paper, text or grid. */
export async function colouredPixels(page: Page, selector: string): Promise<Coloured[]> {
  const image = await loadImage(await page.locator(selector).screenshot());
  const context = createCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  const found: Coloured[] = [];
  for (let i = 0; i < image.width * image.height; i++) {
    const [red, green, blue] = [data[4 * i]!, data[4 * i + 1]!, data[4 * i + 2]!];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > 70) {
      found.push({ x: i % image.width, y: Math.floor(i / image.width), hue: hueOf(red, green, blue) });
    }
  }
  return found;
}

/** The hue of bytes that are not all equal, in degrees from 0 to 360. */
export function hueOf(red: number, green: number, blue: number): number {
  const high = Math.max(red, green, blue);
  const range = high - Math.min(red, green, blue);
  const sixth =
    high === red
      ? (green - blue) / range
      : high === green
        ? 2 + (blue - red) / range
        : 4 + (red - green) / range;
  return (60 * sixth + 360) % 360;
}
