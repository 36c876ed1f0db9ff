import type { ImageDataset } from "../imageDataset.ts";
import type { ColourOrder } from "./colourOrder.ts";

/** What a user says of how data is written, where it does not tell by itself. */
export interface DataForm {
  /** The column of a table that holds the labels; null for what the names of the columns tell. */
  readonly labelColumn: string | null;
  /** Where the colours are in rows of pixels; null for what the pictures show. */
  readonly colourOrder: ColourOrder | null;
  /** Whether pictures in arrays lie on their side, so that rows and columns are to be exchanged, as EMNIST's. */
  readonly transpose: boolean;
}

/** Where nothing is said. */
export const untoldForm: DataForm = { labelColumn: null, colourOrder: null, transpose: false };

/** The pictures with rows and columns exchanged, copied. */
export function transposed(dataset: ImageDataset): ImageDataset {
  const { count, channels, height, width, pixels, pixelsChecksum: _, ...rest } = dataset;
  const area = height * width;
  const turned = new Uint8Array(pixels.length);
  for (let plane = 0; plane < count * channels; plane++) {
    const start = plane * area;
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        turned[start + x * height + y] = pixels[start + y * width + x]!;
      }
    }
  }
  return { ...rest, count, channels, height: width, width: height, pixels: turned };
}
