import type { ImageDataset } from "../imageDataset.ts";
import type { Originals } from "./proof.ts";
import { blocks, type PictureRows, type Thumbnails } from "./thumbnail.ts";

/**
 * The pictures of data sets themselves as what they are looked at closely by, where no files are at hand; undefined where
 * their thumbnails have all of their detail already.
 */
export function ownPixels(
  pictures: PictureRows,
  { channels, height, width }: Pick<ImageDataset, "channels" | "height" | "width">,
  thumbnails: Pick<Thumbnails, "rows" | "columns">,
): Originals | undefined {
  const own = Math.min(height, width);
  if (own <= Math.min(thumbnails.rows, thumbnails.columns)) return undefined;
  return {
    side: async () => own,
    plane: async (row, side) => {
      const pixels = pictures.pixels(row);
      const [rowOf, columnOf] = [blocks(height, side), blocks(width, side)];
      const [sums, counts] = [new Float64Array(side * side), new Float64Array(side * side)];
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const to = rowOf[y]! * side + columnOf[x]!;
          counts[to]! += channels;
          for (let channel = 0; channel < channels; channel++) {
            sums[to]! += pixels[(channel * height + y) * width + x]!;
          }
        }
      }
      return Uint8Array.from(sums, (sum, i) => Math.round(sum / counts[i]!));
    },
  };
}
