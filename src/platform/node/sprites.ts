import { AbortedError } from "../../base/index.ts";
import { type ImageDataset, pixelsPerImage } from "../../data/index.ts";
import type { PictureSheets } from "../../report/plotPoints.ts";
import { encodeColourPng } from "./colourPng.ts";
import { encodeGreyPng } from "./greyPng.ts";

/** Pictures along a side of a sheet: 1,024 in all, so that a sheet is decoded in some milliseconds. */
const columns = 32;

export interface SpriteOptions {
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * All pictures of a data set as sheets to put into a page: grey ones as PNG in 16 levels, about 105 bytes for a digit,
 * coloured ones as they are.
 *
 * @throws AbortedError when stopped by `signal`.
 */
export async function spriteSheets(
  dataset: ImageDataset,
  options: SpriteOptions = {},
): Promise<PictureSheets> {
  const { count, channels, height, width } = dataset;
  const perSheet = columns * columns;
  const sheets: string[] = [];
  for (let start = 0; start < count; start += perSheet) {
    if (options.signal?.aborted) throw new AbortedError("the pictures were stopped");
    const rows = Math.min(perSheet, count - start);
    const lines = Math.ceil(rows / columns);
    const planes = Array.from({ length: channels }, (_, channel) => plane(dataset, start, rows, channel));
    const extents = [columns * width, lines * height] as const;
    const png =
      channels === 1
        ? await encodeGreyPng(planes[0]!, ...extents)
        : await encodeColourPng(planes, ...extents);
    sheets.push(`data:image/png;base64,${Buffer.from(png).toString("base64")}`);
    options.onProgress?.(start + rows, count);
  }
  return { width, height, columns, perSheet, sheets };
}

/** One channel of a sheet, `[lines * height, columns * width]`. */
function plane(dataset: ImageDataset, start: number, rows: number, channel: number): Uint8Array {
  const { height, width, pixels } = dataset;
  const line = columns * width;
  const sheet = new Uint8Array(Math.ceil(rows / columns) * height * line);
  for (let i = 0; i < rows; i++) {
    const from = (start + i) * pixelsPerImage(dataset) + channel * height * width;
    const to = Math.floor(i / columns) * height * line + (i % columns) * width;
    for (let y = 0; y < height; y++) {
      sheet.set(pixels.subarray(from + y * width, from + (y + 1) * width), to + y * line);
    }
  }
  return sheet;
}
