import { z } from "zod";
import { colourPattern, fits } from "./fits.ts";

export const preprocessingSchema = z.strictObject({
  /** Height and width, in pixels. */
  size: z.number().int().min(1),
  /** 1 for grey, 3 for red, green, blue. */
  channels: z.union([z.literal(1), z.literal(3)]),
  fit: z.enum(fits),
  /** What shines through a picture, and lies around one that does not fill the square; default black, `#000000`. */
  background: z.string().regex(colourPattern).exactOptional(),
  /** The levels of pictures of more than 8 bits that become 0 and 255; default what their format has for black and white. */
  levels: z.tuple([z.number(), z.number()]).readonly().exactOptional(),
});

/**
 * What is done to a picture file before an encoder sees it, in this order: its levels brought to 8 bits, turned as its EXIF
 * orientation says, its alpha laid on the background, made red, green and blue (sRGB), resized to a square, and made grey
 * where that is wanted. The bytes are then scaled to [-1, 1].
 */
export type Preprocessing = Readonly<z.infer<typeof preprocessingSchema>>;
