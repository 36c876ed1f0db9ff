import type { StyledClasses } from "../classStyles.ts";
import { componentNames } from "../pcaPage.ts";
import { line } from "./chart.ts";
import { type Box, drawFrame, drawLegend, drawMarker, font, ink, type PlotContext } from "./frame.ts";
import { ticks, tickText } from "./ticks.ts";
import { fitInto, pointOpacity, pointRadius } from "./umapFigure.ts";

/** A point in space. */
export type Point3 = readonly [number, number, number];

/** Radians from the first axis, and above the plane of the first two. */
const azimuth = Math.PI / 4.6;
const elevation = Math.PI / 8.5;

/** Where a point is seen from far away (orthographically): to the right, upwards, and towards the viewer. */
export function seen([x, y, z]: Point3): Point3 {
  const [sa, ca] = [Math.sin(azimuth), Math.cos(azimuth)];
  const [se, ce] = [Math.sin(elevation), Math.cos(elevation)];
  const forward = ca * x + sa * y;
  return [ca * y - sa * x, ce * z - se * forward, ce * forward + se * z];
}

const pointOf = (part: (d: number) => number): Point3 => [part(0), part(1), part(2)];

/** What {@link drawPcaFigure} draws. */
export interface PcaFigure {
  readonly subtitle: string;
  readonly classes: StyledClasses;
  /** `[count, 3]` */
  readonly positions: Float32Array;
  /** Share of the variance along each component, 0 to 1, `[3]`. */
  readonly explainedVarianceRatio: readonly number[];
}

/** Draws points in space as seen from above one corner, without perspective, near ones over far ones. */
export function drawPcaFigure(context: PlotContext, figure: PcaFigure): void {
  const { subtitle, classes, positions } = figure;
  const whole = drawFrame(context, { title: "The embedding space in three dimensions (PCA)", subtitle });
  const box = inset(classes.styles.length > 1 ? drawLegend(context, classes.styles, whole) : whole, 90);
  const ranges = [0, 1, 2].map((d) => rangeOf(positions, d));
  const [low, high] = [ranges.map(([least]) => least), ranges.map(([, most]) => most)] as [
    number[],
    number[],
  ];
  const corners = Array.from({ length: 8 }, (_, bits) =>
    seen(pointOf((d) => (bits & (1 << d) ? high[d]! : low[d]!))),
  );
  const place = fitInto(Float32Array.from(corners.flatMap((corner) => corner.slice(0, 2))), box);
  const at = (point: Point3): readonly [number, number] => {
    const [x, y] = seen(point);
    return place(x, y);
  };
  drawWalls(context, at, low, high, componentNames(figure.explainedVarianceRatio));
  drawPoints(context, figure, place);
}

function inset({ x, y, width, height }: Box, by: number): Box {
  return { x: x + by, y, width: width - 2 * by, height: height - by };
}

function rangeOf(positions: Float32Array, d: number): readonly [number, number] {
  let [least, most] = [Infinity, -Infinity];
  for (let i = d; i < positions.length; i += 3) {
    least = Math.min(least, positions[i]!);
    most = Math.max(most, positions[i]!);
  }
  const pad = (most - least || 1) * 0.03;
  return [least - pad, most + pad];
}

type Place = (point: Point3) => readonly [number, number];

/** The three far walls with their grids; each axis is written along the edge that lies outermost. */
function drawWalls(
  context: PlotContext,
  at: Place,
  low: readonly number[],
  high: readonly number[],
  names: readonly string[],
): void {
  const corner = (x: number, y: number, z: number): Point3 => [x, y, z];
  const segment = (a: Point3, b: Point3): void => line(context, ...at(a), ...at(b));
  const [x0, y0, z0] = low as [number, number, number];
  const [x1, y1, z1] = high as [number, number, number];
  const marks = [0, 1, 2].map((d) => ticks(low[d]!, high[d]!, 5));
  context.lineWidth = 2;
  context.strokeStyle = ink.grid;
  for (const x of marks[0]!) {
    segment(corner(x, y0, z0), corner(x, y1, z0));
    segment(corner(x, y0, z0), corner(x, y0, z1));
  }
  for (const y of marks[1]!) {
    segment(corner(x0, y, z0), corner(x1, y, z0));
    segment(corner(x0, y, z0), corner(x0, y, z1));
  }
  for (const z of marks[2]!) {
    segment(corner(x0, y0, z), corner(x1, y0, z));
    segment(corner(x0, y0, z), corner(x0, y1, z));
  }
  segment(corner(x0, y0, z1), corner(x1, y0, z1));
  segment(corner(x0, y0, z1), corner(x0, y1, z1));
  segment(corner(x0, y1, z0), corner(x0, y1, z1));
  context.strokeStyle = ink.axis;
  const edges: readonly (readonly [Point3, Point3])[] = [
    [corner(x0, y1, z0), corner(x1, y1, z0)],
    [corner(x1, y0, z0), corner(x1, y1, z0)],
    [corner(x1, y0, z0), corner(x1, y0, z1)],
  ];
  for (const [a, b] of [
    ...edges,
    [corner(x0, y0, z0), corner(x0, y0, z1)],
    [corner(x0, y0, z0), corner(x1, y0, z0)],
    [corner(x0, y0, z0), corner(x0, y1, z0)],
  ] as const) {
    segment(a, b);
  }
  // How far from its edge an axis is written, to the right and down.
  const offsets = [
    [34, 40],
    [-34, 40],
    [-34, 8],
  ] as const;
  for (const [d, [a, b]] of edges.entries()) {
    const [dx, dy] = offsets[d]!;
    context.textAlign = dx > 0 ? "left" : "right";
    context.fillStyle = ink.faint;
    context.font = font(24);
    for (const value of marks[d]!) {
      const [x, y] = at(pointOf((index) => (index === d ? value : a[index]!)));
      context.fillText(tickText(value), x + dx * 0.5, y + dy * 0.8);
    }
    const [x, y] = at(pointOf((index) => (a[index]! + b[index]!) / 2));
    context.fillStyle = ink.text;
    context.font = font(30);
    context.fillText(names[d]!, x + dx * 2.6, y + dy * 2);
  }
}

function drawPoints(
  context: PlotContext,
  { classes, positions }: PcaFigure,
  place: (x: number, y: number) => readonly [number, number],
): void {
  const count = positions.length / 3;
  const views = Array.from({ length: count }, (_, row) =>
    seen([positions[3 * row]!, positions[3 * row + 1]!, positions[3 * row + 2]!]),
  );
  const order = Uint32Array.from({ length: count }, (_, row) => row).sort(
    (a, b) => views[a]![2] - views[b]![2],
  );
  const radius = pointRadius(count);
  context.globalAlpha = pointOpacity(count);
  for (const row of order) {
    const { colour, symbol } = classes.styles[classes.of[row]!]!;
    const [x, y] = place(views[row]![0], views[row]![1]);
    context.fillStyle = colour;
    drawMarker(context, symbol, x, y, radius);
  }
  context.globalAlpha = 1;
}
