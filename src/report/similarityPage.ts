import { decodeScript } from "./client/decode.ts";
import { themeScript } from "./client/theme.ts";
import { plotPage } from "./plotPage.ts";
import {
  type Histogram,
  histogramEdges,
  histogramOf,
  type SimilarityData,
  similarityText,
  similarityTitles,
} from "./similarityData.ts";
import { similarityStops } from "./similarityScale.ts";

/** What {@link similarityPage} shows. */
export interface SimilarityPage {
  readonly subtitle: string;
  readonly similarity: SimilarityData;
  /** The source of plotly.js, with `heatmap`. */
  readonly plotly: string;
}

const script = `
const bars = document.getElementById("histogram");
const matrix = document.getElementById("matrix");
const centres = data.edges.slice(1).map((edge, bin) => (edge + data.edges[bin]) / 2);
const fade = (colour) => colour + "66";
const histogram = ({ shares }, name, colour) => ({
  type: "scatter", mode: "lines", name, x: centres, y: shares, line: { color: colour, width: 2, shape: "hvh" },
  fill: "tozeroy", fillcolor: fade(colour), hovertemplate: "%{y:.2%}",
});
const kinds = () => [["alike", data.alike], ["unalike", data.unalike]].filter(([, { median }]) => median !== null);
const base = (colours) => ({
  font: plotFont(colours), paper_bgcolor: colours.surface, plot_bgcolor: colours.surface, uirevision: "kept",
  hoverlabel: { bgcolor: colours.surface, bordercolor: colours.grid, font: { color: colours.text } },
  modebar: { color: colours.faint, activecolor: colours.text, bgcolor: "rgba(0,0,0,0)" },
});
const drawBars = (colours) =>
  Plotly.react(bars, kinds().map(([name, values]) => histogram(values, data.kinds[name], colours[name])), {
    ...base(colours), margin: { l: 64, r: 20, t: 84, b: 64 }, hovermode: "x unified", dragmode: "pan", 
    title: { text: "Pairs by their similarity", x: 0, xanchor: "left", xref: "paper", y: 0.97, yanchor: "top", yref: "container", font: { size: 16 } },
    legend: { orientation: "h", x: 0, y: 1.01, yanchor: "bottom" },
    xaxis: {
      title: { text: "cosine similarity", standoff: 10 }, range: [-1.02, 1.02], gridcolor: colours.grid, zeroline: false,
      tickfont: { color: colours.faint }, unifiedhovertitle: { text: "similarity %{x:.3f}" },
    },
    yaxis: { title: { text: "share of the pairs" }, tickformat: ".0%", rangemode: "tozero", gridcolor: colours.grid,
      zeroline: false, tickfont: { color: colours.faint } },
    shapes: kinds().map(([name, { median }]) => ({
      type: "line", x0: median, x1: median, yref: "paper", y0: 0, y1: 1, line: { color: colours[name], width: 1.5, dash: "dash" },
    })),
    annotations: kinds().map(([name, { median, text }]) => ({
      x: median, y: 1, yref: "paper", yanchor: "top", showarrow: false, text: "median " + text,
      xanchor: median > -0.5 ? "right" : "left", xshift: median > -0.5 ? -6 : 6, yshift: name === "alike" ? 0 : -22, font: { color: colours[name], size: 13 },
      bgcolor: colours.surface,
    })),
  }, { ...plotConfig, scrollZoom: false });
const drawMatrix = (colours) => {
  const { names } = data;
  const few = names.length <= 20;
  const gap = names.length <= 40 ? 2 : 0;
  const words = names.some((name) => name.length > 4);
  const small = matrix.clientWidth < 460;
  return Plotly.react(matrix, [{
    type: "heatmap", x: names, y: names, z: data.means, zmin: -1, zmax: 1, colorscale: data.stops, xgap: gap, ygap: gap,
    texttemplate: few ? "%{z:.2f}" : "", textfont: { size: small ? 9 : 12 },
    showscale: !small,
    hovertemplate: "label %{y} and label %{x}<br>mean similarity %{z:.4f}<extra></extra>",
    colorbar: { thickness: 12, len: 1, outlinewidth: 0, tickvals: [-1, -0.5, 0, 0.5, 1], tickfont: { color: colours.faint } },
  }], {
    ...base(colours), margin: { l: 56, r: 20, t: 84, b: 64 }, dragmode: false,
    title: { text: "Mean similarity between classes", x: 0, xanchor: "left", xref: "paper", y: 0.97, yanchor: "top", yref: "container", font: { size: 16 } },
    xaxis: { title: { text: words ? "" : "label", standoff: 8 }, type: "category", automargin: true, tickangle: words ? -45 : 0, showgrid: false, ticks: "", constrain: "domain" },
    yaxis: { title: { text: words ? "" : "label", standoff: 8 }, type: "category", automargin: true, autorange: "reversed", showgrid: false, ticks: "", scaleanchor: "x", constrain: "domain" },
  }, { ...plotConfig, scrollZoom: false });
};
const draw = () => Promise.all([drawBars(theme()), ...(matrix ? [drawMatrix(theme())] : [])]);
draw().then(() => {
  document.documentElement.dataset.ready = "true";
});
followTheme(draw);
`;

/** The page of cosine similarities: how they are distributed, and their means between classes. */
export function similarityPage({ subtitle, similarity, plotly }: SimilarityPage): string {
  const { names, means } = similarity;
  const { title, alike } = similarityTitles(similarity);
  const tells = names.length > 1;
  return plotPage({
    title,
    subtitle,
    panels: `<div class="panel"><div class="plot" id="histogram"></div></div>${
      tells ? '\n<div class="panel"><div class="plot" id="matrix"></div></div>' : ""
    }`,
    ...(tells ? { note: "On the diagonal, the mean is over pairs of different pictures of one label." } : {}),
    data: {
      edges: histogramEdges,
      alike: jsonOf(histogramOf(similarity.alike)),
      unalike: jsonOf(histogramOf(similarity.unalike)),
      kinds: { alike, unalike: "unalike pairs" },
      names,
      means: names.map((_, row) =>
        Array.from(means.subarray(row * names.length, (row + 1) * names.length), rounded),
      ),
      stops: similarityStops,
    },
    scripts: [decodeScript, themeScript, script],
    plotly,
  });
}

/** Of 1,000 classes there are a million means: six digits will do. */
const rounded = (value: number): number | null => (Number.isNaN(value) ? null : Number(value.toFixed(6)));

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

function jsonOf({ shares, median }: Histogram) {
  return { shares, median: orNull(median), text: similarityText(median) };
}
