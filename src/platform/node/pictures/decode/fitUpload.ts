import type { Preprocessing } from "../../../../modality/image/index.ts";
import { mostPicturePixels, ofUpload } from "../../datasets/decodePicture.ts";
import { fitFile } from "./preprocessPicture.ts";

/**
 * A picture file from somewhere as an encoder takes it: `[channels, size, size]`, 0 to 255. What it is and how large
 * is told by its content, before it is decoded.
 *
 * @throws PictureFormatError when the bytes are no PNG, JPEG, WebP, GIF, BMP, PNM, TIFF or AVIF.
 * @throws InputError when the picture is too large, or damaged.
 */
export async function fitUpload(
  bytes: Uint8Array,
  preprocessing: Preprocessing,
): Promise<Uint8Array<ArrayBuffer>> {
  return ofUpload(bytes, () => fitFile(bytes, preprocessing, mostPicturePixels));
}
