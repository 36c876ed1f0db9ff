import { InputError } from "../../../../base/index.ts";
import type { Preprocessing } from "../../../../modality/image/index.ts";
import { explainDecoding, openPicture } from "./openPicture.ts";
import { pictureFormat } from "./pictureFormat.ts";
import { fitFile } from "./preprocessPicture.ts";

/** Pixels that an uploaded picture file may claim to have. */
const mostPicturePixels = 16_000_000;
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
 * The pixels of a picture file from somewhere, made smaller to at most 1,024 a side. What it is and how large is read from
 * its bytes, before it is decoded.
 *
 * @throws PictureFormatError when the bytes are no PNG, JPEG, WebP, GIF, BMP, PNM, TIFF or AVIF.
 * @throws InputError when the picture is too large, or damaged.
 */
export function decodePicture(bytes: Uint8Array): Promise<DecodedPicture> {
  return ofUpload(bytes, async () => {
    const { open } = await openPicture(bytes, mostPicturePixels);
    try {
      const { data, info } = await open()
        .resize(longestSide, longestSide, { fit: "inside", withoutEnlargement: true })
        .toColourspace("srgb")
        .ensureAlpha()
        .raw()
        .toBuffer({ resolveWithObject: true });
      return { width: info.width, height: info.height, pixels: new Uint8Array(data) };
    } catch (error) {
      throw explainDecoding(error, bytes);
    }
  });
}

/**
 * A picture file from somewhere as an encoder takes it: `[channels, size, size]`, 0 to 255. What it is and how large
 * is told by its content, before it is decoded.
 *
 * @throws as {@link decodePicture}.
 */
export function fitUpload(bytes: Uint8Array, preprocessing: Preprocessing): Promise<Uint8Array<ArrayBuffer>> {
  return ofUpload(bytes, () => fitFile(bytes, preprocessing, mostPicturePixels));
}

/**
 * What is made of a file that a page sent. SVG is a program rather than a picture, so it is none here.
 *
 * @throws PictureFormatError for bytes of no format that is read.
 * @throws InputError as `make` does, the format named.
 */
async function ofUpload<T>(bytes: Uint8Array, make: () => Promise<T>): Promise<T> {
  const format = pictureFormat(bytes);
  if (!format?.read || format.name === "SVG") {
    throw new PictureFormatError(
      `the ${bytes.length} bytes are no picture that can be read, expected PNG, JPEG, WebP, GIF, BMP, PNM, TIFF or AVIF`,
    );
  }
  try {
    return await make();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`the ${format.name} ${error.message}`, { cause: error });
  }
}
