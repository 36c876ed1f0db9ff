import { InputError } from "../../../base/index.ts";
import { type Picture, pictureKind } from "../../../encoder/index.ts";
import type { RgbPicture } from "../../../pretrained/index.ts";
import { pathOf } from "../encoder/place.ts";
import { readFileOrExplain } from "../files/files.ts";
import {
  explainDecoding,
  type OpenedPicture,
  openedRaw,
  openPicture,
} from "../pictures/decode/openPicture.ts";

/**
 * A picture at its own size: turned as its EXIF orientation says, laid on black where it is transparent.
 *
 * @throws InputError naming the picture when it cannot be read.
 */
export async function rgbPicture(picture: Picture, name: string): Promise<RgbPicture> {
  const known = pictureKind(picture, name);
  switch (known.kind) {
    case "place": {
      const path = pathOf(known.place);
      return decodedFile(await readFileOrExplain(path), path);
    }
    case "bytes":
      return decodedFile(known.bytes, name);
    case "blob":
      return decodedFile(new Uint8Array(await known.blob.arrayBuffer()), name);
    case "pixels": {
      const { data, width, height, channels } = known.pixels;
      if (channels === 3 && data instanceof Uint8Array) return { data, width, height };
      return decoded(openedRaw({ ...known.pixels, data: new Uint8Array(data) }));
    }
    case "drawn":
      throw new InputError(
        `${name} is an image of a browser, expected a path, a file's bytes, a Blob, or { data, width, height }`,
      );
  }
}

async function decodedFile(bytes: Uint8Array, name: string): Promise<RgbPicture> {
  try {
    const picture = await openPicture(bytes);
    try {
      return await decoded(picture);
    } catch (error) {
      throw explainDecoding(error, bytes);
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${name}: ${error.message}`, { cause: error });
  }
}

async function decoded({ open }: OpenedPicture): Promise<RgbPicture> {
  const { data, info } = await open()
    .flatten({ background: { r: 0, g: 0, b: 0 } })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}
