import { readFile } from "node:fs/promises";
import type { Preprocessing } from "../../../modality/image/index.ts";
import { batches } from "./batches.ts";
import { requireDescriptors } from "./decode/openFiles.ts";
import { mostFilePixels, type OpenedPicture, openPicture } from "./decode/openPicture.ts";
import { type Ink, inkOf, inksOnClear, levelsFor, type Range, rangeOf } from "./decode/pictureLevels.ts";
import { preprocessPicture } from "./decode/preprocessPicture.ts";
import type { PictureFile } from "./listing/pictureTree.ts";

/** Pictures looked at: those in even distances. */
const surveyed = 64;
/** Looked at side by side, which may be large ones. */
const together = 8;
/** Sides to choose from; larger ones take an encoder more time than a first try should. */
const sides = [28, 32, 48, 64] as const;
/** Side at which colours are looked for, and the difference between two channels that JPEG makes of grey. */
const colourSide = 32;
const greyTolerance = 6;
const black = "#000000";
const white = "#ffffff";
const middleGrey = "#808080";

/** What of a preprocessing is chosen already; levels of null are those of the format. */
export type ChosenPreprocessing = Partial<Omit<Preprocessing, "levels">> & {
  readonly levels?: Preprocessing["levels"] | null;
};

/** A preprocessing as it stands, so that nothing of it is chosen anew: what it does not name has its default. */
export function settled(preprocessing: Preprocessing): ChosenPreprocessing {
  return { background: black, levels: null, ...preprocessing };
}

/** A preprocessing, and what there is to say about what was chosen. */
export interface Surveyed {
  readonly preprocessing: Preprocessing;
  readonly notes: readonly string[];
}

/**
 * What of a preprocessing was not chosen, chosen from the pictures, once for all of them:
 *
 * - grey where all those looked at are grey
 * - a side of 28, 32, 48 or 64, the greatest that is not above the median of their shorter sides
 * - a white background where they are dark drawings on a transparent ground, which black would hide, and a grey one where
 *   there are light ones, too
 * - of pictures of more than 8 bits, the levels that are used, where they are not those of the format
 *
 * @param pictures in an order that does not hang on chance
 */
export async function surveyPictures(
  pictures: readonly PictureFile[],
  chosen: ChosenPreprocessing,
): Promise<Surveyed> {
  const { size, channels, fit = "cover", background, levels } = chosen;
  const complete = [size, channels, background, levels].every((one) => one !== undefined);
  const seen = complete ? [] : await lookAt(pictures);
  const shorter = seen.map((one) => one.shorter).sort((a, b) => a - b);
  const median = shorter[Math.floor((shorter.length - 1) / 2)] ?? sides[0];
  const notes: string[] = [];
  let ground = background;
  const inks = ground === undefined ? inksOnClear(seen.map(({ ink }) => ink)) : null;
  if (inks === "dark") {
    ground = white;
    notes.push(
      "the pictures are dark drawings on a transparent ground, so they are laid on white (--background black lays them on black)",
    );
  } else if (inks === "both") {
    ground = middleGrey;
    notes.push(
      "the pictures are drawings on a transparent ground, dark ones and light ones, so they are laid on grey, which shows both (--background chooses another colour)",
    );
  }
  let range = levels;
  if (range === undefined) {
    range = levelsFor(seen.flatMap((one) => (one.range ? [one.range] : [])));
    if (range) {
      notes.push(
        `pictures of more than 8 bits: their levels ${range[0].toLocaleString("en")} to ${range[1].toLocaleString("en")} become black to white, as those looked at use no others`,
      );
    }
  }
  const preprocessing = {
    size: size ?? sides.findLast((side) => side <= median) ?? sides[0],
    channels: channels ?? (seen.every(({ grey }) => grey) ? 1 : 3),
    fit,
    ...(ground === undefined || ground === black ? {} : { background: ground }),
    ...(range ? { levels: range } : {}),
  };
  return { preprocessing, notes };
}

interface Look {
  readonly shorter: number;
  readonly grey: boolean;
  readonly ink: Ink | null;
  readonly range: Range | null;
}

async function lookAt(pictures: readonly PictureFile[]): Promise<Look[]> {
  const step = Math.max(1, pictures.length / surveyed);
  const sample = Array.from(
    { length: Math.min(surveyed, pictures.length) },
    (_, i) => pictures[Math.floor(i * step)]!,
  );
  const seen: (Look | null)[] = [];
  for (const some of batches(sample, together)) seen.push(...(await Promise.all(some.map(look))));
  return seen.filter((one) => one !== null);
}

/** Null for a picture that cannot be read, which is reported later. */
async function look({ path, file }: PictureFile): Promise<Look | null> {
  try {
    const bytes = await readFile(file);
    const picture: OpenedPicture = await openPicture(bytes, mostFilePixels);
    const pixels = await preprocessPicture(bytes, path, { size: colourSide, channels: 3, fit: "stretch" });
    return {
      shorter: Math.min(picture.width, picture.height),
      grey: isGrey(pixels),
      ink: picture.hasAlpha ? await inkOf(picture) : null,
      range: picture.deep ? await rangeOf(picture) : null,
    };
  } catch (error) {
    requireDescriptors(error);
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
