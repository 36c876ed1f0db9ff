import { renderPng } from "../src/platform/node/figures/canvas.ts";
import { drawAxes, line, linearScale, type Scale } from "../src/report/figures/chart.ts";
import {
  drawFrame,
  drawMarker,
  figureSize,
  font,
  ink,
  type PlotContext,
} from "../src/report/figures/frame.ts";
import { ticks, tickText } from "../src/report/figures/ticks.ts";

/** What was reached after so many seconds. */
export interface Point {
  readonly seconds: number;
  readonly knn1: number;
  /** Where it was measured. */
  readonly mapAtR?: number;
}

/** Points in the order of their seconds. */
export interface Curve {
  readonly name: string;
  readonly points: readonly Point[];
}

/** The least accuracy shown, and what is to be reached. */
const least = 0.95;
const targets = [0.99, 0.995] as const;

const styles = [
  { colour: "#0067a8", symbol: "circle" },
  { colour: "#00795b", symbol: "square" },
  { colour: "#8a3a92", symbol: "cross" },
  { colour: "#c24e00", symbol: "diamond" },
] as const;

/** Curves of accuracy over seconds, which are shown by their logarithm, as PNG on white. */
export function renderAccuracyFigure(curves: readonly Curve[], subtitle: string): Promise<Uint8Array> {
  return renderPng(figureSize.width, figureSize.height, (context) => draw(context, curves, subtitle));
}

function draw(context: PlotContext, curves: readonly Curve[], subtitle: string): void {
  const whole = drawFrame(context, { title: "Accuracy over seconds", subtitle });
  const box = { x: whole.x + 190, y: whole.y + 190, width: whole.width - 230, height: whole.height - 290 };
  const seconds = curves.flatMap(({ points }) => points.map((point) => point.seconds));
  const [low, high] = [Math.min(...seconds) / 1.15, Math.max(...seconds) * 1.15];
  const x = logScale(low, high, box.x, box.x + box.width);
  const y = linearScale(least, 1, box.y + box.height, box.y);
  drawAxes(
    context,
    box,
    { title: "seconds (logarithmic)", scale: x, ticks: logTicks(low, high), text: tickText },
    {
      title: "1-NN accuracy",
      scale: y,
      ticks: ticks(least, 1, 5),
      text: (value) => `${tickText(100 * value)} %`,
    },
  );
  context.strokeStyle = ink.faint;
  context.lineWidth = 3;
  context.setLineDash([12, 12]);
  for (const target of targets) line(context, box.x, y(target), box.x + box.width, y(target));
  context.setLineDash([]);
  for (const [index, { points }] of curves.entries()) {
    drawCurve(context, points, styles[index % styles.length]!, x, y);
  }
  drawKey(context, curves, box, box.y - 56);
}

const logScale = (low: number, high: number, from: number, to: number): Scale => {
  const scale = linearScale(Math.log(low), Math.log(high), from, to);
  return (value) => scale(Math.log(value));
};

/** 1, 2, 3 and 5 times the powers of ten, and 1.5 and 7 between them. */
function logTicks(low: number, high: number): number[] {
  const found: number[] = [];
  for (let power = 10 ** Math.floor(Math.log10(low)); power <= high; power *= 10) {
    found.push(...[1, 1.5, 2, 3, 5, 7].map((factor) => factor * power));
  }
  return found.filter((value) => value >= low && value <= high);
}

function drawCurve(
  context: PlotContext,
  points: readonly Point[],
  { colour, symbol }: (typeof styles)[number],
  x: Scale,
  y: Scale,
): void {
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = 5;
  context.lineJoin = "round";
  const at = points.map(({ seconds, knn1 }) => [x(seconds), y(knn1)] as const);
  const bottom = y(least);
  for (const [index, [right, rightY]] of at.entries()) {
    if (rightY > bottom) continue;
    drawMarker(context, symbol, right, rightY, 13);
    if (index === 0) continue;
    const [left, leftY] = at[index - 1]!;
    // From below the figure a line comes in where it meets the edge.
    const share = leftY <= bottom ? 0 : (leftY - bottom) / (leftY - rightY);
    line(context, left + share * (right - left), leftY + share * (rightY - leftY), right, rightY);
  }
}

/** Names beside their marks, in as many rows as that takes, the last one at `lastRow`. */
function drawKey(
  context: PlotContext,
  curves: readonly Curve[],
  box: { readonly x: number; readonly width: number },
  lastRow: number,
): void {
  context.textAlign = "left";
  context.font = font(30);
  let [right, row] = [box.x, 0];
  const places = curves.map(({ name }) => {
    const width = 78 + context.measureText(name).width;
    if (right > box.x && right + width > box.x + box.width) [right, row] = [box.x, row + 1];
    const x = right;
    right += width + 64;
    return { x, row };
  });
  for (const [index, { name }] of curves.entries()) {
    const y = lastRow - 48 * (row - places[index]!.row);
    const { x } = places[index]!;
    const { colour, symbol } = styles[index % styles.length]!;
    context.strokeStyle = colour;
    context.fillStyle = colour;
    context.lineWidth = 5;
    line(context, x, y - 10, x + 60, y - 10);
    drawMarker(context, symbol, x + 30, y - 10, 13);
    context.fillStyle = ink.text;
    context.fillText(name, x + 78, y);
  }
}
