import { createCanvas, loadImage } from "@napi-rs/canvas";
import { describe, expect, it } from "vitest";
import { Rng } from "../../../base/index.ts";
import { styleClasses } from "../../../report/classStyles.ts";
import { drawLossFigure } from "../../../report/figures/lossFigure.ts";
import { drawPcaFigure } from "../../../report/figures/pcaFigure.ts";
import { drawSimilarityFigure } from "../../../report/figures/similarityFigure.ts";
import { drawUmapFigure } from "../../../report/figures/umapFigure.ts";
import { renderFigure } from "./canvas.ts";

const count = 300;
const rng = Rng.of(1);
const labels = Int32Array.from({ length: count }, (_, row) => row % 3);
const classes = styleClasses(labels);
/** Three clouds, far from each other. */
const cloud = (dims: number): Float32Array =>
  Float32Array.from({ length: count * dims }, (_, at) => {
    const row = Math.floor(at / dims);
    return rng.normal() * 0.3 + (at % dims === labels[row]! % dims ? 8 : 0);
  });
const subtitle = "subtitle";
const similarity = {
  alike: Float32Array.of(0.9, 0.8),
  unalike: Float32Array.of(0.1, -0.2),
  names: ["0", "1", "2"],
  means: Float64Array.of(1, 0, -1, 0, 1, Number.NaN, -1, Number.NaN, 1),
};
const rows = [1, 2, 3].map((epoch) => ({
  epoch,
  trainLoss: 0.1 / epoch,
  valLoss: 0.2 / epoch,
  lr: 0.005,
  knn1: 0.9 + epoch / 100,
}));

/** How many pixels there are of each colour, as `#rrggbb`. */
async function colours(png: Uint8Array): Promise<Map<string, number>> {
  const image = await loadImage(png);
  expect([image.width, image.height]).toEqual([2400, 1600]);
  const context = createCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  // As numbers first: millions of strings take seconds.
  const counts = new Uint32Array(2 ** 24);
  for (let i = 0; i < data.length; i += 4) counts[(data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!]!++;
  const found = new Map<string, number>();
  for (const [colour, pixels] of counts.entries()) {
    if (pixels > 0) found.set(`#${colour.toString(16).padStart(6, "0")}`, pixels);
  }
  return found;
}

describe("figures", () => {
  it.each([
    [
      "umap",
      () => renderFigure((context) => drawUmapFigure(context, { subtitle, classes, positions: cloud(2) })),
    ],
    [
      "pca",
      () =>
        renderFigure((context) =>
          drawPcaFigure(context, {
            subtitle,
            classes,
            positions: cloud(3),
            explainedVarianceRatio: [0.5, 0.2, 0.1],
          }),
        ),
    ],
  ])("draw each class of %s in its colour, on white", async (_, render) => {
    const found = await colours(await render());
    expect(found.get("#ffffff")).toBeGreaterThan(2_000_000);
    // The legend's marker alone is about 600 pixels; points are drawn over each other up to the full colour.
    for (const { colour } of classes.styles) expect(found.get(colour)).toBeGreaterThan(500);
    const inked = [...found].reduce((sum, [colour, pixels]) => sum + (colour === "#ffffff" ? 0 : pixels), 0);
    expect(inked).toBeGreaterThan(20_000);
  });

  it("draws losses, accuracy and rate in their colours, and no accuracy without validation", async () => {
    const lines = ["#0067a8", "#c24e00", "#00795b", "#566173"];
    const found = await colours(await renderFigure((context) => drawLossFigure(context, { subtitle, rows })));
    for (const line of lines) expect(found.get(line)).toBeGreaterThan(4000);
    const bare = rows.map((row) => ({ ...row, valLoss: null, knn1: null }));
    const without = await colours(
      await renderFigure((context) => drawLossFigure(context, { subtitle, rows: bare })),
    );
    expect(lines.map((line) => (without.get(line) ?? 0) > 100)).toEqual([true, false, false, true]);
  });

  it("draws a single epoch, and one whose loss was not finite", async () => {
    const [first] = rows;
    const found = await colours(
      await renderFigure((context) => drawLossFigure(context, { subtitle, rows: [first!] })),
    );
    expect(found.get("#0067a8")).toBeGreaterThan(100);
    const gone = await colours(
      await renderFigure((context) =>
        drawLossFigure(context, { subtitle, rows: [first!, { ...rows[1]!, trainLoss: null }] }),
      ),
    );
    expect(gone.get("#0067a8")).toBeGreaterThan(100);
  });

  it("draws both histograms, and the matrix from orange to blue", async () => {
    const found = await colours(
      await renderFigure((context) => drawSimilarityFigure(context, { subtitle, similarity })),
    );
    for (const colour of ["#0067a8", "#c24e00", "#005a94", "#b34700", "#f1f2f4"]) {
      expect(found.get(colour)).toBeGreaterThan(1000);
    }
  });

  it("gives the same bytes for the same figure", async () => {
    const once = () => renderFigure((context) => drawSimilarityFigure(context, { subtitle, similarity }));
    expect(Buffer.compare(await once(), await once())).toBe(0);
  });
});
