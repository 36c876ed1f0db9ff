import { InputError } from "../../../base/index.ts";
import { type DrawnPicture, type Picture, type Pixels, pictureKind } from "../../../encoder/index.ts";
import { fitPicture } from "../../../modality/image/fit/fitPicture.ts";
import type { Preprocessing } from "../../../modality/image/index.ts";
import type { RgbPicture } from "../../../pretrained/index.ts";
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
  const { data, width, height } = await rgbaPicture(picture, name, preprocessing.background ?? "#000");
  return fitPicture(data, width, height, preprocessing);
}

/**
 * A picture at its own size, as a pretrained tower takes it: what shines through it is laid on black.
 *
 * @throws InputError naming the picture when it cannot be read.
 */
export async function rgbPicture(picture: Picture, name: string): Promise<RgbPicture> {
  const { data: rgba, width, height } = await rgbaPicture(picture, name, "#000");
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const alpha = rgba[4 * i + 3]!;
    for (let channel = 0; channel < 3; channel++) {
      data[3 * i + channel] = Math.round((rgba[4 * i + channel]! * alpha) / 255);
    }
  }
  return { data, width, height };
}

/** Red, green, blue and alpha of each pixel, `[height, width, 4]`. */
interface RgbaPicture {
  readonly data: Uint8Array | Uint8ClampedArray;
  readonly width: number;
  readonly height: number;
}

async function rgbaPicture(picture: Picture, name: string, background: string): Promise<RgbaPicture> {
  const known = pictureKind(picture, name);
  switch (known.kind) {
    case "place":
      return decoded(await (await fetched(placeOf(known.place))).blob(), name, background);
    case "bytes":
      return decoded(new Blob([new Uint8Array(known.bytes)]), name, background);
    case "blob":
      return decoded(
        known.blob instanceof Blob ? known.blob : new Blob([await known.blob.arrayBuffer()]),
        name,
        background,
      );
    case "pixels": {
      const { width, height } = known.pixels;
      return { data: withAlpha(known.pixels), width, height };
    }
    case "drawn":
      return decoded(known.drawn, name, background);
  }
}

/** Turned by its orientation, what shines through it laid on the background. */
async function decoded(source: Blob | DrawnPicture, name: string, background: string): Promise<RgbaPicture> {
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
    context.fillStyle = background;
    context.fillRect(0, 0, width, height);
    context.drawImage(bitmap, 0, 0);
    return { data: context.getImageData(0, 0, width, height).data, width, height };
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
