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
    throw new InputError(`${name}: cannot be read as a picture: ${error.message}`, { cause: error });
  }
}

/** `[height, width, channels]` to `[channels, height, width]`. */
function planes(interleaved: Uint8Array, area: number, channels: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(area * channels);
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < area; i++) result[channel * area + i] = interleaved[i * channels + channel]!;
  }
  return result;
}
