import { decodeScript } from "../client/decode.ts";
import { themeScript } from "../client/theme.ts";
import { escapeHtml } from "../escape.ts";
import { plotPage } from "../plotPage.ts";
import { similarityStops } from "../similarityScale.ts";
import { type ModalityPair, similaritiesTitle } from "./similaritiesFigure.ts";

/** What {@link similaritiesPage} shows. */
export interface SimilaritiesPage {
  readonly subtitle: string;
  readonly pairs: readonly ModalityPair[];
  /** The source of plotly.js, with `heatmap`. */
  readonly plotly: string;
}

const script = `
let chosen = 0;
const panels = ["plain", "centred"].map((kind) => ({ kind, element: document.getElementById(kind) }));
const titles = { plain: "as they are", centred: "each modality centred" };
const drawMatrix = ({ kind, element }, colours) => {
  const { a, b, names, [kind]: means } = data.pairs[chosen];
  const few = names.length <= 16;
  const words = names.some((name) => name.length > 4);
  const small = element.clientWidth < 460;
  const axis = (title) => ({
    title: { text: title, standoff: 8 }, type: "category", automargin: true, showgrid: false, ticks: "", constrain: "domain",
    tickfont: { color: colours.faint },
  });
  return Plotly.react(element, [{
    type: "heatmap", x: names, y: names, z: means, zmin: -1, zmax: 1, colorscale: data.stops,
    xgap: names.length <= 40 ? 2 : 0, ygap: names.length <= 40 ? 2 : 0,
    texttemplate: few ? "%{z:.2f}" : "", textfont: { size: small ? 9 : 12 }, showscale: !small,
    hovertemplate: a + " %{y} and " + b + " %{x}<br>mean similarity %{z:.4f}<extra></extra>",
    colorbar: { thickness: 12, len: 1, outlinewidth: 0, tickvals: [-1, -0.5, 0, 0.5, 1], tickfont: { color: colours.faint } },
  }], {
    font: plotFont(colours), paper_bgcolor: colours.surface, plot_bgcolor: colours.surface, uirevision: "kept",
    hoverlabel: { bgcolor: colours.surface, bordercolor: colours.grid, font: { color: colours.text } },
    modebar: { color: colours.faint, activecolor: colours.text, bgcolor: "rgba(0,0,0,0)" },
    margin: { l: 56, r: 20, t: 64, b: 64 }, dragmode: false,
    title: { text: titles[kind], x: 0, xanchor: "left", xref: "paper", y: 0.97, yanchor: "top", yref: "container", font: { size: 16 } },
    xaxis: { ...axis(b), tickangle: words ? -45 : 0 },
    yaxis: { ...axis(a), autorange: "reversed", scaleanchor: "x" },
  }, { ...plotConfig, scrollZoom: false });
};
const draw = () => Promise.all(panels.map((panel) => drawMatrix(panel, theme())));
const chips = [...document.querySelectorAll("#legend button")];
const choose = (index) => {
  chosen = index;
  chips.forEach((chip, at) => chip.setAttribute("aria-current", String(at === index)));
  return draw();
};
chips.forEach((chip, index) => chip.addEventListener("click", () => choose(index)));
choose(0).then(() => {
  document.documentElement.dataset.ready = "true";
});
followTheme(draw);
`;

/** The page of mean similarities between the classes of two modalities at a time, before and after centring. */
export function similaritiesPage({ subtitle, pairs, plotly }: SimilaritiesPage): string {
  const chips = pairs.map(
    ({ a, b }) => `<li><button type="button">${escapeHtml(`${a} and ${b}`)}</button></li>`,
  );
  return plotPage({
    title: similaritiesTitle,
    subtitle,
    ...(pairs.length > 1
      ? {
          controls: `<div class="controls"><ul id="legend" aria-label="modalities">${chips.join("")}</ul></div>`,
        }
      : {}),
    panels: `<div class="panel"><div class="plot" id="plain"></div></div>
<div class="panel"><div class="plot" id="centred"></div></div>`,
    note: "Where the modalities lie apart, all similarities are alike as they are; centring shows what tells the classes apart.",
    data: {
      pairs: pairs.map((pair) => ({
        ...pair,
        plain: rows(pair, pair.plain),
        centred: rows(pair, pair.centred),
      })),
      stops: similarityStops,
    },
    scripts: [decodeScript, themeScript, script],
    plotly,
  });
}

/** Six digits will do. */
function rows({ names }: ModalityPair, means: Float64Array): number[][] {
  return names.map((_, row) =>
    Array.from(means.subarray(row * names.length, (row + 1) * names.length), (value) =>
      Number(value.toFixed(6)),
    ),
  );
}
