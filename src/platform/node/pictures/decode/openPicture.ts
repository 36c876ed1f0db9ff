import sharp, { type Metadata, type Sharp } from "sharp";
import { InputError } from "../../../../base/index.ts";
import { pictureHeader } from "../../../../modality/image/fit/pictureHeader.ts";
import { decodeBmp } from "./bmp.ts";
import { noPictureReason, pictureFormat } from "./pictureFormat.ts";
import { decodePnm, pnmSize, type RawPixels } from "./pnm.ts";

/** Pixels that a picture file may claim to have: 268 million, sharp's own limit (16,384 x 16,384). */
export const mostFilePixels = 16_384 * 16_384;

/** A picture file whose beginning was read. */
export interface OpenedPicture {
  /** Its pixels, turned as its EXIF orientation says; a new pipeline at each call. */
  open(): Sharp;
  /** As turned. */
  readonly width: number;
  readonly height: number;
  /** JPEG can be decoded at a half, a quarter or an eighth, SVG at any size. */
  readonly format: "jpeg" | "svg" | "other";
  /** Whether turning it puts its last column, or row, first. */
  readonly flipped: { readonly x: boolean; readonly y: boolean };
  /** Whether it has levels of more than 8 bits, of which type. */
  readonly deep: "ushort" | "other" | null;
  readonly grey: boolean;
  readonly hasAlpha: boolean;
}

/** By EXIF orientation, see {@link OpenedPicture.flipped}. */
const flippedAcross = [2, 3, 6, 7];
const flippedDown = [3, 4, 7, 8];

/**
 * Finds out what a picture file is, by its content, and how large, before it is decoded; BMP and PNM, which sharp does
 * not read, are decoded at once.
 *
 * @param mostPixels that it may have, in width times height
 * @throws InputError that begins with `is`, when the bytes are no picture, too large, or damaged.
 */
export async function openPicture(bytes: Uint8Array, mostPixels = mostFilePixels): Promise<OpenedPicture> {
  const format = pictureFormat(bytes);
  if (bytes.length === 0 || format?.read === false) throw new InputError(noPictureReason(bytes, format));
  // The frames of a GIF may be larger than sharp is told.
  const header = format?.name === "PNM" ? pnmSize(bytes) : pictureHeader(bytes);
  if (header) requireSize(header.width, header.height, mostPixels);
  if (format?.name === "BMP") return openedRaw(await decodeBmp(bytes));
  if (format?.name === "PNM") return openedRaw(decodePnm(bytes));
  try {
    // From the header alone; nothing is decoded.
    const metadata = await sharp(bytes, { limitInputPixels: false }).metadata();
    requireSize(metadata.width, metadata.height, mostPixels);
    return opened(() => sharp(bytes, { limitInputPixels: mostPixels, failOn: "error" }), metadata);
  } catch (error) {
    throw explainDecoding(error, bytes);
  }
}

/** What a decoder said of a picture, as an InputError that begins with `is`; other errors as they are. */
export function explainDecoding(error: unknown, bytes: Uint8Array): unknown {
  if (!(error instanceof Error) || error instanceof InputError) return error;
  const message = error.message.split("\n", 1)[0]!.replace(/:?\s*$/, "");
  const format = pictureFormat(bytes);
  const options = { cause: error };
  if (/unsupported image format/i.test(message)) return new InputError(noPictureReason(bytes), options);
  if (/not configured|not supported|unsupported|not implemented|bad \w+ format/i.test(message)) {
    return new InputError(
      `is ${format?.name ?? "a picture"} of a kind that is not read (${message}): save it as PNG or JPEG`,
      options,
    );
  }
  const reason = /^input buffer has corrupt header$/i.test(message) ? "its header cannot be read" : message;
  return new InputError(`is damaged or cut off: ${reason}`, options);
}

function requireSize(width: number, height: number, mostPixels: number): void {
  if (width > 0 && height > 0 && width * height <= mostPixels) return;
  const all = mostPixels.toLocaleString("en");
  const large =
    mostPixels === mostFilePixels
      ? `more than the ${all} (16,384 x 16,384) that a picture may have`
      : `expected 1 to ${all} in all`;
  throw new InputError(
    width > 0 && height > 0
      ? `is ${width} x ${height} pixels, ${large}: make it smaller`
      : `is damaged: its header says ${width} x ${height} pixels`,
  );
}

/** Pixels as a file of them would be opened. */
export function openedRaw({ data, width, height, channels }: RawPixels): OpenedPicture {
  const deep = data instanceof Uint16Array;
  const source = (): Sharp => {
    const picture = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
    return deep ? picture.pipelineColourspace("rgb16") : picture;
  };
  return opened(source, {
    width,
    height,
    channels,
    hasAlpha: channels % 2 === 0,
    depth: deep ? "ushort" : "uchar",
  });
}

type KnownOf = Pick<Metadata, "width" | "height" | "channels" | "hasAlpha" | "depth"> &
  Partial<Pick<Metadata, "format" | "orientation">>;

function opened(
  source: () => Sharp,
  { width, height, format, depth, channels, hasAlpha, orientation = 1 }: KnownOf,
): OpenedPicture {
  const turned = orientation >= 5;
  return {
    open: () => source().autoOrient(),
    width: turned ? height : width,
    height: turned ? width : height,
    format: format === "jpeg" || format === "svg" ? format : "other",
    flipped: { x: flippedAcross.includes(orientation), y: flippedDown.includes(orientation) },
    deep: depth === "uchar" ? null : depth === "ushort" ? "ushort" : "other",
    grey: channels - (hasAlpha ? 1 : 0) === 1,
    hasAlpha,
  };
}
