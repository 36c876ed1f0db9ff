import { statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { InputError } from "../../../../base/index.ts";
import type { Originals } from "../../../../modality/image/duplicates/index.ts";
import type { ImageDataset } from "../../../../modality/image/index.ts";
import { requireDescriptors } from "../decode/openFiles.ts";
import { mostFilePixels, openPicture } from "../decode/openPicture.ts";
import { fitFile } from "../decode/preprocessPicture.ts";

/** Sides that pictures are compared at; detail beyond the greatest says nothing more about copies. */
const sides = [256, 192, 128, 96, 64, 48, 32, 24, 16, 8] as const;
/** Planes kept for further comparisons: 16 MB. */
const kept = 256;

/** {@link Originals} that can be shown, too. */
export interface PictureOriginals extends Originals {
  /** A picture made square as the encoder takes it, in colour and at its own resolution up to a size; null as in the others. */
  shown(row: number, most: number): Promise<Picture | null>;
}

/** `[3, side, side]`. */
interface Picture {
  readonly pixels: Uint8Array;
  readonly side: number;
}

/**
 * The files of a training's pictures, to be looked at closely; undefined for pictures that are no files.
 *
 * @param source the folder or the table that their paths are relative to
 */
export function pictureOriginals(
  source: string,
  { training, validation }: { readonly training: ImageDataset; readonly validation: ImageDataset },
): PictureOriginals | undefined {
  const { preprocessing } = training;
  if (!training.paths || !validation.paths || !preprocessing) return undefined;
  const paths = [...training.paths, ...validation.paths];
  const root = statSync(source).isDirectory() ? source : dirname(source);
  const sideOf = new Map<number, number | null>();
  const planes = new Map<string, Uint8Array>();

  const look = async <T>(row: number, at: (bytes: Uint8Array) => Promise<T>): Promise<T | null> => {
    try {
      return await at(await readFile(resolve(root, paths[row]!)));
    } catch (error) {
      requireDescriptors(error);
      // A file that is gone, or was changed, proves nothing.
      if (error instanceof InputError || (error instanceof Error && "code" in error)) return null;
      throw error;
    }
  };
  return {
    async side(row) {
      let side = sideOf.get(row);
      if (side === undefined) {
        side = await look(row, async (bytes) => {
          const { width, height } = await openPicture(bytes, mostFilePixels);
          return sides.find((each) => each <= Math.min(width, height)) ?? null;
        });
        sideOf.set(row, side);
      }
      return side;
    },
    async plane(row, side) {
      const key = `${row} ${side}`;
      const known = planes.get(key);
      if (known) return known;
      const plane = await look(row, (bytes) =>
        fitFile(bytes, { ...preprocessing, size: side, channels: 1 }, mostFilePixels),
      );
      if (plane) {
        if (planes.size >= kept) planes.delete(planes.keys().next().value!);
        planes.set(key, plane);
      }
      return plane;
    },
    shown: (row, most) =>
      look(row, async (bytes) => {
        const { width, height } = await openPicture(bytes, mostFilePixels);
        const side = Math.min(most, width, height);
        const pixels = await fitFile(bytes, { ...preprocessing, size: side, channels: 3 }, mostFilePixels);
        return { pixels, side };
      }),
  };
}
