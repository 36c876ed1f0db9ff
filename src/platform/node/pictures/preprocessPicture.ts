import sharp from "sharp";
import { InputError } from "../../../base/index.ts";
import type { Fit, Preprocessing } from "../../../data/index.ts";

/** Pixels that a picture file may claim to have: 268 million, sharp's own limit (16,384 x 16,384). */
export const mostFilePixels = 16_384 * 16_384;

const sharpFit: Readonly<Record<Fit, "cover" | "contain" | "fill">> = {
  cover: "cover",
  contain: "contain",
  stretch: "fill",
};

/**
 * A picture file's bytes as an encoder takes them: `[channels, size, size]`, 0 to 255.
 *
 * Any format that sharp reads: PNG, JPEG, WebP, GIF (its first frame), TIFF, AVIF and SVG.
 *
 * @param name what messages call the picture, such as its path
 * @throws InputError when the bytes are no picture, or one that is damaged or too large.
 */
export async function preprocessPicture(
  bytes: Uint8Array,
  name: string,
  { size, channels, fit }: Preprocessing,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { data } = await sharp(bytes, { limitInputPixels: mostFilePixels, failOn: "error" })
      .autoOrient()
      .flatten({ background: "#000" })
      .resize(size, size, { fit: sharpFit[fit], background: "#000" })
      .toColourspace(channels === 1 ? "b-w" : "srgb")
      .raw()
      .toBuffer({ resolveWithObject: true });
    return planes(data, size * size, channels);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new InputError(`${name}: ${await pictureProblem(bytes, error)}`, { cause: error });
  }
}

/** What is wrong with bytes that sharp refused, and what to do about it. */
async function pictureProblem(bytes: Uint8Array, { message }: Error): Promise<string> {
  if (bytes.length === 0) return "is an empty file, no picture";
  if (/unsupported image format/i.test(message)) {
    return "is no picture that can be read, expected PNG, JPEG, WebP, GIF, TIFF, AVIF or SVG";
  }
  if (/exceeds pixel limit/i.test(message)) {
    // From the header alone; nothing is decoded.
    const { width, height } = await sharp(bytes, { limitInputPixels: false }).metadata();
    return `is ${width} x ${height} pixels, more than the ${mostFilePixels.toLocaleString("en")} (16,384 x 16,384) that a picture may have: make it smaller`;
  }
  return `is damaged or cut off: ${message.split("\n", 1)[0]}`;
}

/** `[height, width, channels]` to `[channels, height, width]`. */
function planes(interleaved: Uint8Array, area: number, channels: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(area * channels);
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < area; i++) result[channel * area + i] = interleaved[i * channels + channel]!;
  }
  return result;
}
