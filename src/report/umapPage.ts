import type { PlotPoints } from "./plotPoints.ts";
import { pointsPage } from "./pointsPage.ts";

/** What {@link umapPage} shows. */
export interface UmapPage {
  readonly subtitle: string;
  readonly points: PlotPoints;
  /** `[count, 2]` */
  readonly positions: Float32Array;
  /** The source of plotly.js, with `scattergl`. */
  readonly plotly: string;
}

const layoutScript = `
const layoutOf = (colours) => {
  const bare = { showgrid: false, zeroline: false, showticklabels: false, ticks: "" };
  return {
    font: plotFont(colours), paper_bgcolor: colours.surface, plot_bgcolor: colours.surface,
    margin: { l: 12, r: 12, t: 12, b: 12 }, hovermode: "closest", hoverdistance: 12, dragmode: "pan",
    uirevision: "kept", xaxis: bare, yaxis: { ...bare, scaleanchor: "x" },
    modebar: { color: colours.faint, activecolor: colours.text, bgcolor: "rgba(0,0,0,0)" },
  };
};
`;

/** The page of the UMAP of an embedding, in the plane. */
export function umapPage({ subtitle, points, positions, plotly }: UmapPage): string {
  return pointsPage({
    title: "The embedding space in two dimensions (UMAP)",
    subtitle,
    points,
    positions,
    dims: 2,
    layoutScript,
    note: "Near points are alike; directions, and distances between far groups, mean little. Drag to move, scroll to zoom, click a point to pin its card.",
    plotly,
  });
}
