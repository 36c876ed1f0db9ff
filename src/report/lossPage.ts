import { decodeScript } from "./client/decode.ts";
import { themeScript } from "./client/theme.ts";
import type { LossRow } from "./lossData.ts";
import { plotPage } from "./plotPage.ts";

/** What {@link lossPage} shows. */
export interface LossPage {
  readonly subtitle: string;
  readonly rows: readonly LossRow[];
  /** The source of plotly.js. */
  readonly plotly: string;
}

const script = `
const plot = document.getElementById("plot");
const column = (name) => data.rows.map((row) => row[name]);
const epochs = column("epoch");
const validated = data.rows.some(({ valLoss }) => valLoss !== null);
// The rates themselves say more than round numbers between them; of many, every so many.
const distinct = [...new Set(column("lr"))];
const rates = distinct.filter((_, index) => index % Math.ceil(distinct.length / 5) === 0);
const mode = epochs.length > 40 ? "lines" : "lines+markers";
const line = (name, values, colour, axis, format, extra) => ({
  type: "scatter", mode, name, x: epochs, y: values, yaxis: axis, line: { color: colour, width: 2.5, ...extra },
  marker: { color: colour, size: 7 }, hovertemplate: "%{y:" + format + "}", connectgaps: false,
});
const traces = (colours) => [
  line("training loss", column("trainLoss"), colours.alike, "y", ".5f"),
  ...(validated
    ? [
        line("validation loss", column("valLoss"), colours.unalike, "y", ".5f"),
        line("1-NN accuracy, validation", column("knn1"), colours.third, "y2", ".2%"),
      ]
    : []),
  line("learning rate", column("lr"), colours.faint, "y3", ".3~g", { shape: "hvh" }),
];
const layoutOf = (colours) => {
  const narrow = innerWidth < 600;
  const domains = validated ? [[0.52, 1], [0.25, 0.45], [0, 0.17]] : [[0.34, 1], [0, 0], [0, 0.24]];
  const axis = (title, domain, extra) => ({
    title: { text: title, standoff: 12 }, domain, gridcolor: colours.grid, zeroline: false, automargin: true,
    tickfont: { color: colours.faint }, ...extra,
  });
  return {
    font: plotFont(colours), paper_bgcolor: colours.surface, plot_bgcolor: colours.surface,
    margin: { l: 70, r: 24, t: narrow ? 76 : 48, b: 62 }, hovermode: "x unified", hoversubplots: "axis", uirevision: "kept", dragmode: "pan",
    hoverlabel: { bgcolor: colours.surface, bordercolor: colours.grid, font: { color: colours.text } },
    legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom", traceorder: "normal" },
    xaxis: {
      title: { text: "epoch", standoff: 10 }, unifiedhovertitle: { text: "epoch %{x}" }, gridcolor: colours.grid, zeroline: false, anchor: "y3", tickfont: { color: colours.faint },
      ...(epochs.length <= 12 ? { tickmode: "array", tickvals: epochs } : {}),
      range: [epochs[0] - 0.3 - epochs.length * 0.01, epochs.at(-1) + 0.3 + epochs.length * 0.01],
    },
    yaxis: axis("loss", domains[0], { rangemode: "tozero" }),
    ...(validated ? { yaxis2: axis(narrow ? "1-NN" : "1-NN accuracy", domains[1], { tickformat: ".3~p", nticks: 5 }) } : {}),
    yaxis3: axis(narrow ? "rate" : "learning rate", domains[2], {
      type: "log", tickmode: "array", tickvals: rates, ticktext: rates.map((rate) => String(Number(rate.toPrecision(3)))),
    }),
    modebar: { color: colours.faint, activecolor: colours.text, bgcolor: "rgba(0,0,0,0)" },
  };
};
const draw = () => Plotly.react(plot, traces(theme()), layoutOf(theme()), { ...plotConfig, scrollZoom: false });
draw().then(() => {
  document.documentElement.dataset.ready = "true";
});
followTheme(draw);
`;

/** The page of a training: losses, accuracy and learning rate by epoch. */
export function lossPage({ subtitle, rows, plotly }: LossPage): string {
  return plotPage({
    title: "Loss and learning rate",
    subtitle,
    panels: `<div class="panel"><div class="plot" id="plot"></div></div>`,
    note: "The loss is the mean over an epoch's pairs. Click a name to hide its line.",
    data: {
      rows: rows.map(({ epoch, trainLoss, valLoss, lr, knn1 }) => ({ epoch, trainLoss, valLoss, lr, knn1 })),
    },
    scripts: [decodeScript, themeScript, script],
    plotly,
  });
}
