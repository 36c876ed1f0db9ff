import { InputError } from "../../../base/index.ts";

/** H.264's highest level, 5.2: the most macroblocks in a picture and in a second (ITU-T H.264, table A-1). */
const highest = { picture: 36_864, second: 2_073_600 } as const;

export interface VideoSize {
  readonly width: number;
  readonly height: number;
}

/**
 * @throws InputError when the sides are odd (colour has half the resolution) or the video is larger than H.264 allows.
 */
export function requireH264Size({ width, height }: VideoSize, fps: number): void {
  const sides = [width, height];
  if (sides.some((side) => !Number.isInteger(side) || side < 16 || side % 2 !== 0)) {
    throw new InputError(`a video of ${width}x${height} cannot be made, expected even sides of 16 or more`);
  }
  const picture = Math.ceil(width / 16) * Math.ceil(height / 16);
  if (picture > highest.picture || picture * fps > highest.second) {
    throw new InputError(
      `a video of ${width}x${height} at ${fps} frames a second is more than H.264 level 5.2 holds: ask for a smaller size or fewer frames`,
    );
  }
}
