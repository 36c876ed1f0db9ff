import sharp from "sharp";
import type { Preview } from "../../../data/index.ts";
import { encodeGreyPng } from "../figures/greyPng.ts";

/** Longest side of a thumbnail, in pixels: enough for a contact sheet, about 2 KB. */
const longestSide = 96;
/** Pictures of no longer side lose nothing. */
const fewPixels = 32;
/** Thumbnails at a time: sharp makes them in threads of its own. */
const together = 32;

/**
 * Small WebP or PNG files of pictures as the encoder saw them, so that results can be shown without the pictures themselves.
 *
 * @param pictures `[channels, height, width]` each, 0 to 255, 1 or 3 channels
 */
export async function makeThumbnails(
  pictures: readonly Uint8Array[],
  [channels, height, width]: readonly [number, number, number],
): Promise<Preview[]> {
  const thumbnails: Preview[] = [];
  for (let start = 0; start < pictures.length; start += together) {
    const some = pictures.slice(start, start + together);
    thumbnails.push(
      ...(await Promise.all(
        some.map((planes) => thumbnail(interleaved(planes, channels), channels, height, width)),
      )),
    );
  }
  return thumbnails;
}

async function thumbnail(
  pixels: Uint8Array,
  channels: number,
  height: number,
  width: number,
): Promise<Preview> {
  const longest = Math.max(width, height);
  // Three times as fast as WebP, and half as large; 16 levels of grey are enough to tell digits by.
  if (channels === 1 && longest <= fewPixels) {
    return { mediaType: "image/png", bytes: await encodeGreyPng(pixels, width, height) };
  }
  const picture = sharp(pixels, { raw: { width, height, channels: channels === 1 ? 1 : 3 } });
  if (longest > longestSide) picture.resize(longestSide, longestSide, { fit: "inside" });
  // Effort 0 is many times faster than the default and a tenth larger; of few pixels, none may be lost.
  const bytes = await picture
    .webp(longest <= fewPixels ? { lossless: true, effort: 0 } : { quality: 80, effort: 0 })
    .toBuffer();
  return { mediaType: "image/webp", bytes };
}

/** `[channels, height, width]` to `[height, width, channels]`. */
function interleaved(planes: Uint8Array, channels: number): Uint8Array {
  if (channels === 1) return planes;
  const area = planes.length / channels;
  const pixels = new Uint8Array(planes.length);
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < area; i++) pixels[i * channels + channel] = planes[channel * area + i]!;
  }
  return pixels;
}
