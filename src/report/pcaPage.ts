import type { PlotPoints } from "./plotPoints.ts";
import { pointsPage } from "./pointsPage.ts";

/** What {@link pcaPage} shows. */
export interface PcaPage {
  readonly subtitle: string;
  readonly points: PlotPoints;
  /** `[count, 3]` */
  readonly positions: Float32Array;
  /** Share of the variance along each component, 0 to 1, `[3]`. */
  readonly explainedVarianceRatio: readonly number[];
  /** The source of plotly.js, with `scatter3d`. */
  readonly plotly: string;
}

const layoutScript = `
const layoutOf = (colours) => {
  const axis = (index) => ({
    title: { text: data.axes[index], font: { size: 13, color: colours.text } },
    gridcolor: colours.grid, zerolinecolor: colours.faint, linecolor: colours.grid, showbackground: false,
    showspikes: false, tickfont: { size: 11, color: colours.faint },
  });
  // A narrow plot shows less of the width, so it is seen from farther away.
  const far = innerWidth < 600 ? 1.6 : 1;
  return {
    font: plotFont(colours), paper_bgcolor: colours.surface, margin: { l: 0, r: 0, t: 0, b: 0 }, uirevision: "kept",
    hoverdistance: 12,
    scene: {
      xaxis: axis(0), yaxis: axis(1), zaxis: axis(2), aspectmode: "data", dragmode: "orbit", uirevision: "kept",
      camera: { eye: { x: 1.3 * far, y: 1.3 * far, z: 0.75 * far }, center: { x: 0, y: 0, z: -0.16 } },
    },
    modebar: { color: colours.faint, activecolor: colours.text, bgcolor: "rgba(0,0,0,0)" },
  };
};
`;

/** The page of the first three principal components of an embedding, in space. */
export function pcaPage({ subtitle, points, positions, explainedVarianceRatio, plotly }: PcaPage): string {
  return pointsPage({
    title: "The embedding space in three dimensions (PCA)",
    subtitle,
    points,
    positions,
    dims: 3,
    data: { axes: componentNames(explainedVarianceRatio) },
    layoutScript,
    note: "Drag to turn, scroll to zoom, click a point to pin its card.",
    plotly,
  });
}

/** `PC 1 (41 %)` */
export function componentNames(explainedVarianceRatio: readonly number[]): string[] {
  return explainedVarianceRatio.map((ratio, index) => `PC ${index + 1} (${Math.round(100 * ratio)} %)`);
}
