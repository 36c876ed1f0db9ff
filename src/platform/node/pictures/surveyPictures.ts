import { readFile } from "node:fs/promises";
import sharp from "sharp";
import type { Preprocessing } from "../../../data/index.ts";
import type { PictureFile } from "./pictureTree.ts";
import { preprocessPicture } from "./preprocessPicture.ts";

/** Pictures looked at: those in even distances. */
const surveyed = 64;
/** Sides to choose from; larger ones take an encoder more time than a first try should. */
const sides = [28, 32, 48, 64] as const;
/** Side at which colours are looked for, and the difference between two channels that JPEG makes of grey. */
const colourSide = 32;
const greyTolerance = 6;

/**
 * What of a preprocessing was not chosen, chosen from the pictures: grey where all those looked at are grey, and a side of
 * 28, 32, 48 or 64, the greatest that is not above the median of their shorter sides.
 *
 * @param pictures in an order that does not hang on chance
 */
export async function surveyPictures(
  pictures: readonly PictureFile[],
  chosen: Partial<Preprocessing>,
): Promise<Preprocessing> {
  const { fit = "cover" } = chosen;
  if (chosen.size !== undefined && chosen.channels !== undefined) {
    return { size: chosen.size, channels: chosen.channels, fit };
  }
  const step = Math.max(1, pictures.length / surveyed);
  const sample = Array.from(
    { length: Math.min(surveyed, pictures.length) },
    (_, i) => pictures[Math.floor(i * step)]!,
  );
  // Few enough to be looked at side by side.
  const seen = (await Promise.all(sample.map(look))).filter((one) => one !== null);
  const shorter = seen.map((one) => one.shorter).sort((a, b) => a - b);
  const median = shorter[Math.floor((shorter.length - 1) / 2)] ?? sides[0];
  return {
    size: chosen.size ?? sides.findLast((side) => side <= median) ?? sides[0],
    channels: chosen.channels ?? (seen.every(({ grey }) => grey) ? 1 : 3),
    fit,
  };
}

/** The shorter side of a picture, and whether it is grey; null where it cannot be read, which is reported later. */
async function look({ path, file }: PictureFile): Promise<{ shorter: number; grey: boolean } | null> {
  try {
    const bytes = await readFile(file);
    const { width, height } = await sharp(bytes).metadata();
    const pixels = await preprocessPicture(bytes, path, { size: colourSide, channels: 3, fit: "stretch" });
    return { shorter: Math.min(width, height), grey: isGrey(pixels) };
  } catch (error) {
    if (error instanceof Error) return null;
    throw error;
  }
}

/** @param pixels `[3, area]` */
function isGrey(pixels: Uint8Array): boolean {
  const area = pixels.length / 3;
  for (let i = 0; i < area; i++) {
    const [red, green, blue] = [pixels[i]!, pixels[area + i]!, pixels[2 * area + i]!];
    if (Math.max(red, green, blue) - Math.min(red, green, blue) > greyTolerance) return false;
  }
  return true;
}
