import type { PictureSize } from "kindred/workspace";
import type { MapPictures } from "../map/mapTypes.ts";
import { pictureRgba } from "../parts/pictureRgba.ts";

/** CSS pixels of a picture on the map, the least and the most; and of the frame in its class's colour, in the atlas. */
const least = 20;
const most = 64;
const frameWidth = 2;
/** Sides of a cell are at most this, so that 300 of them fit into a texture anywhere. */
const largestCell = 96;

/** One canvas with all the pictures, each framed in its colour. */
export function thumbnailAtlas(
  rows: Uint32Array,
  pictures: readonly Uint8Array[],
  { width, height, channels }: PictureSize,
  colourOf: (row: number) => string,
  area: number,
): MapPictures {
  const scale = Math.max(1, Math.floor(56 / Math.max(width, height)));
  const cell = Math.min(largestCell, Math.max(width, height) * scale + 2 * frameWidth);
  const across = Math.ceil(Math.sqrt(rows.length));
  const atlas = document.createElement("canvas");
  atlas.width = across * cell;
  atlas.height = Math.max(1, Math.ceil(rows.length / across)) * cell;
  // Both in the processor's memory: in that of the graphics processor each picture would wait for what it has to draw.
  const context = atlas.getContext("2d", { willReadFrequently: true });
  const one = new OffscreenCanvas(width, height);
  const oneContext = one.getContext("2d", { willReadFrequently: true });
  if (context && oneContext) {
    // Digits keep their pixels; photographs are made smaller smoothly.
    context.imageSmoothingEnabled = scale === 1;
    context.imageSmoothingQuality = "high";
    for (const [i, row] of rows.entries()) {
      const x = (i % across) * cell;
      const y = Math.floor(i / across) * cell;
      oneContext.putImageData(
        new ImageData(pictureRgba(pictures[i]!, width, height, channels), width, height),
        0,
        0,
      );
      context.fillStyle = colourOf(row);
      context.fillRect(x, y, cell, cell);
      const inside = cell - 2 * frameWidth;
      context.drawImage(one, x + frameWidth, y + frameWidth, inside, inside);
    }
  }
  const size = Math.min(Math.max(0.55 * Math.sqrt(area / Math.max(1, rows.length)), least), most);
  return { rows, atlas, across, cell, size };
}
