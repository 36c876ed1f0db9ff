import sharp from "sharp";
import { AbortedError } from "../../../base/index.ts";
import { type Thumbnails, thumbnails } from "../../../modality/image/fit/thumbnails.ts";
import { type ImageDataset, sliceImages } from "../../../modality/image/index.ts";
import type { PictureSheets } from "../../../report/plotPoints.ts";
import { encodeGreyPng } from "./greyPng.ts";

/** Pictures along a side of a sheet: 1,024 in all, so that a sheet is decoded in some milliseconds. */
const columns = 32;

/** Longer sides of the pictures are at most this, and less where there are many: a page is one file, and is read whole. */
const longest = 64;
const shortest = 16;
/** Pixels of all pictures together: 100,000 are then of 24 x 24, 16,000 of 64 x 64. */
const mostPixels = 2 ** 26;
/** Few pictures can afford to be sharp; of many, nobody looks at each so closely. */
const webpQuality = (count: number): number => (count <= 10_000 ? 92 : 80);

export interface SpriteOptions {
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * All pictures of a data set as sheets to put into a page: grey ones as PNG in 16 levels, about 105 bytes for a digit,
 * coloured ones as WebP. Large ones are made smaller, all to one size, so that a page of 100,000 can still be opened.
 *
 * @throws AbortedError when stopped by `signal`.
 */
export async function spriteSheets(
  dataset: ImageDataset,
  options: SpriteOptions = {},
): Promise<PictureSheets> {
  const { count, channels } = dataset;
  const side = spriteSide(count);
  const perSheet = columns * columns;
  const sheets: string[] = [];
  let { height, width } = dataset;
  for (let start = 0; start < count; start += perSheet) {
    if (options.signal?.aborted) throw new AbortedError("the pictures were stopped");
    const rows = Math.min(perSheet, count - start);
    const lines = Math.ceil(rows / columns);
    const small = thumbnails(sliceImages(dataset, start, start + rows), side);
    ({ height, width } = small);
    const planes = Array.from({ length: channels }, (_, channel) => plane(small, channel));
    const extents = [columns * width, lines * height] as const;
    sheets.push(
      channels === 1
        ? address("png", await encodeGreyPng(planes[0]!, ...extents))
        : address("webp", await encodeColours(planes, ...extents, webpQuality(count))),
    );
    options.onProgress?.(start + rows, count);
  }
  return { width, height, columns, perSheet, sheets };
}

/** Pixels of the longer side of so many pictures. */
export function spriteSide(count: number): number {
  return Math.max(shortest, Math.min(longest, Math.floor(Math.sqrt(mostPixels / Math.max(1, count)))));
}

function address(type: "png" | "webp", bytes: Uint8Array): string {
  return `data:image/${type};base64,${Buffer.from(bytes).toString("base64")}`;
}

/** @param planes red, green and blue, `[height, width]` each */
function encodeColours(
  planes: readonly Uint8Array[],
  width: number,
  height: number,
  quality: number,
): Promise<Uint8Array> {
  const pixels = new Uint8Array(width * height * planes.length);
  for (const [channel, values] of planes.entries()) {
    for (let i = 0; i < values.length; i++) pixels[planes.length * i + channel] = values[i]!;
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
    .webp({ quality, smartSubsample: true })
    .toBuffer();
}

/** One channel of a sheet, `[lines * height, columns * width]`. */
function plane({ count, channels, height, width, pixels }: Thumbnails, channel: number): Uint8Array {
  const line = columns * width;
  const sheet = new Uint8Array(Math.ceil(count / columns) * height * line);
  for (let i = 0; i < count; i++) {
    const from = (i * channels + channel) * height * width;
    const to = Math.floor(i / columns) * height * line + (i % columns) * width;
    for (let y = 0; y < height; y++) {
      sheet.set(pixels.subarray(from + y * width, from + (y + 1) * width), to + y * line);
    }
  }
  return sheet;
}
