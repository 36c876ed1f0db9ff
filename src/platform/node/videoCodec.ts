import { InputError } from "../../base/index.ts";

/** H.264 levels from 4.0 on: the most macroblocks in a picture and in a second (ITU-T H.264, table A-1). */
const levels = [
  { hex: "28", picture: 8192, second: 245_760 },
  { hex: "2a", picture: 8704, second: 522_240 },
  { hex: "32", picture: 22_080, second: 589_824 },
  { hex: "33", picture: 36_864, second: 983_040 },
  { hex: "34", picture: 36_864, second: 2_073_600 },
] as const;

export interface VideoSize {
  readonly width: number;
  readonly height: number;
}

/**
 * The WebCodecs name of H.264, High profile, at the lowest level from 4.0 on that holds the size and rate: what every
 * browser plays.
 *
 * @throws InputError when the sides are odd (colour has half the resolution) or the video is larger than H.264 allows.
 */
export function h264Codec({ width, height }: VideoSize, fps: number): string {
  const sides = [width, height];
  if (sides.some((side) => !Number.isInteger(side) || side < 16 || side % 2 !== 0)) {
    throw new InputError(`a video of ${width}x${height} cannot be made, expected even sides of 16 or more`);
  }
  const picture = Math.ceil(width / 16) * Math.ceil(height / 16);
  const level = levels.find((each) => picture <= each.picture && picture * fps <= each.second);
  if (!level) {
    throw new InputError(
      `a video of ${width}x${height} at ${fps} frames a second is more than H.264 level 5.2 holds: ask for a smaller size or fewer frames`,
    );
  }
  return `avc1.6400${level.hex}`;
}
