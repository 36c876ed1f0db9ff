import { InputError } from "../base/index.ts";
import type { DrawnPicture, Picture, PictureBlob, RawPicture } from "./picture.ts";

/** Pixels whose number of channels is known. */
export type Pixels = Required<RawPicture>;

/** A picture by what has to be done to read it. */
export type PictureKind =
  | { readonly kind: "place"; readonly place: string | URL }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "blob"; readonly blob: PictureBlob }
  | { readonly kind: "pixels"; readonly pixels: Pixels }
  | { readonly kind: "drawn"; readonly drawn: DrawnPicture };

/**
 * Which kind of picture a value is, told by what it has, since a `Blob` of another window is no instance of ours.
 *
 * @param name what messages call the picture
 * @throws InputError when it is none, or pixels that do not fill their width and height.
 */
export function pictureKind(picture: Picture, name: string): PictureKind {
  if (typeof picture === "string" || picture instanceof URL) return { kind: "place", place: picture };
  if (picture instanceof ArrayBuffer) return { kind: "bytes", bytes: new Uint8Array(picture) };
  if (picture instanceof Uint8Array) return { kind: "bytes", bytes: picture };
  if (typeof picture === "object" && picture !== null) {
    if ("data" in picture) return { kind: "pixels", pixels: wholePixels(picture, name) };
    if ("arrayBuffer" in picture) return { kind: "blob", blob: picture };
    if ("close" in picture || "getContext" in picture || "decode" in picture) {
      return { kind: "drawn", drawn: picture };
    }
  }
  throw new InputError(
    `${name} is ${typeof picture === "object" ? "an object" : typeof picture}, expected a path or URL, a file's bytes, a Blob, or { data, width, height }`,
  );
}

function wholePixels({ data, width, height, channels }: RawPicture, name: string): Pixels {
  const each = channels ?? data.length / (width * height);
  const whole = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0;
  if (whole && (each === 1 || each === 2 || each === 3 || each === 4)) {
    if (data.length === width * height * each) return { data, width, height, channels: each };
  }
  throw new InputError(
    `${name} has ${data.length} bytes for ${width} x ${height} pixels${channels === undefined ? "" : ` of ${channels} channels`}, expected 1 to 4 bytes for each pixel`,
  );
}
