import type { GreyPicture } from "kindred/workspace";
import { drawStroke, type Stroke, strokeWidth } from "./strokes.ts";

/** Five pixels to one of the digit that comes of it, and quick to read back. */
const side = 140;
let canvas: HTMLCanvasElement | null = null;

/** The ink of strokes as light on dark, 255 where there is full ink. */
export function inkOf(strokes: readonly Stroke[]): GreyPicture {
  canvas ??= document.createElement("canvas");
  canvas.width = side;
  canvas.height = side;
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  if (!pen) throw new Error("this browser has no canvas to draw on");
  setPen(pen, side, "#ffffff");
  for (const stroke of strokes) drawStroke(pen, stroke, side);
  const { data } = pen.getImageData(0, 0, side, side);
  return {
    width: side,
    height: side,
    values: Uint8Array.from({ length: side * side }, (_, i) => data[4 * i + 3]!),
  };
}

/** A round pen as wide as strokes are on a surface of that side. */
export function setPen(pen: CanvasRenderingContext2D, size: number, colour: string): void {
  pen.strokeStyle = colour;
  pen.lineWidth = strokeWidth * size;
  pen.lineCap = "round";
  pen.lineJoin = "round";
}
