import { type Axis, drawAxes, linearScale } from "../figures/chart.ts";
import { type Box, drawFrame, type PlotContext } from "../figures/frame.ts";
import { drawKey, drawLine, type Line } from "../figures/lossFigure.ts";
import { ticks, tickText } from "../figures/ticks.ts";

/** An epoch of an alignment. */
export interface AlignmentRow {
  readonly epoch: number;
  /** The learned temperature that similarities are divided by; null where the loss has none. */
  readonly temperature: number | null;
  /** Recall@1 on validation, 0 to 1, by direction (`image → text`); null where it was not measured. */
  readonly recall: Readonly<Record<string, number | null>>;
}

/** What {@link drawAlignmentFigure} draws. */
export interface AlignmentFigure {
  readonly subtitle: string;
  readonly rows: readonly AlignmentRow[];
}

export const alignmentTitle = "Recall and temperature";

/** Lines for as many as six directions, of colours that are told apart on white and on near-black. */
export const directionColours: readonly string[] = [
  "#2f7fd6",
  "#d26e01",
  "#1f9470",
  "#c0392b",
  "#8a63d2",
  "#8c7a2f",
];
const temperatureColour = "#566173";

/** The directions that any epoch has, in the order in which they come. */
export function directionsOf(rows: readonly AlignmentRow[]): string[] {
  return [...new Set(rows.flatMap(({ recall }) => Object.keys(recall)))];
}

/** Draws recall@1 of every direction by epoch, and the temperature below it where there is one. */
export function drawAlignmentFigure(context: PlotContext, { subtitle, rows }: AlignmentFigure): void {
  const whole = drawFrame(context, { title: alignmentTitle, subtitle });
  const box: Box = {
    x: whole.x + 190,
    y: whole.y + 70,
    width: whole.width - 210,
    height: whole.height - 160,
  };
  const epochs = rows.map(({ epoch }) => epoch);
  const [first, last] = [epochs[0]!, epochs.at(-1)!];
  const x: Axis = {
    title: "epoch",
    scale: linearScale(first - 0.4, last + 0.4, box.x, box.x + box.width),
    ticks: ticks(first, last, 12).filter(Number.isInteger),
    text: tickText,
  };
  const learned = rows.map(({ temperature }) => temperature);
  const known = learned.filter((value) => value !== null);
  const recalls = directionsOf(rows).map(
    (name, index): Line => ({
      name,
      colour: directionColours[index % directionColours.length]!,
      values: rows.map(({ recall }) => recall[name] ?? null),
    }),
  );
  const upper: Box = { ...box, height: box.height * (known.length > 0 ? 0.66 : 1) };
  drawKey(context, recalls, box.x, box.y - 44);
  const share = linearScale(0, 1, upper.y + upper.height, upper.y);
  drawAxes(context, upper, known.length > 0 ? null : x, {
    title: "recall@1",
    scale: share,
    ticks: ticks(0, 1, 5),
    text: (value) => `${tickText(100 * value)} %`,
  });
  for (const one of recalls) drawLine(context, one, epochs, x.scale, share);
  if (known.length === 0) return;
  const lower: Box = { ...box, y: box.y + box.height * 0.74, height: box.height * 0.26 };
  const top = Math.max(...known) * 1.1;
  const scale = linearScale(0, top, lower.y + lower.height, lower.y);
  drawAxes(context, lower, x, { title: "temperature", scale, ticks: ticks(0, top, 4), text: tickText });
  const line: Line = { name: "temperature", colour: temperatureColour, values: learned };
  drawLine(context, line, epochs, x.scale, scale);
}
