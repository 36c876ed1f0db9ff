import { InputError } from "../base/index.ts";

/** An image of a figure. */
export interface Picture {
  /** `[channels, height, width]`, 0 to 255. */
  readonly pixels: Uint8Array;
  /** 1 for grey, 3 for red, green, blue. */
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  /** Written below the image, such as `positive 7`. */
  readonly caption: string;
}

/** Where something lies in a figure, in pixels. */
export interface Placed {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** The part of a 2D context that such figures need; a browser's `CanvasRenderingContext2D` has it. */
export interface FigureContext {
  fillStyle: string | object;
  font: string;
  textAlign: "center" | "end" | "left" | "right" | "start";
  textBaseline: "alphabetic" | "bottom" | "hanging" | "ideographic" | "middle" | "top";
  beginPath(): void;
  roundRect(x: number, y: number, width: number, height: number, radius: number): void;
  fill(): void;
  fillRect(x: number, y: number, width: number, height: number): void;
  fillText(text: string, x: number, y: number, maxWidth?: number): void;
}

/**
 * Paints each pixel as a rectangle, which stays sharp where a canvas would smooth a scaled image, and each run of
 * equal pixels at once.
 */
export function drawPicture(context: FigureContext, picture: Picture, { x, y, width, height }: Placed): void {
  const columns = Math.min(picture.width, width);
  const rows = Math.min(picture.height, height);
  const cellWidth = width / columns;
  const cellHeight = height / rows;
  for (let row = 0; row < rows; row++) {
    const sourceRow = Math.floor(((row + 0.5) * picture.height) / rows);
    let start = 0;
    let colour = "";
    for (let column = 0; column <= columns; column++) {
      const sourceColumn = Math.floor(((column + 0.5) * picture.width) / columns);
      const next = column < columns ? colourAt(picture, sourceRow, sourceColumn) : "";
      if (next === colour) continue;
      if (column > start) {
        context.fillStyle = colour;
        context.fillRect(
          x + start * cellWidth,
          y + row * cellHeight,
          (column - start) * cellWidth,
          cellHeight,
        );
      }
      start = column;
      colour = next;
    }
  }
}

function colourAt({ pixels, channels, height, width }: Picture, row: number, column: number): string {
  const at = row * width + column;
  const plane = channels === 3 ? height * width : 0;
  return `rgb(${pixels[at]}, ${pixels[at + plane]}, ${pixels[at + 2 * plane]})`;
}

/** @throws InputError when the bytes of a picture do not fit its shape. */
export function requireWhole({ pixels, channels, height, width, caption }: Picture): void {
  const valid =
    (channels === 1 || channels === 3) && [height, width].every((n) => Number.isInteger(n) && n > 0);
  if (valid && pixels.length === channels * height * width) return;
  throw new InputError(
    `the image "${caption}" of the figure has ${pixels.length} bytes for [channels, height, width] = [${channels}, ${height}, ${width}], expected 1 or 3 channels, positive extents and a byte for each value`,
  );
}
