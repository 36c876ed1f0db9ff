import { InputError } from "../../../base/index.ts";
import { type DrawnPicture, type Picture, type Pixels, pictureKind } from "../../../encoder/index.ts";
import { fitPicture } from "../../../modality/image/fit/fitPicture.ts";
import type { Preprocessing } from "../../../modality/image/index.ts";
import { fetched, placeOf } from "./fetched.ts";

/** What of a browser is used here, where its types are not. */
interface Bitmap {
  readonly width: number;
  readonly height: number;
  close(): void;
}
interface Context {
  fillStyle: string;
  fillRect(x: number, y: number, width: number, height: number): void;
  drawImage(image: Bitmap, x: number, y: number): void;
  getImageData(
    x: number,
    y: number,
    width: number,
    height: number,
  ): { readonly data: Uint8ClampedArray<ArrayBuffer> };
}
interface Browser {
  createImageBitmap(source: Blob | DrawnPicture): Promise<Bitmap>;
  readonly OffscreenCanvas: new (
    width: number,
    height: number,
  ) => { getContext(kind: "2d", options: { readonly willReadFrequently: boolean }): Context | null };
}

/**
 * A picture as an encoder takes it, `[channels, size, size]`, 0 to 255: decoded by the browser, and resized as sharp does
 * in Node, see `fitPicture`.
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
      return decoded(await (await fetched(placeOf(known.place))).blob(), name, preprocessing);
    case "bytes":
      return decoded(new Blob([new Uint8Array(known.bytes)]), name, preprocessing);
    case "blob":
      return decoded(
        known.blob instanceof Blob ? known.blob : new Blob([await known.blob.arrayBuffer()]),
        name,
        preprocessing,
      );
    case "pixels": {
      const { width, height } = known.pixels;
      return fitPicture(withAlpha(known.pixels), width, height, preprocessing);
    }
    case "drawn":
      return decoded(known.drawn, name, preprocessing);
  }
}

/** Turned by its orientation, what shines through it laid on the background. */
async function decoded(
  source: Blob | DrawnPicture,
  name: string,
  preprocessing: Preprocessing,
): Promise<Uint8Array> {
  const { createImageBitmap, OffscreenCanvas } = globalThis as typeof globalThis & Browser;
  let bitmap: Bitmap;
  try {
    bitmap = await createImageBitmap(source);
  } catch (error) {
    throw new InputError(
      `${name} is no picture that this browser reads: ${error instanceof Error ? error.message : error}`,
      { cause: error },
    );
  }
  const { width, height } = bitmap;
  try {
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    if (!context)
      throw new InputError(`${name}: this browser gives no canvas of ${width} x ${height} pixels`);
    context.fillStyle = preprocessing.background ?? "#000";
    context.fillRect(0, 0, width, height);
    context.drawImage(bitmap, 0, 0);
    return fitPicture(context.getImageData(0, 0, width, height).data, width, height, preprocessing);
  } finally {
    bitmap.close();
  }
}

/** Red, green, blue and alpha of each pixel. */
function withAlpha({ data, width, height, channels }: Pixels): Uint8Array | Uint8ClampedArray {
  if (channels === 4) return data;
  const rgba = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    const at = i * channels;
    const grey = channels < 3;
    rgba[4 * i] = data[at]!;
    rgba[4 * i + 1] = data[grey ? at : at + 1]!;
    rgba[4 * i + 2] = data[grey ? at : at + 2]!;
    rgba[4 * i + 3] = channels === 2 ? data[at + 1]! : 255;
  }
  return rgba;
}
