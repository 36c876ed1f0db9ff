import type { ClassStyle, MarkerSymbol } from "../classStyles.ts";
import type { FigureContext } from "../drawnPicture.ts";

/** The part of a 2D context that the figures need; a browser's `CanvasRenderingContext2D` has it. */
export interface PlotContext extends FigureContext {
  strokeStyle: string | object;
  lineWidth: number;
  lineJoin: "bevel" | "miter" | "round";
  globalAlpha: number;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  closePath(): void;
  arc(x: number, y: number, radius: number, start: number, end: number): void;
  stroke(): void;
  setLineDash(segments: number[]): void;
  save(): void;
  restore(): void;
  translate(x: number, y: number): void;
  rotate(angle: number): void;
  measureText(text: string): { readonly width: number };
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Pixels of a figure, which is meant to be shown at half its size on a usual screen. */
export const figureSize = { width: 2400, height: 1600 } as const;

export const ink = { text: "#141a24", faint: "#566173", grid: "#e3e7ee", axis: "#aab3c0" } as const;

const margin = 80;
const headerHeight = 150;
const legendWidth = 260;

export const font = (size: number, weight: 400 | 600 = 400): string =>
  `${weight} ${size}px Inter, sans-serif`;

/** Paints the ground, writes title and subtitle, and says what is left to draw in. */
export function drawFrame(
  context: PlotContext,
  { title, subtitle }: { readonly title: string; readonly subtitle: string },
): Box {
  const { width, height } = figureSize;
  context.fillStyle = "#ffffff";
  context.fillRect(0, 0, width, height);
  context.textAlign = "left";
  context.textBaseline = "alphabetic";
  context.fillStyle = ink.text;
  context.font = font(52, 600);
  context.fillText(title, margin, margin + 40, width - 2 * margin);
  context.fillStyle = ink.faint;
  context.font = font(30);
  context.fillText(subtitle, margin, margin + 98, width - 2 * margin);
  const top = margin + headerHeight;
  return { x: margin, y: top, width: width - 2 * margin, height: height - top - margin };
}

/** Writes the classes down the right side of a box, in more columns where they are many; returns what is left. */
export function drawLegend(context: PlotContext, styles: readonly ClassStyle[], box: Box): Box {
  const line = 64;
  const rows = Math.floor((box.height - 40) / line);
  const columns = Math.min(3, Math.ceil(styles.length / rows));
  // Names are words, and want more room than digits do.
  const wordy = styles.some(({ name }) => name.length > 4);
  const each = wordy ? 270 : 150;
  const width = columns === 1 ? (wordy ? 400 : legendWidth) : columns * each + (wordy ? 40 : 0);
  const left = box.x + box.width - width + 40;
  const shown = styles.slice(0, rows * columns);
  const top = box.y + Math.max(0, (box.height - Math.min(rows, shown.length) * line) / 2);
  context.textBaseline = "middle";
  for (const [index, { name, count, colour, symbol }] of shown.entries()) {
    const x = left + Math.floor(index / rows) * each;
    const y = top + (index % rows) * line + line / 2;
    context.fillStyle = colour;
    drawMarker(context, symbol, x + 14, y, 14);
    context.textAlign = "left";
    context.fillStyle = ink.text;
    context.font = font(wordy ? 28 : 34, 600);
    const room = columns === 1 ? width - 46 - 120 : each - 56;
    context.fillText(name, x + 46, y, room);
    if (columns > 1) continue;
    const used = Math.min(room, context.measureText(name).width);
    context.fillStyle = ink.faint;
    context.font = font(26);
    context.fillText(count.toLocaleString("en"), x + 60 + used, y + 2);
  }
  context.textBaseline = "alphabetic";
  return { ...box, width: box.width - width };
}

/** Fills a marker of the current colour, `radius` from its middle. */
export function drawMarker(
  context: Pick<PlotContext, "beginPath" | "moveTo" | "lineTo" | "closePath" | "arc" | "fill">,
  symbol: MarkerSymbol,
  x: number,
  y: number,
  radius: number,
): void {
  context.beginPath();
  if (symbol === "circle") context.arc(x, y, radius, 0, 2 * Math.PI);
  else {
    for (const [index, [dx, dy]] of outlines[symbol].entries()) {
      if (index === 0) context.moveTo(x + dx * radius, y + dy * radius);
      else context.lineTo(x + dx * radius, y + dy * radius);
    }
    context.closePath();
  }
  context.fill();
}

/** Corners in units of the radius. */
const cross: readonly (readonly [number, number])[] = [
  [-0.35, -1],
  [0.35, -1],
  [0.35, -0.35],
  [1, -0.35],
  [1, 0.35],
  [0.35, 0.35],
  [0.35, 1],
  [-0.35, 1],
  [-0.35, 0.35],
  [-1, 0.35],
  [-1, -0.35],
  [-0.35, -0.35],
];

const outlines: Readonly<Record<Exclude<MarkerSymbol, "circle">, readonly (readonly [number, number])[]>> = {
  diamond: [
    [0, -1.15],
    [1.15, 0],
    [0, 1.15],
    [-1.15, 0],
  ],
  square: [
    [-0.9, -0.9],
    [0.9, -0.9],
    [0.9, 0.9],
    [-0.9, 0.9],
  ],
  cross,
  x: cross.map(([x, y]) => [(x - y) * Math.SQRT1_2, (x + y) * Math.SQRT1_2]),
};
