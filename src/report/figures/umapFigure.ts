import type { StyledClasses } from "../classStyles.ts";
import { type Box, drawFrame, drawLegend, drawMarker, type PlotContext } from "./frame.ts";

/** What {@link drawUmapFigure} draws. */
export interface UmapFigure {
  readonly subtitle: string;
  readonly classes: StyledClasses;
  /** `[count, 2]` */
  readonly positions: Float32Array;
}

/** Draws a map of the embedding space, to the same scale along both axes. */
export function drawUmapFigure(context: PlotContext, { subtitle, classes, positions }: UmapFigure): void {
  const whole = drawFrame(context, { title: "The embedding space in two dimensions (UMAP)", subtitle });
  const box = classes.styles.length > 1 ? drawLegend(context, classes.styles, whole) : whole;
  const count = positions.length / 2;
  const place = fitInto(positions, box);
  const radius = pointRadius(count);
  context.globalAlpha = pointOpacity(count);
  for (let row = 0; row < count; row++) {
    const { colour, symbol } = classes.styles[classes.of[row]!]!;
    const [x, y] = place(positions[2 * row]!, positions[2 * row + 1]!);
    context.fillStyle = colour;
    drawMarker(context, symbol, x, y, radius);
  }
  context.globalAlpha = 1;
}

/** Radius of a point in pixels of the figure. */
export function pointRadius(count: number): number {
  return Math.min(12, Math.max(3.2, 140 / Math.cbrt(count) - 0.8));
}

export function pointOpacity(count: number): number {
  return count > 5000 ? 0.6 : 0.85;
}

/** The middle of the points at that of the box, as large as fits, `y` upwards. */
export function fitInto(
  positions: Float32Array,
  box: Box,
): (x: number, y: number) => readonly [number, number] {
  let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < positions.length; i += 2) {
    left = Math.min(left, positions[i]!);
    right = Math.max(right, positions[i]!);
    bottom = Math.min(bottom, positions[i + 1]!);
    top = Math.max(top, positions[i + 1]!);
  }
  const pad = 20;
  const scale = Math.min(
    (box.width - 2 * pad) / (right - left || 1),
    (box.height - 2 * pad) / (top - bottom || 1),
  );
  const [cx, cy] = [box.x + box.width / 2, box.y + box.height / 2];
  return (x, y) => [cx + (x - (left + right) / 2) * scale, cy - (y - (bottom + top) / 2) * scale];
}
