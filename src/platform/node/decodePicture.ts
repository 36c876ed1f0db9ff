import { InputError } from "../../base/index.ts";
import { pictureHeader } from "../../explorer/pictureHeader.ts";
import { createCanvas, decodeImage } from "./canvas.ts";

/** Pixels that a picture file may claim to have. */
export const mostPicturePixels = 16_000_000;
/** A larger side is made smaller to this. */
const longestSide = 1024;

/** Pixels of a picture. */
export interface DecodedPicture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and alpha, `[height, width, 4]`. */
  readonly pixels: Uint8Array<ArrayBuffer>;
}

/** Bytes that are no picture that can be decoded. */
export class PictureFormatError extends InputError {}

/**
 * The pixels of a PNG, JPEG, WebP, GIF (its first frame) or BMP file, made smaller to at most 1,024 a side. What it is
 * and how large is read from its first bytes, before it is decoded.
 *
 * @throws PictureFormatError when the bytes are none of these.
 * @throws InputError when the picture is too large, or damaged.
 */
export async function decodePicture(bytes: Uint8Array): Promise<DecodedPicture> {
  const header = pictureHeader(bytes);
  if (!header) {
    throw new PictureFormatError(
      `the ${bytes.length} bytes are no picture that can be read, expected PNG, JPEG, WebP, GIF or BMP`,
    );
  }
  const { format, width, height } = header;
  if (width === 0 || height === 0 || width * height > mostPicturePixels) {
    throw new InputError(
      `the ${format} is ${width} x ${height} pixels, expected 1 to ${mostPicturePixels.toLocaleString("en")} in all: make it smaller`,
    );
  }
  const image = await decodeImage(bytes, format);
  // Turned by its orientation, a picture's sides may have changed places, and nothing else.
  if (image.width * image.height > mostPicturePixels) {
    throw new InputError(
      `the ${format} is larger than its first bytes say (${width} x ${height}): save it anew`,
    );
  }
  const scale = Math.min(1, longestSide / Math.max(image.width, image.height));
  const size = [image.width, image.height].map((side) => Math.max(1, Math.round(side * scale)));
  const [toWidth, toHeight] = [size[0]!, size[1]!];
  const context = (await createCanvas(toWidth, toHeight)).getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, toWidth, toHeight);
  const { data } = context.getImageData(0, 0, toWidth, toHeight);
  return { width: toWidth, height: toHeight, pixels: new Uint8Array(data) };
}
