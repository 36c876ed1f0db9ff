import type { PointLooks } from "../map/colouring.ts";
import type { ProjectedPoints } from "../map/mapTypes.ts";
import { markerShapes, shapePaths } from "../map/markerShapes.ts";

/** What the picture of a map says beside its points. */
export interface MapPngOptions {
  readonly points: ProjectedPoints;
  readonly looks: PointLooks;
  readonly title: string;
  readonly subtitle: string;
  readonly legend: readonly { readonly text: string; readonly colour: string; readonly shape: number }[];
  /** Colours from left to right and the words at the ends, in place of a legend. */
  readonly scale: { readonly colours: readonly string[]; readonly low: string; readonly high: string } | null;
  readonly colours: { readonly surface: string; readonly ink: string; readonly soft: string };
  /** Of a point, in CSS pixels. */
  readonly radius: number;
  /** Pixels of the picture for one CSS pixel. */
  readonly density: number;
}

const margin = 24;
const headHeight = 72;
const rowHeight = 26;
/** Points drawn between two breaths of the page. */
const pointsAtOnce = 4000;

/** The view as a PNG with its title and legend. */
export async function mapPng(options: MapPngOptions): Promise<Blob> {
  const { points, title, subtitle, legend, scale, colours, density } = options;
  const legendRows = scale ? 1 : legendLines(legend, points.width);
  const height = headHeight + points.height + legendRows * rowHeight + margin;
  const canvas = new OffscreenCanvas(Math.round(points.width * density), Math.round(height * density));
  const context = canvas.getContext("2d");
  if (!context) throw new Error("this browser draws no pictures");
  context.scale(density, density);
  context.fillStyle = colours.surface;
  context.fillRect(0, 0, points.width, height);
  context.save();
  context.translate(0, headHeight);
  context.beginPath();
  context.rect(0, 0, points.width, points.height);
  context.clip();
  await drawPoints(context, options);
  context.restore();
  context.fillStyle = colours.ink;
  context.font = "600 22px Inter, sans-serif";
  context.fillText(title, margin, 36, points.width - 2 * margin);
  context.fillStyle = colours.soft;
  context.font = "14px Inter, sans-serif";
  context.fillText(subtitle, margin, 58, points.width - 2 * margin);
  const top = headHeight + points.height;
  if (scale) drawScale(context, scale, top, colours.soft);
  else drawLegend(context, legend, points.width, top, colours.ink);
  return canvas.convertToBlob({ type: "image/png" });
}

async function drawPoints(
  context: OffscreenCanvasRenderingContext2D,
  { points, looks, radius }: MapPngOptions,
): Promise<void> {
  const { places } = points;
  const order = drawingOrder(places, looks);
  const shapes = markerShapes.map((name) => new Path2D(shapePaths[name]));
  for (const [i, row] of order.entries()) {
    if (i % pointsAtOnce === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    const [red, green, blue, alpha] = looks.colours.subarray(4 * row, 4 * row + 4);
    context.fillStyle = `rgb(${red} ${green} ${blue} / ${(alpha! / 255).toFixed(2)})`;
    const x = places[3 * row]!;
    const y = places[3 * row + 1]!;
    const shape = looks.shapes[row]! % 8;
    if (shape === 0) {
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fill();
    } else {
      context.save();
      context.translate(x, y);
      context.scale((1.25 * radius) / 7, (1.25 * radius) / 7);
      context.translate(-8, -8);
      context.fill(shapes[shape]!);
      context.restore();
    }
  }
}

/** Rows to be drawn: in the plane those that lie over others last, in space the near ones. */
function drawingOrder(places: Float32Array, { colours, shapes }: PointLooks): Uint32Array {
  const rows: number[] = [];
  let deep = false;
  for (let row = 0; row < shapes.length; row++) {
    if (colours[4 * row + 3] === 0 || !Number.isFinite(places[3 * row])) continue;
    rows.push(row);
    deep ||= Math.abs(places[3 * row + 2]! - places[2]!) > 1e-6;
  }
  const order = Uint32Array.from(rows);
  return deep
    ? order.sort((a, b) => places[3 * b + 2]! - places[3 * a + 2]!)
    : order.sort((a, b) => Number(shapes[a]! >= 8) - Number(shapes[b]! >= 8) || a - b);
}

/** Of an entry of the legend: its mark, its words and a gap. */
function entryWidth(legend: MapPngOptions["legend"]): number {
  return 46 + 8 * Math.min(24, Math.max(0, ...legend.map(({ text }) => text.length)));
}

function legendLines(legend: MapPngOptions["legend"], width: number): number {
  return Math.ceil(legend.length / entriesInLine(legend, width));
}

function entriesInLine(legend: MapPngOptions["legend"], width: number): number {
  return Math.max(1, Math.floor((width - 2 * margin) / entryWidth(legend)));
}

function drawLegend(
  context: OffscreenCanvasRenderingContext2D,
  legend: MapPngOptions["legend"],
  width: number,
  top: number,
  ink: string,
): void {
  const across = entriesInLine(legend, width);
  const each = entryWidth(legend);
  context.font = "14px Inter, sans-serif";
  for (const [i, { text, colour, shape }] of legend.entries()) {
    const x = margin + (i % across) * each;
    const y = top + Math.floor(i / across) * rowHeight;
    context.save();
    context.translate(x, y);
    context.fillStyle = colour;
    context.fill(new Path2D(shapePaths[markerShapes[shape] ?? "circle"]));
    context.restore();
    context.fillStyle = ink;
    context.fillText(text, x + 22, y + 13, each - 24);
  }
}

function drawScale(
  context: OffscreenCanvasRenderingContext2D,
  { colours, low, high }: NonNullable<MapPngOptions["scale"]>,
  top: number,
  soft: string,
): void {
  const length = 220;
  context.font = "14px Inter, sans-serif";
  context.fillStyle = soft;
  const used = context.measureText(low).width + 10;
  context.fillText(low, margin, top + 13);
  context.fillText(high, margin + used + length + 10, top + 13);
  const gradient = context.createLinearGradient(margin + used, 0, margin + used + length, 0);
  for (const [i, colour] of colours.entries()) gradient.addColorStop(i / (colours.length - 1), colour);
  context.fillStyle = gradient;
  context.fillRect(margin + used, top + 2, length, 12);
}
