import type { Rng } from "../../../base/index.ts";
import type { JitterOptions } from "./options.ts";

/** Shares of red, green and blue in what the eye takes as brightness, as in torchvision and PIL (ITU-R BT.601). */
const [redShare, greenShare, blueShare] = [0.2989, 0.587, 0.114];

/**
 * One picture in the middle of being varied: `[channels, height, width]` of values from 0 to 255, from `offset` on.
 * Colours are those of three channels; other pictures have none.
 */
export interface Canvas {
  readonly values: Float32Array;
  readonly offset: number;
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

const clamped = (value: number): number => Math.min(Math.max(value, 0), 255);

/** Multiplies all values by a factor, up to 255. */
export function adjustBrightness(canvas: Canvas, factor: number): void {
  const [start, end] = extentOf(canvas);
  for (let i = start; i < end; i++) canvas.values[i] = clamped(factor * canvas.values[i]!);
}

/** Draws all values away from the mean of the picture in grey (a factor above 1), or towards it. */
export function adjustContrast(canvas: Canvas, factor: number): void {
  const { values, channels } = canvas;
  const [start, end] = extentOf(canvas);
  const area = (end - start) / channels;
  let sum = 0;
  for (let i = start; i < start + area; i++) sum += greyAt(canvas, i, area);
  const rest = (1 - factor) * (sum / area);
  for (let i = start; i < end; i++) values[i] = clamped(factor * values[i]! + rest);
}

/** Draws each pixel away from its own grey (a factor above 1), or towards it. */
export function adjustSaturation(canvas: Canvas, factor: number): void {
  if (canvas.channels !== 3) return;
  const { values } = canvas;
  const [start, end] = extentOf(canvas);
  const area = (end - start) / 3;
  for (let i = start; i < start + area; i++) {
    const rest = (1 - factor) * greyAt(canvas, i, area);
    for (let at = i; at < end; at += area) values[at] = clamped(factor * values[at]! + rest);
  }
}

/** Turns each pixel's hue by a share of the colour wheel, -0.5 to 0.5, keeping HSV's saturation and value. */
export function adjustHue(canvas: Canvas, turn: number): void {
  if (canvas.channels !== 3) return;
  const { values } = canvas;
  const [start, end] = extentOf(canvas);
  const area = (end - start) / 3;
  for (let red = start; red < start + area; red++) {
    const [green, blue] = [red + area, red + 2 * area];
    const [r, g, b] = [values[red]!, values[green]!, values[blue]!];
    const most = Math.max(r, g, b);
    const spread = most - Math.min(r, g, b);
    if (spread === 0) continue;
    // Sixths of the wheel from red.
    const hue = most === r ? (g - b) / spread : most === g ? 2 + (b - r) / spread : 4 + (r - g) / spread;
    const turned = hue + 6 * turn;
    values[red] = most - spread * awayFrom(turned, 5);
    values[green] = most - spread * awayFrom(turned, 3);
    values[blue] = most - spread * awayFrom(turned, 1);
  }
}

/** How far a channel lies below the greatest one, 0 to 1, at a hue in sixths of the wheel. */
function awayFrom(hue: number, channel: number): number {
  const k = (((hue + channel) % 6) + 6) % 6;
  return Math.max(0, Math.min(k, 4 - k, 1));
}

/** Gives all three channels the pixel's grey. */
export function turnGrey(canvas: Canvas): void {
  if (canvas.channels !== 3) return;
  const { values } = canvas;
  const [start, end] = extentOf(canvas);
  const area = (end - start) / 3;
  for (let i = start; i < start + area; i++) {
    const grey = greyAt(canvas, i, area);
    for (let at = i; at < end; at += area) values[at] = grey;
  }
}

/**
 * Changes brightness, contrast, saturation and hue by factors drawn at random, in an order drawn at random, as
 * torchvision's `ColorJitter` does.
 *
 * @see https://github.com/pytorch/vision/blob/v0.14.1/torchvision/transforms/transforms.py
 */
export function jitterColours(canvas: Canvas, rng: Rng, options: JitterOptions): void {
  const factor = (strength: number): number => rng.uniform(Math.max(0, 1 - strength), 1 + strength);
  // All are drawn, also what a grey picture has no use for, so that later draws do not depend on the picture.
  const brightness = factor(options.brightness);
  const contrast = factor(options.contrast);
  const saturation = factor(options.saturation);
  const hue = rng.uniform(-options.hue, options.hue);
  for (const which of rng.permutation(4)) {
    if (which === 0 && options.brightness > 0) adjustBrightness(canvas, brightness);
    else if (which === 1 && options.contrast > 0) adjustContrast(canvas, contrast);
    else if (which === 2 && options.saturation > 0) adjustSaturation(canvas, saturation);
    else if (which === 3 && options.hue > 0) adjustHue(canvas, hue);
  }
}

function greyAt({ values, channels }: Canvas, at: number, area: number): number {
  if (channels !== 3) return values[at]!;
  return redShare * values[at]! + greenShare * values[at + area]! + blueShare * values[at + 2 * area]!;
}

function extentOf({ offset, channels, height, width }: Canvas): [start: number, end: number] {
  return [offset, offset + channels * height * width];
}
