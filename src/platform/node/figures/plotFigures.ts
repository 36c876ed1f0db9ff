import { figureSize, type PlotContext } from "../../../report/figures/frame.ts";
import * as report from "../../../report/figures/index.ts";
import { renderPng } from "./canvas.ts";

function render(draw: (context: PlotContext) => void): Promise<Uint8Array> {
  return renderPng(figureSize.width, figureSize.height, draw);
}

/** The figure of `pca-3d.html` as PNG. */
export const renderPcaFigure = (figure: report.PcaFigure): Promise<Uint8Array> =>
  render((context) => report.drawPcaFigure(context, figure));

/** The figure of `umap-2d.html` as PNG. */
export const renderUmapFigure = (figure: report.UmapFigure): Promise<Uint8Array> =>
  render((context) => report.drawUmapFigure(context, figure));

/** The figure of `loss.html` as PNG. */
export const renderLossFigure = (figure: report.LossFigure): Promise<Uint8Array> =>
  render((context) => report.drawLossFigure(context, figure));

/** The figures of `similarity.html` as PNG. */
export const renderSimilarityFigure = (figure: report.SimilarityFigure): Promise<Uint8Array> =>
  render((context) => report.drawSimilarityFigure(context, figure));
