import {
  type Box,
  drawFrame,
  drawLegend,
  drawMarker,
  font,
  ink,
  type PlotContext,
} from "../figures/frame.ts";
import { fitInto, pointOpacity, pointRadius } from "../figures/umapFigure.ts";
import { type JointPoints, type JointView, jointTitles, mostListed } from "./jointPoints.ts";

/** What {@link drawJointFigure} draws. */
export interface JointFigure {
  readonly view: JointView;
  readonly subtitle: string;
  readonly points: JointPoints;
  /** `[count, 2]` */
  readonly positions: Float32Array;
}

/** Draws a map of several modalities in the plane: a marker for each modality, a colour for each class, a legend for both. */
export function drawJointFigure(
  context: PlotContext,
  { view, subtitle, points, positions }: JointFigure,
): void {
  const { modalities, modalityOf, classes } = points;
  const whole = drawFrame(context, { title: jointTitles[view], subtitle });
  const below = drawModalities(context, points, whole);
  // The marker tells the modality, so that a class is a disc of its colour.
  const listed = classes.styles.map((style) => ({ ...style, symbol: "circle" as const }));
  const box = listed.length > 1 && listed.length <= mostListed ? drawLegend(context, listed, below) : below;
  const count = positions.length / 2;
  const place = fitInto(positions, box);
  const radius = 1.15 * pointRadius(count);
  context.globalAlpha = pointOpacity(count);
  // Row by row in turn, so that no modality lies on top of the others everywhere.
  for (const row of interleaved(modalities.map((one) => one.count))) {
    const [x, y] = place(positions[2 * row]!, positions[2 * row + 1]!);
    context.fillStyle = classes.styles[classes.of[row]!]!.colour;
    drawMarker(context, modalities[modalityOf[row]!]!.symbol, x, y, radius);
  }
  context.globalAlpha = 1;
}

/** Writes the modalities above a box; returns what is left. */
function drawModalities(context: PlotContext, { modalities, classes }: JointPoints, box: Box): Box {
  const y = box.y + 18;
  let x = box.x;
  context.textBaseline = "middle";
  context.textAlign = "left";
  for (const { name, count, symbol } of modalities) {
    context.fillStyle = ink.faint;
    drawMarker(context, symbol, x + 16, y, 15);
    context.fillStyle = ink.text;
    context.font = font(34, 600);
    context.fillText(name, x + 48, y);
    x += 48 + context.measureText(name).width + 16;
    context.fillStyle = ink.faint;
    context.font = font(28);
    const rows = count.toLocaleString("en");
    context.fillText(rows, x, y + 1);
    x += context.measureText(rows).width + 64;
  }
  if (classes.styles.length > mostListed) {
    context.fillText(`${classes.styles.length.toLocaleString("en")} classes in ten colours`, x, y + 1);
  }
  context.textBaseline = "alphabetic";
  return { ...box, y: box.y + 70, height: box.height - 70 };
}

/** The rows of lists that lie one after the other, evenly mixed: each list's share is drawn at every stage. */
export function interleaved(counts: readonly number[]): number[] {
  const places = counts.flatMap((count, list) =>
    Array.from({ length: count }, (_, at) => ({ at: (at + 0.5) / count, list })),
  );
  return [...places.keys()].sort((a, b) => places[a]!.at - places[b]!.at || a - b);
}
