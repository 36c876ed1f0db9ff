import { drawMarker } from "../figures/frame.ts";
import { drawCurve } from "./drawCurve.ts";
import { drawPoints } from "./drawPoints.ts";
import { type Film, type FilmFrame, frameOf } from "./film.ts";
import { type FilmContext, frameHeight, frameWidth, grouped, ink, textIn } from "./style.ts";

/** The column beside the points. */
const column = { left: 896, width: 328 };
const curveHeight = 84;

/**
 * Draws one frame, in pixels of 1280 x 720 that are scaled to the size asked for and centred in it.
 *
 * @param frame from 0
 * @returns what the frame shows
 * @throws InputError when the film has no such frame.
 */
export function drawFrame(
  context: FilmContext,
  film: Film,
  frame: number,
  size: { readonly width: number; readonly height: number } = { width: frameWidth, height: frameHeight },
): FilmFrame {
  const shown = frameOf(film, frame);
  const scale = Math.min(size.width / frameWidth, size.height / frameHeight);
  context.save();
  context.fillStyle = ink.background;
  context.fillRect(0, 0, size.width, size.height);
  context.translate((size.width - frameWidth * scale) / 2, (size.height - frameHeight * scale) / 2);
  context.scale(scale, scale);
  drawPoints(context, film, shown);
  drawHeading(context, film);
  drawEpoch(context, film, shown);
  drawCurves(context, film, shown);
  drawLegend(context, film);
  drawMarks(context, film);
  context.restore();
  return shown;
}

function drawHeading(context: FilmContext, { title, subtitle, footnote }: Film): void {
  textIn(context, title, { x: 56, y: 72, size: 30, weight: 600, colour: ink.strong });
  textIn(context, subtitle, { x: 56, y: 102, size: 17, colour: ink.soft });
  textIn(context, footnote, { x: 56, y: 690, size: 13, colour: ink.soft });
}

function drawEpoch(context: FilmContext, { epochs }: Film, { epoch, step }: FilmFrame): void {
  const { left, width } = column;
  textIn(context, "Epoch", { x: left, y: 72, size: 17, colour: ink.soft });
  const digits = epochs < 20 ? epoch.toFixed(1) : String(Math.floor(epoch));
  const size = 76;
  const used = textIn(context, digits, { x: left, y: 146, size, weight: 600, colour: ink.strong });
  textIn(context, `of ${epochs}`, { x: left + used + 12, y: 146, size: 24, colour: ink.soft });
  const end = { x: left + width, y: 146, align: "right" } as const;
  textIn(context, `step ${grouped(step)}`, { ...end, size: 17, colour: ink.soft });
}

function drawCurves(
  context: FilmContext,
  { moments, epochs, accuracyName = "1-NN accuracy" }: Film,
  shown: FilmFrame,
): void {
  const { left, width } = column;
  const largest = Math.max(...moments.map(({ loss }) => loss ?? 0));
  const common = { x: left, width, height: curveHeight, moment: shown.moment };
  drawCurve(context, {
    ...common,
    y: 236,
    name: "Training loss",
    value: shown.loss === null ? "" : shown.loss.toFixed(3),
    format: (value) => value.toFixed(value > 0 ? 1 : 0),
    values: moments.map(({ loss }) => loss),
    low: 0,
    high: largest > 0 ? Math.ceil(largest * 10) / 10 : 1,
    ticks: epochTicks(moments, epochs),
  });
  // Without labels there is no accuracy.
  if (shown.accuracy === null) return;
  const known = moments.map(({ accuracy }) => accuracy ?? 0);
  const least = Math.min(...known);
  drawCurve(context, {
    ...common,
    y: 402,
    name: accuracyName,
    value: `${(shown.accuracy * 100).toFixed(1)} %`,
    format: (value) => `${Math.round(value * 100)}`,
    values: known,
    low: Math.max(0, Math.floor(least * 10 - 0.1) / 10),
    high: 1,
    ticks: epochTicks(moments, epochs),
  });
}

function drawLegend(context: FilmContext, { classes, colours, symbols, marks }: Film): void {
  if (classes.length === 0) return;
  const { left, width } = column;
  const { perRow, most, line, size, top } = legendOf(classes);
  const shownClasses = classes.slice(0, most);
  textIn(context, "Class", { x: left, y: 566, size: 17, colour: ink.soft });
  const each = width / perRow;
  const radius = size / 2;
  for (const [i, name] of shownClasses.entries()) {
    const x = left + (i % perRow) * each;
    const y = top + Math.floor(i / perRow) * line;
    context.fillStyle = colours[i]!;
    drawMarker(context, marks ? "circle" : symbols[i]!, x + radius, y - 0.35 * size, radius);
    const room = each - 1.8 * size;
    textIn(context, shortened(name, room / (0.5 * size)), {
      ...{ x: x + 1.4 * size, y, size, weight: 600, colour: ink.strong },
      most: room,
    });
  }
  if (classes.length > shownClasses.length) {
    textIn(context, `and ${classes.length - shownClasses.length} more`, {
      x: left + width,
      y: 566,
      size: 17,
      colour: ink.soft,
      align: "right",
    });
  }
}

/** What each marker is, below the subtitle. */
function drawMarks(context: FilmContext, { marks }: Film): void {
  let x = 56;
  for (const [i, name] of marks?.names.entries() ?? []) {
    context.fillStyle = ink.soft;
    drawMarker(context, marks!.symbols[i]!, x + 7, 129, 7);
    x += 22 + textIn(context, name, { x: x + 22, y: 135, size: 17, weight: 600, colour: ink.strong }) + 24;
  }
}

/** Room for ten digits, or for more and longer names in smaller letters. */
function legendOf(classes: readonly string[]) {
  const longest = Math.max(...classes.map(({ length }) => length));
  if (classes.length <= 10 && longest <= 2) return { perRow: 5, most: 10, line: 40, size: 20, top: 600 };
  if (longest <= 4) return { perRow: 5, most: 20, line: 26, size: 15, top: 594 };
  if (classes.length <= 8) return { perRow: 2, most: 8, line: 26, size: 16, top: 594 };
  return { perRow: 3, most: 12, line: 26, size: 14, top: 594 };
}

function shortened(name: string, letters: number): string {
  return name.length <= letters ? name : `${name.slice(0, Math.max(1, Math.floor(letters) - 1)).trimEnd()}…`;
}

/** Epochs to mark on the time axis: four or five round ones, and where they lie among the snapshots. */
function epochTicks(
  moments: Film["moments"],
  epochs: number,
): readonly { readonly moment: number; readonly label: string }[] {
  const every = [1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000].find((step) => epochs / step <= 5) ?? epochs;
  const ticks: { moment: number; label: string }[] = [];
  for (let epoch = 0; epoch <= moments.at(-1)!.epoch; epoch += every) {
    const after = moments.findIndex((moment) => moment.epoch >= epoch);
    const to = moments[after]!;
    const from = moments[after - 1];
    const part = from ? (epoch - from.epoch) / (to.epoch - from.epoch) : 1;
    ticks.push({ moment: after - 1 + part, label: epoch === 0 ? "epoch 0" : String(epoch) });
  }
  return ticks;
}
