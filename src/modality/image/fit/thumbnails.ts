import { coverage, resampledPlane } from "./resample.ts";

export interface PictureSize {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/** Pictures of one size, `[count, channels, height, width]`. */
export interface Thumbnails extends PictureSize {
  readonly count: number;
  readonly pixels: Uint8Array;
}

/** The size of pictures to look at: their own, or such that their longer side is `longest`. */
export function thumbnailSize({ width, height, channels }: PictureSize, longest: number): PictureSize {
  const scale = Math.min(1, longest / Math.max(width, height));
  const side = (length: number): number => Math.max(1, Math.round(length * scale));
  return { width: side(width), height: side(height), channels };
}

/** Pictures made smaller to look at, each new pixel the mean of what it covers; the same ones where they are small enough. */
export function thumbnails(pictures: Thumbnails, longest: number): Thumbnails {
  const { count, channels, width, height, pixels } = pictures;
  const to = thumbnailSize(pictures, longest);
  if (to.width === width && to.height === height) return pictures;
  const across = coverage(0, width, to.width);
  const down = coverage(0, height, to.height);
  const [from, area] = [width * height, to.width * to.height];
  const smaller = new Uint8Array(count * channels * area);
  for (let plane = 0; plane < count * channels; plane++) {
    const values = pixels.subarray(plane * from, (plane + 1) * from);
    const shrunk = resampledPlane(values, pictures, across, down);
    for (let i = 0; i < area; i++) smaller[plane * area + i] = Math.round(shrunk[i]!);
  }
  return { ...to, count, pixels: smaller };
}
