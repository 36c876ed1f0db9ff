/** How a picture of any size becomes a square one: cut to its middle, put on a ground as a whole, or stretched. */
export const fits = ["cover", "contain", "stretch"] as const;
export type Fit = (typeof fits)[number];

/**
 * What is done to a picture file before an encoder sees it, in this order: turned as its EXIF orientation says, its alpha
 * laid on black, made grey or red, green and blue (sRGB), and resized to a square. The bytes are then scaled to [-1, 1].
 */
export interface Preprocessing {
  /** Height and width, in pixels. */
  readonly size: number;
  /** 1 for grey, 3 for red, green, blue. */
  readonly channels: 1 | 3;
  readonly fit: Fit;
}
