import { InputError } from "../../../base/index.ts";
import { type Picture, pictureKind } from "../../../encoder/index.ts";
import type { Preprocessing } from "../../../modality/image/index.ts";
import { readFileOrExplain } from "../files/files.ts";
import { preprocessPicture, preprocessPixels } from "../pictures/decode/preprocessPicture.ts";
import { pathOf } from "./place.ts";

/**
 * A picture as an encoder takes it, `[channels, size, size]`, 0 to 255.
 *
 * @throws InputError naming the picture when it cannot be read.
 */
export async function readPicture(
  picture: Picture,
  name: string,
  preprocessing: Preprocessing,
): Promise<Uint8Array> {
  const known = pictureKind(picture, name);
  switch (known.kind) {
    case "place":
      return preprocessPicture(await readFileOrExplain(pathOf(known.place)), name, preprocessing);
    case "bytes":
      return preprocessPicture(known.bytes, name, preprocessing);
    case "blob":
      return preprocessPicture(new Uint8Array(await known.blob.arrayBuffer()), name, preprocessing);
    case "pixels":
      return preprocessPixels(known.pixels, preprocessing);
    case "drawn":
      throw new InputError(
        `${name} is an image of a browser, expected a path, a file's bytes, a Blob, or { data, width, height }`,
      );
  }
}
