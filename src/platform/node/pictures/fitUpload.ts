import sharp from "sharp";
import { InputError } from "../../../base/index.ts";
import type { Preprocessing } from "../../../data/index.ts";
import { fitPicture } from "../../../explorer/fitPicture.ts";
import { pictureHeader } from "../../../explorer/pictureHeader.ts";
import { decodePicture, mostPicturePixels, PictureFormatError } from "../decodePicture.ts";
import { preprocessPicture } from "./preprocessPicture.ts";

/** What else sharp reads of what cameras and scanners write; SVG is a program rather than a picture, so it is none. */
const furtherFormats: readonly string[] = ["tiff", "heif"];

/**
 * A picture file from somewhere as an encoder takes it: `[channels, size, size]`, 0 to 255. What it is and how large
 * is told by its content, before it is decoded.
 *
 * @throws PictureFormatError when the bytes are no PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF.
 * @throws InputError when the picture is too large, or damaged.
 */
export async function fitUpload(
  bytes: Uint8Array,
  preprocessing: Preprocessing,
): Promise<Uint8Array<ArrayBuffer>> {
  const header = pictureHeader(bytes) ?? (await furtherHeader(bytes));
  if (!header) {
    throw new PictureFormatError(
      `the ${bytes.length} bytes are no picture that can be read, expected PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF`,
    );
  }
  const { format, width, height } = header;
  if (width === 0 || height === 0 || width * height > mostPicturePixels) {
    throw new InputError(
      `the ${format} is ${width} x ${height} pixels, expected 1 to ${mostPicturePixels.toLocaleString("en")} in all: make it smaller`,
    );
  }
  // The one format that the canvas reads and sharp does not.
  if (format === "BMP") {
    const decoded = await decodePicture(bytes);
    return fitPicture(decoded.pixels, decoded.width, decoded.height, preprocessing);
  }
  return preprocessPicture(bytes, `the ${format}`, preprocessing);
}

async function furtherHeader(
  bytes: Uint8Array,
): Promise<{ readonly format: string; readonly width: number; readonly height: number } | null> {
  try {
    const { format, width, height } = await sharp(bytes, { limitInputPixels: mostPicturePixels }).metadata();
    return furtherFormats.includes(format) ? { format: format.toUpperCase(), width, height } : null;
  } catch {
    // Whatever it is, it is no picture.
    return null;
  }
}
