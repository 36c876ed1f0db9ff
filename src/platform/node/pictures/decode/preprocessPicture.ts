import { InputError } from "../../../../base/index.ts";
// Not from the folder's index: threads begin three times as fast without the rest of it.
import { backgroundOf } from "../../../../modality/image/fit/background.ts";
import { containedSide, fitPixels, type PlacedPixels } from "../../../../modality/image/fit/fitPicture.ts";
import type { Preprocessing } from "../../../../modality/image/index.ts";
import {
  explainDecoding,
  mostFilePixels,
  type OpenedPicture,
  openedRaw,
  openPicture,
} from "./openPicture.ts";
import type { RawPixels } from "./pnm.ts";

/**
 * A picture file's bytes as an encoder takes them: `[channels, size, size]`, 0 to 255.
 *
 * Any format that sharp reads: PNG, JPEG, WebP, GIF (its first frame), TIFF, AVIF and SVG; and BMP and PNM.
 *
 * @param name what messages call the picture, such as its path
 * @throws InputError when the bytes are no picture, or one that is damaged or too large.
 */
export async function preprocessPicture(
  bytes: Uint8Array,
  name: string,
  preprocessing: Preprocessing,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await fitFile(bytes, preprocessing, mostFilePixels);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${name}: ${error.message}`, { cause: error });
  }
}

/** Pixels as an encoder takes them: as a file of them would be read. */
export async function preprocessPixels(
  pixels: RawPixels,
  preprocessing: Preprocessing,
): Promise<Uint8Array<ArrayBuffer>> {
  return fitPixels(await reducedPixels(openedRaw(pixels), preprocessing), preprocessing);
}

/**
 * {@link preprocessPicture} of a picture without a name.
 *
 * @throws InputError that begins with `is`.
 */
export async function fitFile(
  bytes: Uint8Array,
  preprocessing: Preprocessing,
  mostPixels: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const picture = await openPicture(bytes, mostPixels);
  try {
    return fitPixels(await reducedPixels(picture, preprocessing), preprocessing);
  } catch (error) {
    throw explainDecoding(error, bytes);
  }
}

/** Side from which half a pixel does not matter, while what `fitPixels` does would take longer than decoding. */
const largeSide = 128;
/** How much larger than wanted a picture is decoded, so that `fitPixels` can place it to a part of a pixel. */
const margin = 1.25;

/**
 * A picture decoded at about the size that is wanted, with where it is in what was decoded: `fitPixels` does the rest. So
 * copies in several sizes come out the same: to cut whole pixels of one that was made small by sharp would move it by
 * half a pixel, more or less for each size.
 */
async function reducedPixels(picture: OpenedPicture, preprocessing: Preprocessing): Promise<PlacedPixels> {
  const { width, height, format, flipped } = picture;
  const { size, fit } = preprocessing;
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  const steps = (fit === "contain" ? long : short) / size;
  if (format !== "svg" && size >= largeSide) return largePixels(picture, preprocessing);
  if (format !== "svg" && steps < margin * 1.2) return whole(await decoded(picture, preprocessing));
  // SVG is drawn at the size that it is asked for.
  const scale = format === "svg" ? Math.min(2 / steps, 8192 / long) : margin / steps;
  const side = (length: number): number => Math.max(1, Math.round(length * scale));
  const to = { width: side(width), height: side(height) };
  const pixels = await decoded(picture, preprocessing, to);
  const shrink = format === "jpeg" ? shrinkOnLoad(Math.min(width / to.width, height / to.height)) : 1;
  // What is over after the last whole group of pixels is left out.
  const across = (to.width * width) / (Math.floor(width / shrink) * shrink);
  const down = (to.height * height) / (Math.floor(height / shrink) * shrink);
  return {
    ...pixels,
    place: {
      left: flipped.x ? to.width - across : 0,
      top: flipped.y ? to.height - down : 0,
      width: across,
      height: down,
    },
    of: picture,
  };
}

/**
 * At which part sharp decodes a JPEG that is to be made smaller by `shrink`: a half, a quarter or an eighth.
 *
 * @see https://github.com/lovell/sharp/blob/main/src/pipeline.cc
 */
function shrinkOnLoad(shrink: number): number {
  const part = [8, 4, 2, 1].find((each) => each <= shrink) ?? 1;
  return part > 1 && Math.floor(shrink) === part ? part / 2 : part;
}

/** By sharp alone; of a picture that is cut, the longer side comes out so that as many whole pixels go at both ends. */
async function largePixels(picture: OpenedPicture, preprocessing: Preprocessing): Promise<PlacedPixels> {
  const { width, height } = picture;
  const { size, fit } = preprocessing;
  const [short, long] = [Math.min(width, height), Math.max(width, height)];
  const side = {
    cover: (length: number) => size + 2 * Math.round((size * (length / short - 1)) / 2),
    contain: (length: number) => containedSide(length, long, size),
    stretch: () => size,
  }[fit];
  return whole(await decoded(picture, preprocessing, { width: side(width), height: side(height) }));
}

function whole(pixels: DecodedPixels): PlacedPixels {
  return { ...pixels, place: { left: 0, top: 0, width: pixels.width, height: pixels.height }, of: pixels };
}

type DecodedPixels = Omit<PlacedPixels, "place" | "of">;

interface Side {
  readonly width: number;
  readonly height: number;
}

async function decoded(
  { open, deep, grey }: OpenedPicture,
  preprocessing: Preprocessing,
  size?: Side,
): Promise<DecodedPixels> {
  const [r, g, b] = backgroundOf(preprocessing);
  let picture = open().flatten({ background: { r, g, b } });
  if (size) picture = picture.resize(size.width, size.height, { fit: "fill" });
  const { levels } = preprocessing;
  if (deep && levels) {
    // In the file's own levels: colours of 8 bits would have lost them.
    if (deep === "ushort") picture = picture.toColourspace(grey ? "grey16" : "rgb16");
    const { data, info } = await picture.raw({ depth: "float" }).toBuffer({ resolveWithObject: true });
    const values = new Float32Array(data.buffer, data.byteOffset, data.length / 4);
    const [low, high] = levels;
    const brought = Float32Array.from(values, (value) => {
      const level = ((value - low) / (high - low)) * 255;
      // What is no number is black.
      return level > 0 ? Math.min(255, level) : 0;
    });
    return { data: brought, width: info.width, height: info.height, channels: info.channels === 1 ? 1 : 3 };
  }
  const { data, info } = await picture.toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: 3 };
}
