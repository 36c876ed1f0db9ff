import { type FilmContext, ink, textIn } from "./style.ts";

/** A curve over the snapshots, drawn as far as the film has come. */
export interface Curve {
  readonly name: string;
  /** The value at the moment, as text. */
  readonly value: string;
  /** Of each snapshot. */
  readonly values: readonly (number | null)[];
  /** The ends of the upright axis. */
  readonly low: number;
  readonly high: number;
  /** Writes an end of the upright axis. */
  readonly format: (value: number) => string;
  readonly moment: number;
  readonly ticks: readonly { readonly moment: number; readonly label: string }[];
  /** The corner of the plot itself, its name being above it and the ticks' labels below. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export function drawCurve(context: FilmContext, curve: Curve): void {
  const { name, value, values, low, high, format, moment, ticks, x, y, width, height } = curve;
  const across = (at: number): number => x + (at / (values.length - 1)) * width;
  const up = (at: number): number => y + height - ((at - low) / (high - low)) * height;
  textIn(context, name, { x, y: y - 16, size: 17, colour: ink.soft });
  textIn(context, value, {
    x: x + width,
    y: y - 14,
    size: 24,
    weight: 600,
    colour: ink.strong,
    align: "right",
  });

  for (const end of [low, high]) {
    const style = { x: x - 10, y: up(end) + 5, size: 13, colour: ink.soft };
    textIn(context, format(end), { ...style, align: "right" });
  }
  context.strokeStyle = ink.line;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(x, y + height);
  context.lineTo(x + width, y + height);
  context.stroke();
  for (const tick of ticks) {
    context.beginPath();
    context.moveTo(across(tick.moment), y + height);
    context.lineTo(across(tick.moment), y + height + 5);
    context.stroke();
    const style = { x: across(tick.moment), y: y + height + 22, size: 13, colour: ink.soft };
    textIn(context, tick.label, { ...style, align: "center" });
  }

  const points = curvePoints(values, moment);
  if (points.length === 0) return;
  context.strokeStyle = ink.curve;
  context.lineWidth = 2.5;
  context.lineJoin = "round";
  context.beginPath();
  for (const [i, point] of points.entries()) {
    if (i === 0) context.moveTo(across(point.moment), up(point.value));
    else context.lineTo(across(point.moment), up(point.value));
  }
  context.stroke();
  const end = points.at(-1)!;
  context.fillStyle = ink.strong;
  context.beginPath();
  context.arc(across(end.moment), up(end.value), 4.5, 0, 2 * Math.PI);
  context.fill();
}

/** The snapshots that have a value, up to the moment, and the moment itself. */
function curvePoints(
  values: readonly (number | null)[],
  moment: number,
): { readonly moment: number; readonly value: number }[] {
  const known = values.flatMap((value, at) => (value === null ? [] : [{ moment: at, value }]));
  const passed = known.filter((point) => point.moment <= moment);
  const next = known[passed.length];
  const last = passed.at(-1);
  if (!last || !next || last.moment === moment) return passed;
  const part = (moment - last.moment) / (next.moment - last.moment);
  return [...passed, { moment, value: last.value + (next.value - last.value) * part }];
}
