import { decodeScript } from "../client/decode.ts";
import { themeScript } from "../client/theme.ts";
import { plotPage } from "../plotPage.ts";
import { type AlignmentRow, alignmentTitle, directionColours, directionsOf } from "./alignmentFigure.ts";

/** What {@link alignmentPage} shows. */
export interface AlignmentPage {
  readonly subtitle: string;
  readonly rows: readonly AlignmentRow[];
  /** The source of plotly.js. */
  readonly plotly: string;
}

const script = `
const plot = document.getElementById("plot");
const epochs = data.rows.map(({ epoch }) => epoch);
const mode = epochs.length > 40 ? "lines" : "lines+markers";
const learned = data.rows.some(({ temperature }) => temperature !== null);
const line = (name, y, colour, axis, format) => ({
  type: "scatter", mode, name, x: epochs, y, yaxis: axis, line: { color: colour, width: 2.5 },
  marker: { color: colour, size: 7 }, hovertemplate: "%{y:" + format + "}", connectgaps: false,
});
const traces = (colours) => [
  ...data.directions.map((name, index) =>
    line(name, data.rows.map(({ recall }) => recall[name] ?? null), data.colours[index % data.colours.length], "y", ".1%")),
  ...(learned ? [line("temperature", data.rows.map(({ temperature }) => temperature), colours.faint, "y2", ".4f")] : []),
];
const layoutOf = (colours) => {
  const narrow = innerWidth < 600;
  const axis = (title, domain, extra) => ({
    title: { text: title, standoff: 12 }, domain, gridcolor: colours.grid, zeroline: false, automargin: true,
    tickfont: { color: colours.faint }, ...extra,
  });
  return {
    font: plotFont(colours), paper_bgcolor: colours.surface, plot_bgcolor: colours.surface,
    margin: { l: 70, r: 24, t: narrow ? 132 : 56, b: 62 }, hovermode: "x unified", hoversubplots: "axis", uirevision: "kept", dragmode: "pan",
    hoverlabel: { bgcolor: colours.surface, bordercolor: colours.grid, font: { color: colours.text } },
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", traceorder: "normal" },
    xaxis: {
      title: { text: "epoch", standoff: 10 }, unifiedhovertitle: { text: "epoch %{x}" }, gridcolor: colours.grid,
      zeroline: false, anchor: learned ? "y2" : "y", tickfont: { color: colours.faint },
      ...(epochs.length <= 12 ? { tickmode: "array", tickvals: epochs } : {}),
      range: [epochs[0] - 0.3 - epochs.length * 0.01, epochs.at(-1) + 0.3 + epochs.length * 0.01],
    },
    yaxis: axis("recall@1", learned ? [0.36, 1] : [0, 1], { tickformat: ".0%", range: [-0.02, 1.03] }),
    ...(learned ? { yaxis2: axis("temperature", [0, 0.26], { rangemode: "tozero", nticks: 5 }) } : {}),
    modebar: { color: colours.faint, activecolor: colours.text, bgcolor: "rgba(0,0,0,0)" },
  };
};
const draw = () => Plotly.react(plot, traces(theme()), layoutOf(theme()), { ...plotConfig, scrollZoom: false });
draw().then(() => {
  document.documentElement.dataset.ready = "true";
});
followTheme(draw);
`;

/** The page of an alignment: recall@1 of every direction and the temperature, by epoch. */
export function alignmentPage({ subtitle, rows, plotly }: AlignmentPage): string {
  return plotPage({
    title: alignmentTitle,
    subtitle,
    panels: `<div class="panel"><div class="plot" id="plot"></div></div>`,
    note: "Similarities are divided by the temperature before the softmax. Click a name to hide its line.",
    data: { rows, directions: directionsOf(rows), colours: directionColours },
    scripts: [decodeScript, themeScript, script],
    plotly,
  });
}
