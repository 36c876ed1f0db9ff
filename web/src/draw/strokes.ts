/** A place on the drawing surface, 0 to 1 from left to right and from top to bottom. */
export interface InkPoint {
  readonly x: number;
  readonly y: number;
}

export type Stroke = readonly InkPoint[];

/** Width of a stroke as a part of the surface's side: drawn over most of it, a digit has strokes as thick as MNIST's. */
export const strokeWidth = 0.085;

/** What a path is drawn with, as a canvas has it. */
export type Pen = Pick<
  CanvasRenderingContext2D,
  "beginPath" | "moveTo" | "lineTo" | "quadraticCurveTo" | "stroke"
>;

/**
 * Draws a stroke with curves that run through the middles between its points and take the points as their control points, so
 * that they have no corners; a stroke of one point is a dot.
 *
 * @param side of the surface, in the pen's units
 */
export function drawStroke(pen: Pen, stroke: Stroke, side: number): void {
  const first = stroke[0];
  if (first === undefined) return;
  pen.beginPath();
  pen.moveTo(first.x * side, first.y * side);
  for (let i = 1; i < stroke.length - 1; i++) {
    const { x, y } = stroke[i]!;
    const next = stroke[i + 1]!;
    pen.quadraticCurveTo(x * side, y * side, ((x + next.x) / 2) * side, ((y + next.y) / 2) * side);
  }
  // A line of no length is drawn by its round ends.
  const last = stroke.at(-1)!;
  pen.lineTo(last.x * side, last.y * side);
  pen.stroke();
}

/** Points nearer than this to the one before add nothing but noise of the hand, as a part of the side. */
const nearest = 0.004;

/** A stroke with further points, without those that hardly differ from the one before. */
export function longer(stroke: Stroke, points: readonly InkPoint[]): Stroke {
  const all = [...stroke];
  for (const point of points) {
    const last = all.at(-1);
    if (last === undefined || Math.hypot(point.x - last.x, point.y - last.y) >= nearest) all.push(point);
  }
  return all;
}

/** Where a pointer is on a surface, kept within it by half a stroke so that no ink is cut off. */
export function inkPoint(
  pointer: { readonly clientX: number; readonly clientY: number },
  box: { readonly left: number; readonly top: number; readonly width: number; readonly height: number },
): InkPoint {
  const within = (part: number): number => Math.min(1 - strokeWidth / 2, Math.max(strokeWidth / 2, part));
  return {
    x: within((pointer.clientX - box.left) / box.width),
    y: within((pointer.clientY - box.top) / box.height),
  };
}
