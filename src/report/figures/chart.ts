import { type Box, font, ink, type PlotContext } from "./frame.ts";

/** From a value to a place in the figure. */
export type Scale = (value: number) => number;

export function linearScale(low: number, high: number, from: number, to: number): Scale {
  const span = high - low || 1;
  return (value) => from + ((value - low) / span) * (to - from);
}

export interface Axis {
  readonly title: string;
  readonly scale: Scale;
  readonly ticks: readonly number[];
  readonly text: (value: number) => string;
}

/** The grid and the axes of a chart; a box is what lies between the axes. */
export function drawAxes(context: PlotContext, box: Box, x: Axis | null, y: Axis): void {
  context.lineWidth = 2;
  context.strokeStyle = ink.grid;
  context.fillStyle = ink.faint;
  context.font = font(26);
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const value of y.ticks) {
    const at = y.scale(value);
    line(context, box.x, at, box.x + box.width, at);
    context.fillText(y.text(value), box.x - 16, at);
  }
  context.textAlign = "center";
  context.textBaseline = "alphabetic";
  if (x) {
    for (const value of x.ticks) context.fillText(x.text(value), x.scale(value), box.y + box.height + 40);
    context.fillStyle = ink.text;
    context.font = font(28);
    context.fillText(x.title, box.x + box.width / 2, box.y + box.height + 88);
  }
  context.strokeStyle = ink.axis;
  line(context, box.x, box.y + box.height, box.x + box.width, box.y + box.height);
  context.fillStyle = ink.text;
  context.font = font(28);
  context.save();
  context.translate(box.x - 152, box.y + box.height / 2);
  context.rotate(-Math.PI / 2);
  context.fillText(y.title, 0, 0);
  context.restore();
}

export function line(context: PlotContext, x1: number, y1: number, x2: number, y2: number): void {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}
