export { drawLossFigure, type LossFigure } from "./lossFigure.ts";
export { drawPcaFigure, type PcaFigure } from "./pcaFigure.ts";
export { drawSimilarityFigure, type SimilarityFigure } from "./similarityFigure.ts";
export { drawUmapFigure, type UmapFigure } from "./umapFigure.ts";
