import {
  type Histogram,
  histogramBins,
  histogramEdges,
  histogramOf,
  type SimilarityData,
  similarityText,
  similarityTitles,
} from "../similarityData.ts";
import { similarityColour } from "../similarityScale.ts";
import { drawAxes, line, linearScale, type Scale } from "./chart.ts";
import { type Box, drawFrame, font, ink, type PlotContext } from "./frame.ts";
import { ticks, tickText } from "./ticks.ts";

/** What {@link drawSimilarityFigure} draws. */
export interface SimilarityFigure {
  readonly subtitle: string;
  readonly similarity: SimilarityData;
}

const colours = { alike: "#0067a8", unalike: "#c24e00" } as const;

/** Draws the histograms of alike and unalike pairs beside the matrix of mean similarities between classes. */
export function drawSimilarityFigure(context: PlotContext, { subtitle, similarity }: SimilarityFigure): void {
  const { title, alike } = similarityTitles(similarity);
  const tells = similarity.names.length > 1;
  const whole = drawFrame(context, { title, subtitle });
  const half = tells ? whole.width / 2 : whole.width;
  const top = whole.y + 110;
  const height = whole.height - 210;
  context.fillStyle = ink.text;
  context.font = font(34, 600);
  context.textAlign = "left";
  context.fillText("Pairs by their similarity", whole.x, whole.y + 20);
  const box = { x: whole.x + 180, y: top, width: half - 240, height };
  drawHistograms(context, box, similarity, { alike, unalike: "unalike pairs" });
  if (!tells) return;
  context.textAlign = "left";
  context.fillStyle = ink.text;
  context.font = font(34, 600);
  context.fillText("Mean similarity between classes", whole.x + half + 60, whole.y + 20);
  // Names are words, and want more room than digits do.
  const room = similarity.names.some((name) => name.length > 4) ? 220 : 120;
  const side = Math.min(half - room - 40, height - (room - 120));
  drawMatrix(context, { x: whole.x + half + room, y: top, width: side, height: side }, similarity, room);
}

function drawHistograms(
  context: PlotContext,
  box: Box,
  similarity: SimilarityData,
  names: Readonly<Record<"alike" | "unalike", string>>,
): void {
  const kinds = (["alike", "unalike"] as const)
    .filter((kind) => similarity[kind].length > 0)
    .map((kind) => ({ kind, histogram: histogramOf(similarity[kind]) }));
  const most = Math.max(0.01, ...kinds.flatMap(({ histogram }) => histogram.shares)) * 1.08;
  const x = linearScale(-1, 1, box.x, box.x + box.width);
  const y = linearScale(0, most, box.y + box.height, box.y);
  drawAxes(
    context,
    box,
    { title: "cosine similarity", scale: x, ticks: [-1, -0.5, 0, 0.5, 1], text: tickText },
    {
      title: "share of the pairs",
      scale: y,
      ticks: ticks(0, most, 6),
      text: (value) => `${tickText(100 * value)} %`,
    },
  );
  for (const { kind, histogram } of kinds) drawHistogram(context, histogram, colours[kind], x, y);
  for (const [index, { kind, histogram }] of kinds.entries()) {
    const at = x(histogram.median);
    context.strokeStyle = colours[kind];
    context.lineWidth = 3;
    context.setLineDash([12, 10]);
    line(context, at, box.y, at, box.y + box.height);
    context.setLineDash([]);
    context.fillStyle = colours[kind];
    context.font = font(28, 600);
    const leftwards = histogram.median > -0.5;
    context.textAlign = leftwards ? "right" : "left";
    const text = `${names[kind]}, median ${similarityText(histogram.median)}`;
    context.fillText(text, at + (leftwards ? -16 : 16), box.y + 30 + 44 * index);
  }
}

function drawHistogram(
  context: PlotContext,
  { shares }: Histogram,
  colour: string,
  x: Scale,
  y: Scale,
): void {
  context.beginPath();
  context.moveTo(x(-1), y(0));
  for (let bin = 0; bin < histogramBins; bin++) {
    context.lineTo(x(histogramEdges[bin]!), y(shares[bin]!));
    context.lineTo(x(histogramEdges[bin + 1]!), y(shares[bin]!));
  }
  context.lineTo(x(1), y(0));
  context.fillStyle = colour;
  context.globalAlpha = 0.35;
  context.fill();
  context.globalAlpha = 1;
  context.strokeStyle = colour;
  context.lineWidth = 3;
  context.stroke();
}

/**
 * Draws a square of mean similarities, with the names of the classes in so much room to its left and below it.
 *
 * @param axis what stands below names that are short; null for nothing
 */
export function drawMatrix(
  context: PlotContext,
  box: Box,
  { names, means }: Pick<SimilarityData, "names" | "means">,
  room: number,
  axis: string | null = "label",
): void {
  const count = names.length;
  const wordy = room > 120;
  const cell = box.width / count;
  const gap = Math.min(4, cell * 0.08);
  // Text is left out of cells that it does not fit in.
  const size = Math.min(28, cell * 0.32);
  const every = Math.ceil(28 / cell);
  context.textBaseline = "middle";
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < count; column++) {
      const mean = means[row * count + column]!;
      const [x, y] = [box.x + column * cell, box.y + row * cell];
      const [red, green, blue] = Number.isNaN(mean) ? [255, 255, 255] : similarityColour(mean);
      context.fillStyle = `rgb(${red}, ${green}, ${blue})`;
      context.fillRect(x, y, cell - gap, cell - gap);
      if (Number.isNaN(mean) || size < 14) continue;
      context.fillStyle = 0.299 * red + 0.587 * green + 0.114 * blue < 130 ? "#ffffff" : ink.text;
      context.font = font(size);
      context.textAlign = "center";
      context.fillText(similarityText(mean), x + (cell - gap) / 2, y + (cell - gap) / 2);
    }
    if (row % every !== 0) continue;
    context.fillStyle = ink.faint;
    context.font = font(wordy ? 24 : 28);
    context.textAlign = "right";
    context.fillText(names[row]!, box.x - 18, box.y + (row + 0.5) * cell, room - 30);
    const [x, y] = [box.x + (row + 0.5) * cell, box.y + count * cell];
    if (!wordy) {
      context.textAlign = "center";
      context.fillText(names[row]!, x, y + 30);
      continue;
    }
    context.save();
    context.translate(x, y + 14);
    context.rotate(-Math.PI / 4);
    context.fillText(names[row]!, 0, 0, room);
    context.restore();
  }
  context.textAlign = "center";
  context.fillStyle = ink.text;
  if (axis !== null && !wordy) context.fillText(axis, box.x + box.width / 2, box.y + box.height + 76);
  context.textBaseline = "alphabetic";
}
