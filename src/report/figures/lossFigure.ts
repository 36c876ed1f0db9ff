import type { LossRow } from "../lossData.ts";
import { type Axis, drawAxes, line, linearScale, type Scale } from "./chart.ts";
import { type Box, drawFrame, font, ink, type PlotContext } from "./frame.ts";
import { ticks, tickText } from "./ticks.ts";

/** What {@link drawLossFigure} draws. */
export interface LossFigure {
  readonly subtitle: string;
  readonly rows: readonly LossRow[];
}

/** A line of values by epoch. */
export interface Line {
  readonly name: string;
  readonly colour: string;
  readonly values: readonly (number | null)[];
  /** Whether a value holds until the next, halfway between them. */
  readonly steps?: boolean;
}

const colours = { training: "#0067a8", validation: "#c24e00", knn1: "#00795b", rate: "#566173" } as const;

/** Draws the losses, the 1-NN accuracy where there is validation, and the learning rate, one above the other. */
export function drawLossFigure(context: PlotContext, { subtitle, rows }: LossFigure): void {
  const whole = drawFrame(context, { title: "Loss and learning rate", subtitle });
  const box: Box = {
    x: whole.x + 190,
    y: whole.y + 60,
    width: whole.width - 210,
    height: whole.height - 150,
  };
  const epochs = rows.map(({ epoch }) => epoch);
  const first = epochs[0]!;
  const last = epochs.at(-1)!;
  const x: Axis = {
    title: "epoch",
    scale: linearScale(first - 0.4, last + 0.4, box.x, box.x + box.width),
    ticks: ticks(first, last, 12).filter(Number.isInteger),
    text: tickText,
  };
  const column = (name: "trainLoss" | "valLoss" | "knn1" | "lr") => rows.map((row) => row[name]);
  const validated = column("valLoss").some((value) => value !== null);
  const parts = validated ? ([0.48, 0.22, 0.16] as const) : ([0.7, 0, 0.22] as const);
  const gap = validated ? 0.07 : 0.08;
  const panel = (from: number, share: number): Box => ({
    ...box,
    y: box.y + from * box.height,
    height: share * box.height,
  });
  const losses: Line[] = [
    { name: "training loss", colour: colours.training, values: column("trainLoss") },
    ...(validated
      ? [{ name: "validation loss", colour: colours.validation, values: column("valLoss") }]
      : []),
  ];
  drawPanel(context, panel(0, parts[0]), null, x.scale, "loss", losses, epochs);
  drawKey(context, losses, box.x, box.y - 40);
  if (validated) {
    const accuracy = [{ name: "1-NN", colour: colours.knn1, values: column("knn1") }];
    drawPanel(context, panel(parts[0] + gap, parts[1]), null, x.scale, "1-NN accuracy", accuracy, epochs);
  }
  const from = parts[0] + parts[1] + (validated ? 2 : 1) * gap;
  const rate = [{ name: "learning rate", colour: colours.rate, values: column("lr"), steps: true }];
  drawPanel(context, panel(from, parts[2]), x, x.scale, "learning rate", rate, epochs);
}

function drawPanel(
  context: PlotContext,
  box: Box,
  x: Axis | null,
  scale: Scale,
  title: string,
  lines: readonly Line[],
  epochs: readonly number[],
): void {
  const values = lines.flatMap((one) => one.values).filter((value) => value !== null);
  const log = title === "learning rate";
  const accuracy = title === "1-NN accuracy";
  const to = (value: number): number => (log ? Math.log10(value) : value);
  const high = Math.max(...values.map(to));
  const low = log || accuracy ? Math.min(...values.map(to)) : 0;
  const pad = (high - low || (accuracy ? 0.02 : log ? 0.5 : 1)) * 0.12;
  const bottom = low === 0 ? 0 : low - pad;
  const top = accuracy ? Math.min(1, high + pad) : high + pad;
  const y = linearScale(bottom, top, box.y + box.height, box.y);
  const distinct = [...new Set(values)];
  // The rates themselves say more than round numbers between them; of many, every so many.
  const marks = log
    ? distinct.filter((_, index) => index % Math.ceil(distinct.length / 4) === 0)
    : ticks(bottom, top, accuracy ? 3 : 5);
  drawAxes(context, box, x, {
    title,
    scale: (value) => y(to(value)),
    ticks: marks,
    text: accuracy ? (value) => `${tickText(100 * value)} %` : tickText,
  });
  for (const one of lines) drawLine(context, one, epochs, scale, (value) => y(to(value)));
}

export function drawLine(
  context: PlotContext,
  { colour, values, steps = false }: Line,
  epochs: readonly number[],
  x: Scale,
  y: Scale,
): void {
  context.strokeStyle = colour;
  context.fillStyle = colour;
  context.lineWidth = 5;
  context.lineJoin = "round";
  context.beginPath();
  let drawing = false;
  for (const [index, value] of values.entries()) {
    if (value === null) drawing = false;
    else if (drawing && steps) {
      const between = (x(epochs[index - 1]!) + x(epochs[index]!)) / 2;
      context.lineTo(between, y(values[index - 1]!));
      context.lineTo(between, y(value));
      context.lineTo(x(epochs[index]!), y(value));
    } else if (drawing) context.lineTo(x(epochs[index]!), y(value));
    else {
      context.moveTo(x(epochs[index]!), y(value));
      drawing = true;
    }
  }
  context.stroke();
  if (epochs.length > 40) return;
  for (const [index, value] of values.entries()) {
    if (value === null) continue;
    context.beginPath();
    context.arc(x(epochs[index]!), y(value), 8, 0, 2 * Math.PI);
    context.fill();
  }
}

/** Writes what each line is, from left to right. */
export function drawKey(context: PlotContext, lines: readonly Line[], left: number, y: number): void {
  let x = left;
  context.textAlign = "left";
  context.font = font(28);
  for (const { name, colour } of lines) {
    context.strokeStyle = colour;
    context.lineWidth = 6;
    line(context, x, y - 9, x + 48, y - 9);
    context.fillStyle = ink.text;
    context.fillText(name, x + 64, y);
    x += 64 + context.measureText(name).width + 56;
  }
}
